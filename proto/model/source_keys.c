// SPDX-License-Identifier: Apache-2.0
// Every key a source file may have. A row says all of it: type, bounds, default, help; readers and writers below serve
// the few keys that have more than one form.
#include "source_keys.h"

#include "base/str.h"
#include "model/regex.h"
#include "model/selector.h"
#include "model/source.h"
#include "model/text.h"
#include "model/url.h"
#include "model/value.h"

#include <iconv.h>
#include <string.h>

#define MINUTE UINT64_C(60000)
#define DAY    (24 * 60 * MINUTE)

// ---- checks of one text

static const char *check_id(struct gw_config *config, const char *text)
{
    (void)config;
    return gw_source_id_valid(text) ? NULL
                                    : "an id is 1 to 64 letters, digits, '-', '_' and '.', not beginning with '.'";
}

static const char *check_url(struct gw_config *config, const char *text)
{
    return gw_url_resolve(gw_config_scratch(config), NULL, text) ? NULL : gw_reason();
}

// GB/T 2260, or ISO 3166-1 alpha-2 with or without the subdivision of 3166-2.
static const char *check_region(struct gw_config *config, const char *text)
{
    size_t digits = strspn(text, "0123456789"), letters = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    size_t rest = letters == 2 && text[2] == '-' ? strspn(text + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") : 0;
    (void)config;
    if ((digits == 6 && !text[6]) || (letters == 2 && !text[2]) || (rest >= 1 && rest <= 3 && !text[3 + rest]))
        return NULL;
    return "expected six digits of GB/T 2260 (330200), or ISO 3166 (DE, DE-BY)";
}

static const char *check_zone(struct gw_config *config, const char *text)
{
    uint64_t hours, minutes;
    (void)config;
    if (strcmp(text, "Z") == 0)
        return NULL;
    if (strlen(text) == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' &&
        gw_parse_u64((struct gw_span){text + 1, 2}, 14, &hours) &&
        gw_parse_u64((struct gw_span){text + 4, 2}, hours == 14 ? 0 : 59, &minutes))
        return NULL;
    return "expected an offset like \"+08:00\"";
}

static const char *check_regex(struct gw_config *config, const char *text)
{
    struct gw_regex *regex;
    (void)config;
    if (gw_regex_new(gw_span_of(text), false, &regex) != GW_OK)
        return gw_reason();
    gw_regex_free(regex);
    return NULL;
}

static const char *check_selector(struct gw_config *config, const char *text)
{
    const struct gw_selector *selector;
    return gw_selector_parse(gw_config_scratch(config), gw_span_of(text), &selector) == GW_OK ? NULL : gw_reason();
}

static const char *check_value(struct gw_config *config, const char *text)
{
    struct gw_value value = {0};
    if (gw_value_parse(gw_config_scratch(config), text, GW_VALUE_CSS, &value) != GW_OK)
        return gw_reason();
    gw_value_close(&value);
    return NULL;
}

static const char *check_charset(struct gw_config *config, const char *text)
{
    (void)config;
    if (strcmp(text, "auto") == 0)
        return NULL;
    if (text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:.")])
        return "not a charset's name";
    iconv_t handle = iconv_open("UTF-8", text);
    if (handle == (iconv_t)-1)
        return "no charset of this system";
    iconv_close(handle);
    return NULL;
}

static const char *check_line(struct gw_config *config, const char *text)
{
    (void)config;
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7F)
            return "holds a line break or another control character";
    return NULL;
}

static const char *check_proxy(struct gw_config *config, const char *text)
{
    static const char *const schemes[] = {"http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://"};
    for (size_t i = 0; i < GW_COUNT(schemes); i++)
        if (gw_starts_with(gw_span_of(text), schemes[i]) && text[strlen(schemes[i])])
            return check_line(config, text);
    return "expected http://, https://, socks4a:// or socks5h:// and a host";
}

// ---- maps of texts

typedef bool pair_check_fn(struct gw_config *config, const struct gw_config_node *key, const char *name,
                           const char *value);

// A mapping of texts into *ret_pairs. With `files`, "Name_file: path" gives Name what the file holds.
static void read_pairs(struct gw_config *config, const struct gw_config_node *node, bool files, pair_check_fn *check,
                       size_t *ret_count, Gw__Pair ***ret_pairs)
{
    enum { MOST = 64 };
    struct gw_arena *arena = gw_config_arena(config);
    Gw__Pair *pairs[MOST];
    size_t n = 0;
    if (!gw_config_is_mapping(node)) {
        gw_config_error(config, node, NULL, "expected a mapping (name: text), found %s", gw_config_quote(config, node));
        return;
    }
    const struct gw_config_node *key = gw_config_first(config, node);
    for (; key; key = gw_config_next(config, key)) {
        const struct gw_config_node *at = gw_config_value(key);
        char *name = gw_config_key_text(config, key);
        bool file = files && name && gw_ends_with(gw_span_of(name), "_file");
        if (!name || gw_config_is_null(at))
            continue;
        if (file)
            name[strlen(name) - strlen("_file")] = '\0';
        char *value = file ? gw_config_secret(config, at) : gw_config_text(config, at);
        if (!value || (check && !check(config, key, name, value)))
            continue;
        if (n == MOST) {
            gw_config_error(config, key, NULL, "more than %d entries", MOST);
            return;
        }
        for (size_t i = 0; i < n; i++)
            if (strcmp(pairs[i]->key, name) == 0)
                gw_config_error(config, key, NULL, "doubled key '%s'", name);
        pairs[n] = gw_arena_alloc(arena, sizeof **pairs);
        if (!pairs[n])
            return;
        gw__pair__init(pairs[n]);
        pairs[n]->key = name;
        pairs[n++]->value = value;
    }
    *ret_pairs = gw_arena_alloc(arena, n * sizeof *pairs);
    *ret_count = *ret_pairs ? n : 0;
    if (*ret_pairs && n)
        memcpy(*ret_pairs, pairs, n * sizeof *pairs);
}

static bool write_pairs(size_t count, Gw__Pair *const *pairs, struct gw_buf *out)
{
    for (size_t i = 0; i < count; i++) {
        gw_buf_puts(out, i ? ", " : "{");
        gw_config_write_text(out, pairs[i]->key);
        gw_buf_puts(out, ": ");
        gw_config_write_text(out, pairs[i]->value);
    }
    gw_buf_puts(out, count ? "}" : "");
    return count > 0;
}

// ---- keys with several forms: name, poll, revisit

static void read_name(struct gw_config *config, const struct gw_config_node *node, void *target)
{
    Gw__Source *source = target;
    struct gw_arena *arena = gw_config_arena(config);
    size_t n = 0;
    Gw__Pair one = GW__PAIR__INIT, *only = &one, **pairs = &only;
    if (gw_config_is_mapping(node)) {
        read_pairs(config, node, false, NULL, &n, &pairs);
    } else if ((one.value = gw_config_text(config, node))) {
        one.key = (char *)gw_text_lang(gw_span_of(one.value));
        n = 1;
    }
    Gw__LocalName **names = n ? gw_arena_alloc(arena, n * sizeof *names) : NULL;
    Gw__LocalName *bodies = n ? gw_arena_alloc(arena, n * sizeof *bodies) : NULL;
    if (!names || !bodies)
        return;
    for (size_t i = 0; i < n; i++) {
        gw__local_name__init(&bodies[i]);
        bodies[i].lang = pairs[i]->key;
        bodies[i].text = pairs[i]->value;
        names[i] = &bodies[i];
    }
    source->n_name = n;
    source->name = names;
}

static bool write_name(const void *target, struct gw_buf *out)
{
    const Gw__Source *source = target;
    if (source->n_name == 1 && !source->name[0]->lang[0]) {
        gw_config_write_text(out, source->name[0]->text);
        return true;
    }
    for (size_t i = 0; i < source->n_name; i++) {
        gw_buf_puts(out, i ? ", " : "{");
        gw_config_write_text(out, source->name[i]->lang);
        gw_buf_puts(out, ": ");
        gw_config_write_text(out, source->name[i]->text);
    }
    gw_buf_puts(out, source->n_name ? "}" : "");
    return source->n_name > 0;
}

static void read_poll(struct gw_config *config, const struct gw_config_node *node, void *target)
{
    static const struct gw_config_key row = {.type = GW_CONFIG_DURATION, .min = 1000, .max = 366 * DAY};
    Gw__Source *source = target;
    if (gw_config_says(config, node, "adaptive")) {
        source->poll = GW__POLL__POLL_ADAPTIVE;
    } else if (gw_config_number(config, node, &row, ", or adaptive", &source->poll_ms)) {
        source->poll = GW__POLL__POLL_EVERY;
    }
}

static bool write_poll(const void *target, struct gw_buf *out)
{
    const Gw__Source *source = target;
    if (source->poll == GW__POLL__POLL_EVERY)
        gw_config_write_number(GW_CONFIG_DURATION, source->poll_ms, out);
    return source->poll == GW__POLL__POLL_EVERY;
}

static void read_revisit(struct gw_config *config, const struct gw_config_node *node, void *target)
{
    enum { MOST = 32 };
    static const struct gw_config_key row = {.type = GW_CONFIG_DURATION, .min = 1000, .max = 3660 * DAY};
    Gw__Source *source = target;
    uint64_t times[MOST];
    bool several = gw_config_is_sequence(node);
    size_t n = 0;
    if (gw_config_says(config, node, "adaptive"))
        return;
    const struct gw_config_node *item = several ? gw_config_first(config, node) : node;
    for (; item; item = several ? gw_config_next(config, item) : NULL) {
        if (n == MOST) {
            gw_config_error(config, item, NULL, "more than %d times", MOST);
            return;
        }
        if (!gw_config_number(config, item, &row, several ? "" : ", a list of them, or adaptive", &times[n]))
            return;
        if (n && times[n] <= times[n - 1])
            gw_config_error(config, item, NULL, "the times after first sight have to grow");
        n++;
    }
    source->revisit_ms = gw_arena_alloc(gw_config_arena(config), n * sizeof times[0]);
    source->n_revisit_ms = source->revisit_ms ? n : 0;
    if (source->revisit_ms && n)
        memcpy(source->revisit_ms, times, n * sizeof times[0]);
}

static bool write_revisit(const void *target, struct gw_buf *out)
{
    const Gw__Source *source = target;
    for (size_t i = 0; i < source->n_revisit_ms; i++) {
        gw_buf_puts(out, i ? ", " : source->n_revisit_ms > 1 ? "[" : "");
        gw_config_write_number(GW_CONFIG_DURATION, source->revisit_ms[i], out);
    }
    gw_buf_puts(out, source->n_revisit_ms > 1 ? "]" : "");
    return source->n_revisit_ms > 0;
}

// ---- list: in, hosts, backfill

static void read_in(struct gw_config *config, const struct gw_config_node *node, void *target)
{
    Gw__ListRule *list = target;
    if (gw_config_says(config, node, "comment"))
        list->in_comments = 1;
    else if (!gw_config_says(config, node, "page"))
        gw_config_error(config, node, NULL, "%s is none of: page comment", gw_config_quote(config, node));
}

static bool write_in(const void *target, struct gw_buf *out)
{
    const Gw__ListRule *list = target;
    gw_buf_puts(out, list->in_comments ? "comment" : "");
    return list->in_comments;
}

static const char *check_host(struct gw_config *config, const char *text)
{
    struct gw_arena *scratch = gw_config_scratch(config);
    const char *url = gw_arena_printf(scratch, "https://%s/", text);
    return url && !strpbrk(text, "/?#@") && gw_url_hostname(scratch, url) ? NULL : "not a host name";
}

static void read_hosts(struct gw_config *config, const struct gw_config_node *node, void *target)
{
    static const struct gw_config_key table[] = {
        {"hosts", GW_CONFIG_TEXTS, offsetof(Gw__ListRule, host_names), .count = offsetof(Gw__ListRule, n_host_names),
         .check = check_host, .max = 1000},
    };
    Gw__ListRule *list = target;
    if (gw_config_says(config, node, "any"))
        return;
    if (gw_config_says(config, node, "same-site")) {
        list->hosts = GW__HOSTS__HOSTS_SAME_SITE;
    } else if (gw_config_is_sequence(node)) {
        list->hosts = GW__HOSTS__HOSTS_NAMED;
        gw_config_read_value(config, node, table, list);
    } else {
        gw_config_error(config, node, NULL, "expected any, same-site or a list of names, found %s",
                        gw_config_quote(config, node));
    }
}

static bool write_hosts(const void *target, struct gw_buf *out)
{
    const Gw__ListRule *list = target;
    if (list->hosts == GW__HOSTS__HOSTS_SAME_SITE)
        gw_buf_puts(out, "same-site");
    else if (list->hosts == GW__HOSTS__HOSTS_NAMED)
        gw_buf_putc(out, '[');
    for (size_t i = 0; i < list->n_host_names; i++) {
        gw_buf_puts(out, i ? ", " : "");
        gw_config_write_text(out, list->host_names[i]);
    }
    gw_buf_puts(out, list->hosts == GW__HOSTS__HOSTS_NAMED ? "]" : "");
    return list->hosts != GW__HOSTS__HOSTS_ANY;
}

static void read_backfill(struct gw_config *config, const struct gw_config_node *node, void *target)
{
    static const struct gw_config_key row = {.type = GW_CONFIG_COUNT, .min = 1, .max = 10000};
    Gw__ListRule *list = target;
    uint64_t pages;
    if (gw_config_says(config, node, "none")) {
        list->backfill = GW__BACKFILL__BACKFILL_NONE;
    } else if (!gw_config_says(config, node, "rows") &&
               gw_config_number(config, node, &row, ", rows or none", &pages)) {
        list->backfill = GW__BACKFILL__BACKFILL_PAGES;
        list->backfill_pages = (uint32_t)pages;
    }
}

static bool write_backfill(const void *target, struct gw_buf *out)
{
    const Gw__ListRule *list = target;
    if (list->backfill == GW__BACKFILL__BACKFILL_NONE)
        gw_buf_puts(out, "none");
    else if (list->backfill == GW__BACKFILL__BACKFILL_PAGES)
        gw_buf_printf(out, "%u", list->backfill_pages);
    return list->backfill != GW__BACKFILL__BACKFILL_ROWS;
}

// ---- requests

// RFC 9110 §5.1 and §5.5; the names below are the fetcher's to set.
static bool check_header(struct gw_config *config, const struct gw_config_node *key, const char *name,
                         const char *value)
{
    static const char *const ours[] = {"Host",  "Content-Length", "Transfer-Encoding", "Connection",
                                       "Range", "If-None-Match",  "If-Modified-Since"};
    const char *wrong = check_line(config, value);
    for (const char *at = name; *at && !wrong; at++)
        if (!gw_is_alpha((unsigned char)*at) && !gw_is_digit((unsigned char)*at) && !strchr("!#$%&'*+-.^_`|~", *at))
            wrong = "not the name of a header";
    for (size_t i = 0; i < GW_COUNT(ours); i++)
        if (gw_str_eq_nocase(name, ours[i]))
            wrong = "a header that the fetcher sets itself";
    if (wrong || !name[0])
        gw_config_error(config, key, NULL, "%s: %s", name, wrong ? wrong : "not the name of a header");
    return !wrong && name[0];
}

static void read_headers(struct gw_config *config, const struct gw_config_node *node, void *target)
{
    Gw__Request *request = target;
    read_pairs(config, node, true, check_header, &request->n_headers, &request->headers);
}

static bool write_headers(const void *target, struct gw_buf *out)
{
    const Gw__Request *request = target;
    return write_pairs(request->n_headers, request->headers, out);
}

static void read_body(struct gw_config *config, const struct gw_config_node *node, void *target)
{
    Gw__Request *request = target;
    if (gw_config_is_mapping(node)) {
        read_pairs(config, node, false, NULL, &request->n_form, &request->form);
        return;
    }
    char *text = gw_config_text(config, node);
    if (text)
        request->body = text;
}

static bool write_body(const void *target, struct gw_buf *out)
{
    const Gw__Request *request = target;
    if (write_pairs(request->n_form, request->form, out))
        return true;
    if (request->body[0])
        gw_config_write_text(out, request->body);
    return request->body[0];
}

static bool check_read_value(struct gw_config *config, const struct gw_config_node *key, const char *name,
                             const char *value)
{
    bool is_name = name[0] && !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")];
    const char *wrong = is_name ? check_value(config, value) : "a name is letters, digits and '_'";
    if (wrong)
        gw_config_error(config, gw_config_value(key), NULL, "%s: %s", name, wrong);
    return !wrong;
}

static void read_values(struct gw_config *config, const struct gw_config_node *node, void *target)
{
    Gw__ListRule *list = target;
    read_pairs(config, node, false, check_read_value, &list->n_values, &list->values);
}

static bool write_values(const void *target, struct gw_buf *out)
{
    const Gw__ListRule *list = target;
    return write_pairs(list->n_values, list->values, out);
}

// ---- the tables

#define AT(type, member)   offsetof(Gw__##type, member)
#define MANY(type, member) offsetof(Gw__##type, member), .count = offsetof(Gw__##type, n_##member)
#define OTHER(name)        GW_CONFIG_OTHER, .read = read_##name, .write = write_##name

static const char *const methods[] = {"GET", "POST", NULL};
static const char *const levels[] = {"national", "provincial", "municipal", "county", "other", NULL};
static const char *const date_orders[] = {"ymd", "mdy", "dmy", NULL};
static const char *const tls_words[] = {"strict", "legacy", "insecure", NULL};
static const char *const robots_words[] = {"obey", "ignore", NULL};
static const char *const kinds[] = {"auto",        "html",         "feed", "sitemap",  "json", "json-html",
                                    "xml-records", "script-array", "csv",  "calendar", "xml",  NULL};

bool gw_source_kind_has_paths(const char *kind)
{
    static const char *const with_paths[] = {"json", "script-array", "csv"};
    for (size_t i = 0; i < GW_COUNT(with_paths); i++)
        if (strcmp(kind, with_paths[i]) == 0)
            return true;
    return false;
}

#define REQUEST_KEYS                                                                                                   \
    {"method", GW_CONFIG_TEXT, AT(Request, method), "GET", "GET or POST", .words = methods},                           \
        {"headers", OTHER(headers), .help = "more header lines; Name_file: PATH reads a secret"},                      \
    {                                                                                                                  \
        "body", OTHER(body), .help = "text, or a mapping sent as a form"                                               \
    }

static const struct gw_config_key request_keys[] = {REQUEST_KEYS, {0}};
static const struct gw_config_key then_keys[] = {
    {"url", GW_CONFIG_TEXT, AT(Request, url), .help = "template: {n} the page's number, {list_url}, and each of values",
     .check = check_line},
    REQUEST_KEYS,
    {0},
};
static const Gw__Request blank_request = GW__REQUEST__INIT;

static const struct gw_config_key list_keys[] = {
    {"kind", GW_CONFIG_TEXT, AT(ListRule, kind), "auto",
     "auto html feed sitemap json json-html xml-records script-array csv calendar xml", .words = kinds},
    {"family", GW_CONFIG_TEXT, AT(ListRule, family), .help = "prefer this CMS family", .check = check_line},
    {"item", GW_CONFIG_TEXT, AT(ListRule, item),
     .help = "css selector of one row; for json a dotted path to the array"},
    {"title", GW_CONFIG_TEXT, AT(ListRule, title), .help = "within the row: \"a@title | a\""},
    {"url", GW_CONFIG_TEXT, AT(ListRule, url), .help = "\"a@href\""},
    {"date", GW_CONFIG_TEXT, AT(ListRule, date), .help = "\"span.date\""},
    {"next", GW_CONFIG_TEXT, AT(ListRule, next), .help = "\"a.next@href\", or a page template: index_{n}.html"},
    {"pages", GW_CONFIG_COUNT, AT(ListRule, pages), "1", "pages that a poll reads", .min = 1, .max = 1000},
    {"backfill", OTHER(backfill), .fallback = "rows", .help = "first poll: rows, none, or a number of pages"},
    {"include", GW_CONFIG_TEXT, AT(ListRule, include), .help = "regex on title or url", .check = check_regex},
    {"exclude", GW_CONFIG_TEXT, AT(ListRule, exclude), .help = "likewise", .check = check_regex},
    {"hosts", OTHER(hosts), .fallback = "any", .help = "any, same-site, or [names]"},
    {"in", OTHER(in), .fallback = "page", .help = "page, or comment: the rows stand inside HTML comments"},
    {"request", GW_CONFIG_MAPPING, AT(ListRule, request), .help = "the request for url itself", .keys = request_keys,
     .blank = &blank_request, .blank_bytes = sizeof blank_request},
    {"values", OTHER(values), .help = "{unit: \"script@querydata\"}: read from that answer …"},
    {"then", GW_CONFIG_MAPPING, AT(ListRule, then), .help = "… for the request that brings the rows", .keys = then_keys,
     .blank = &blank_request, .blank_bytes = sizeof blank_request},
    {0},
};

static const struct gw_config_key article_keys[] = {
    {"title", GW_CONFIG_TEXT, AT(ArticleRule, title), .help = "css, then @attribute, alternatives with |",
     .check = check_value},
    {"body", GW_CONFIG_TEXT, AT(ArticleRule, body), .help = "\"#zoom\"", .check = check_value},
    {"published", GW_CONFIG_TEXT, AT(ArticleRule, published), .help = "\"meta[name=PubDate]@content\"",
     .check = check_value},
    {"source", GW_CONFIG_TEXT, AT(ArticleRule, source), .help = "likewise", .check = check_value},
    {"author", GW_CONFIG_TEXT, AT(ArticleRule, author), .help = "likewise", .check = check_value},
    {"remove", GW_CONFIG_TEXTS, MANY(ArticleRule, remove), .help = "[\".share\"]: never part of the body",
     .check = check_selector, .max = 64},
    {0},
};

const struct gw_config_key gw_fetch_keys[] = {
    {"delay", GW_CONFIG_DURATION, AT(FetchRule, delay_ms), "5s", "least time between two requests to one host",
     .max = 7 * DAY, .said = AT(FetchRule, delay_set)},
    {"timeout", GW_CONFIG_DURATION, AT(FetchRule, timeout_ms), "30s", "for a whole answer", .min = 100,
     .max = 60 * MINUTE},
    {"connect_timeout", GW_CONFIG_DURATION, AT(FetchRule, connect_timeout_ms), "10s", "for a connection", .min = 100,
     .max = 60 * MINUTE},
    {"allow_private_networks", GW_CONFIG_BOOL, AT(FetchRule, allow_private_networks), "false",
     "fetch from this machine and its networks"},
    {"tls", GW_CONFIG_WORD, AT(FetchRule, tls), "strict", "strict, legacy, insecure; the last two need a reason",
     .words = tls_words},
    {"ca_file", GW_CONFIG_TEXT, AT(FetchRule, ca_file), "null", "more certificates to trust", .check = check_line},
    {"user_agent", GW_CONFIG_TEXT, AT(FetchRule, user_agent), "null", "instead of govwire's own", .check = check_line},
    {"proxy", GW_CONFIG_TEXT, AT(FetchRule, proxy), "null", "http://host:port, socks5h://host:port",
     .check = check_proxy},
    {"robots", GW_CONFIG_WORD, AT(FetchRule, robots), "obey", "obey, ignore; the latter needs a reason",
     .words = robots_words},
    {"reason", GW_CONFIG_TEXT, AT(FetchRule, reason), "null", "recorded in the events", .check = check_line},
    {0},
};
static const struct gw_config_key withdrawal_keys[] = {
    {"confirmations", GW_CONFIG_COUNT, AT(Withdrawal, confirmations), "3", "so many looks find it gone", .min = 1,
     .max = 100},
    {"over", GW_CONFIG_DURATION, AT(Withdrawal, over_ms), "24h", "over at least this long", .min = 1000,
     .max = 366 * DAY},
    {0},
};
static const Gw__ListRule blank_list = GW__LIST_RULE__INIT;
static const Gw__ArticleRule blank_article = GW__ARTICLE_RULE__INIT;
static const Gw__FetchRule blank_fetch = GW__FETCH_RULE__INIT;
static const Gw__Withdrawal blank_withdrawal = GW__WITHDRAWAL__INIT;

const struct gw_config_key gw_source_keys[] = {
    {"id", GW_CONFIG_TEXT, AT(Source, id), .check = check_id},
    {"url", GW_CONFIG_TEXT, AT(Source, url), .check = check_url},
    {"name", OTHER(name), .help = "{zh: …, en: …}"},
    {"region", GW_CONFIG_TEXT, AT(Source, region), .help = "\"330200\": GB/T 2260, or ISO 3166", .check = check_region},
    {"level", GW_CONFIG_TEXT, AT(Source, level), .help = "national provincial municipal county other", .words = levels},
    {"zone", GW_CONFIG_TEXT, AT(Source, zone), .help = "\"+08:00\": of times on pages that do not say",
     .check = check_zone},
    {"poll", OTHER(poll), .fallback = "adaptive", .help = "or a duration: 10m"},
    {"revisit", OTHER(revisit), .fallback = "adaptive", .help = "known articles: a duration, or [1h, 1d, 7d]"},
    {"withdrawal", GW_CONFIG_MAPPING, AT(Source, withdrawal), .help = "when a missing article counts as withdrawn",
     .keys = withdrawal_keys, .blank = &blank_withdrawal, .blank_bytes = sizeof blank_withdrawal},
    {"list", GW_CONFIG_MAPPING, AT(Source, list), .help = "what is not said is found out", .keys = list_keys,
     .blank = &blank_list, .blank_bytes = sizeof blank_list},
    {"article", GW_CONFIG_MAPPING, AT(Source, article), .help = "what is not said is found out", .keys = article_keys,
     .blank = &blank_article, .blank_bytes = sizeof blank_article},
    {"charset", GW_CONFIG_TEXT, AT(Source, charset), "auto", "gb18030 …", .check = check_charset},
    {"date_order", GW_CONFIG_TEXT, AT(Source, date_order), .help = "ymd, mdy or dmy: how to read 03/04/05",
     .words = date_orders},
    {"fetch", GW_CONFIG_MAPPING, AT(Source, fetch), .help = "how to ask", .keys = gw_fetch_keys, .blank = &blank_fetch,
     .blank_bytes = sizeof blank_fetch},
    {"paused", GW_CONFIG_BOOL, AT(Source, paused), "false", "true: not polled"},
    {0},
};
