// SPDX-License-Identifier: Apache-2.0
// What no key can be right or wrong about alone.
#include "source_keys.h"

#include "base/str.h"
#include "model/selector.h"
#include "model/source.h"
#include "model/url.h"
#include "model/value.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Where `path` stands in the file, or else the source itself.
static const struct gw_config_node *at(const struct gw_config_node *node, const char *path)
{
    const struct gw_config_node *found = gw_config_find(node, path);
    return found ? found : node;
}

// ---- templates

static bool uses(const char *text, struct gw_span name)
{
    for (struct gw_span found; (found = gw_template_next(text)).bytes; text = found.at + found.bytes)
        if (gw_span_eq(found, name))
            return true;
    return false;
}

static bool request_uses(const Gw__Request *request, struct gw_span name)
{
    bool found = request && (uses(request->url, name) || uses(request->body, name));
    for (size_t i = 0; request && i < request->n_form; i++)
        found = found || uses(request->form[i]->value, name);
    for (size_t i = 0; request && i < request->n_headers; i++)
        found = found || uses(request->headers[i]->value, name);
    return found;
}

// `key` is where the template stands, below the source's node.
static void check_names(struct gw_config *config, const struct gw_config_node *node, const char *key, const char *text,
                        const Gw__ListRule *list, bool with_values)
{
    for (struct gw_span name; (name = gw_template_next(text)).bytes; text = name.at + name.bytes) {
        bool known = gw_span_eq(name, GW_SPAN("n")) || gw_span_eq(name, GW_SPAN("list_url"));
        for (size_t i = 0; with_values && i < list->n_values; i++)
            known = known || gw_span_eq(name, gw_span_of(list->values[i]->key));
        if (!known)
            gw_config_error(config, at(node, key), key, "{%.*s} is neither n nor list_url%s", (int)name.bytes, name.at,
                            with_values ? " nor one of list.values" : "; the names of list.values are for list.then");
    }
}

static void check_request(struct gw_config *config, const struct gw_config_node *node, const Gw__Request *request,
                          const Gw__ListRule *list)
{
    bool then = request == list->then;
    const char *body = then ? "list.then.body" : "list.request.body";
    const char *headers = then ? "list.then.headers" : "list.request.headers";
    check_names(config, node, "list.then.url", request->url, list, then);
    check_names(config, node, body, request->body, list, then);
    for (size_t i = 0; i < request->n_form; i++)
        check_names(config, node, body, request->form[i]->value, list, then);
    for (size_t i = 0; i < request->n_headers; i++)
        check_names(config, node, headers, request->headers[i]->value, list, then);
    if ((request->body[0] || request->n_form) && strcmp(request->method, "POST") != 0)
        gw_config_error(config, at(node, body), body, "a body needs method: POST");
    if (then && !request->url[0])
        gw_config_error(config, at(node, "list.then"), "list.then.url", "missing: where to send it");
}

// ---- the list

static void check_list_value(struct gw_config *config, const struct gw_config_node *node, const char *key,
                             const char *text, bool paths)
{
    struct gw_value value = {0};
    if (!text[0])
        return;
    if (gw_value_parse(gw_config_scratch(config), text, paths ? GW_VALUE_PATH : GW_VALUE_CSS, &value) != GW_OK)
        gw_config_error(config, at(node, key), key, "%s", gw_reason());
    gw_value_close(&value);
}

static void check_item(struct gw_config *config, const struct gw_config_node *node, const char *item, bool paths)
{
    const struct gw_selector *selector;
    if (!item[0])
        return;
    if (paths)
        check_list_value(config, node, "list.item", item, true);
    else if (gw_selector_parse(gw_config_scratch(config), gw_span_of(item), &selector) != GW_OK)
        gw_config_error(config, at(node, "list.item"), "list.item", "%s", gw_reason());
}

// Page 2 has to differ from page 1, or a poll would read the same rows over and over.
static void check_pages(struct gw_config *config, const struct gw_config_node *node, const Gw__ListRule *list)
{
    bool asked = list->then || (list->request && (list->request->body[0] || list->request->n_form));
    bool several = list->pages > 1 || list->backfill_pages > 1;
    const char *key = list->pages > 1 ? "list.pages" : "list.backfill";
    if (several && asked && !list->next[0] && !request_uses(list->request, GW_SPAN("n")) &&
        !request_uses(list->then, GW_SPAN("n")))
        gw_config_error(config, at(node, key), key,
                        "a loop of pages: no {n} in the request and no next, so that each would be the same");
}

static void check_list(struct gw_config *config, const struct gw_config_node *node, Gw__ListRule *list)
{
    bool paths = gw_source_kind_has_paths(list->kind);
    if (strcmp(list->kind, "auto") == 0)
        list->kind = (char *)""; // said, but nothing new
    // The item of json-html leads through JSON into HTML: only whoever reads the answer can tell the one from the
    // other.
    if (strcmp(list->kind, "json-html") != 0)
        check_item(config, node, list->item, paths);
    check_list_value(config, node, "list.title", list->title, paths);
    check_list_value(config, node, "list.url", list->url, paths);
    check_list_value(config, node, "list.date", list->date, paths);
    if (gw_template_next(list->next).bytes)
        check_names(config, at(node, "list.next"), "list.next", list->next, list, false);
    else
        check_list_value(config, node, "list.next", list->next, paths);
    if (list->request)
        check_request(config, node, list->request, list);
    if (list->then)
        check_request(config, node, list->then, list);
    for (size_t i = 0; i < list->n_values; i++)
        if (!list->then)
            gw_config_error(config, at(node, "list.values"), "list.values", "read for list.then, which is missing");
        else if (!request_uses(list->then, gw_span_of(list->values[i]->key)))
            gw_config_warn(config, at(node, "list.values"), "list.values", "%s is used nowhere in list.then",
                           list->values[i]->key);
    check_pages(config, node, list);
}

// ---- fetching

static bool is_private_name(const char *host)
{
    struct in_addr four;
    if (host[0] == '[')
        return strcmp(host, "[::1]") == 0 || strncmp(host, "[fc", 3) == 0 || strncmp(host, "[fd", 3) == 0;
    if (inet_pton(AF_INET, host, &four) != 1)
        return strcmp(host, "localhost") == 0 || gw_ends_with(gw_span_of(host), ".localhost");
    uint32_t a = ntohl(four.s_addr);
    return a >> 24 == 127 || a >> 24 == 10 || a >> 20 == 0xAC1 || a >> 16 == 0xC0A8; // RFC 1122, RFC 1918
}

static void check_ca_file(struct gw_config *config, const struct gw_config_node *node, Gw__FetchRule *fetch)
{
    char *path = gw_config_path(config, fetch->ca_file);
    char *whole = path ? realpath(path, NULL) : NULL;
    char *copy = whole ? gw_arena_strdup(gw_config_arena(config), whole) : NULL;
    free(whole);
    if (!path || access(path, R_OK) != 0)
        gw_config_warn(config, at(node, "fetch.ca_file"), "fetch.ca_file", "%s cannot be read on this machine",
                       path ? path : "");
    if (copy)
        fetch->ca_file = copy;
}

void gw_source_check_fetch(struct gw_config *config, const struct gw_config_node *node, Gw__FetchRule *fetch)
{
    if (fetch->ca_file[0] && gw_config_find(node, "fetch.ca_file"))
        check_ca_file(config, node, fetch);
    if (fetch->delay_set && fetch->delay_ms == 0 && !fetch->allow_private_networks)
        gw_config_error(config, at(node, "fetch.delay"), "fetch.delay", "0s needs allow_private_networks: true");
    if (fetch->robots == GW__ROBOTS__ROBOTS_IGNORE && !fetch->reason[0])
        gw_config_error(config, at(node, "fetch.robots"), "fetch.robots",
                        "ignore needs a reason, which the events record");
    if (fetch->tls != GW__TLS__TLS_STRICT && !fetch->reason[0])
        gw_config_error(config, at(node, "fetch.tls"), "fetch.tls", "%s needs a reason, which the events record",
                        fetch->tls == GW__TLS__TLS_LEGACY ? "legacy" : "insecure");
}

static void check_private(struct gw_config *config, const struct gw_config_node *node, const Gw__Source *source)
{
    const char *host = source->url[0] ? gw_url_hostname(gw_config_scratch(config), source->url) : NULL;
    if (host && is_private_name(host) && !(source->fetch && source->fetch->allow_private_networks))
        gw_config_warn(config, at(node, "url"), "url", "%s is private: fetch.allow_private_networks: true is missing",
                       host);
}

static void check_poll(struct gw_config *config, const struct gw_config_node *node, const Gw__Source *source)
{
    struct gw_buf poll = GW_BUF(64), delay = GW_BUF(64);
    uint64_t delay_ms = gw_source_delay_ms(source);
    gw_config_write_number(GW_CONFIG_DURATION, source->poll_ms, &poll);
    gw_config_write_number(GW_CONFIG_DURATION, delay_ms, &delay);
    if (source->poll == GW__POLL__POLL_EVERY && source->poll_ms && source->poll_ms < delay_ms)
        gw_config_warn(config, at(node, "poll"), "poll",
                       "every %s is more often than the delay of %s between requests allows", gw_buf_str(&poll),
                       gw_buf_str(&delay));
    gw_buf_fini(&poll);
    gw_buf_fini(&delay);
}

void gw_source_check(struct gw_config *config, const struct gw_config_node *node, Gw__Source *source)
{
    if (strcmp(source->charset, "auto") == 0)
        source->charset = (char *)"";
    if (source->list)
        check_list(config, node, source->list);
    if (source->fetch)
        gw_source_check_fetch(config, node, source->fetch);
    check_private(config, node, source);
    check_poll(config, node, source);
}
