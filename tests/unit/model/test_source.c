// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/fs.h"
#include "base/str.h"
#include "model/settings.h"
#include "model/source.h"

#include <stdio.h>
#include <stdlib.h>

static struct gw_arena *arena;
static struct gw_buf problems;

static int set_up(void **state)
{
    (void)state;
    arena = gw_arena_new(64 << 20);
    problems = GW_BUF(1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena = gw_arena_free(arena);
    gw_buf_fini(&problems);
    return 0;
}

static int parse(const char *yaml, unsigned flags, struct gw_source_set *ret_set)
{
    gw_buf_reset(&problems);
    return gw_source_parse(arena, "sources.d/f.yaml", yaml, strlen(yaml), flags, NULL, &problems, ret_set);
}

static const char every_key[] =
    "id: ningbo-eitb\n"
    "url: https://jxj.example.cn/col/col1229561617/index.html\n"
    "name: {zh: 宁波市经济和信息化局, en: Ningbo Bureau}\n"
    "region: \"330200\"\n"
    "level: municipal\n"
    "zone: \"+08:00\"\n"
    "poll: 10m\n"
    "revisit: [1h, 1d, 7d]\n"
    "withdrawal: {confirmations: 3, over: 24h}\n"
    "list:\n"
    "  kind: html\n"
    "  family: trs\n"
    "  item: \"ul.list li\"\n"
    "  title: \"a@title | a\"\n"
    "  url: \"a@href\"\n"
    "  date: \"span.date\"\n"
    "  next: \"index_{n}.html\"\n"
    "  pages: 2\n"
    "  backfill: 5\n"
    "  include: \"通知|公告\"\n"
    "  exclude: \"(?i)test\"\n"
    "  hosts: [www.example.cn, example.org]\n"
    "  in: comment\n"
    "  request: {method: POST, headers: {Referer: \"{list_url}\"}, body: {page: \"{n}\", size: 20}}\n"
    "  values: {unit: \"script[querydata]@querydata ~/id=(\\\\d+)/$1/\"}\n"
    "  then: {url: \"/api/unit?id={unit}&page={n}\", method: POST, body: '{\"page\":{n},\"x\":{\"y\":1}}'}\n"
    "article: {title: h1, body: \"#zoom\", published: \"meta[name=PubDate]@content\", source: .s, author: .a,\n"
    "          remove: [\".share\", \"#ad\"]}\n"
    "charset: gb18030\n"
    "date_order: dmy\n"
    "fetch: {delay: 10s, timeout: 20s, connect_timeout: 5s, allow_private_networks: true, tls: legacy,\n"
    "        user_agent: x/1, proxy: \"http://p:3128\", robots: ignore, reason: agreed with the office}\n"
    "paused: true\n";

static void every_key_is_read(void **state)
{
    (void)state;
    struct gw_source_set set;
    int rc = parse(every_key, 0, &set);
    assert_string_equal(gw_buf_str(&problems), "");
    check_ok(rc);
    assert_int_equal(set.count, 1);
    const Gw__Source *s = set.sources[0];
    const Gw__ListRule *l = s->list;
    assert_string_equal(s->id, "ningbo-eitb");
    assert_string_equal(s->file, "f.yaml:1");
    assert_int_equal(s->n_name, 2);
    assert_string_equal(s->name[1]->lang, "en");
    assert_string_equal(s->zone, "+08:00");
    assert_true(s->poll == GW__POLL__POLL_EVERY && s->poll_ms == 600000);
    assert_true(s->n_revisit_ms == 3 && s->revisit_ms[2] == 7 * 86400000);
    assert_true(s->withdrawal->confirmations == 3 && s->withdrawal->over_ms == 86400000);
    assert_true(l->pages == 2 && l->backfill == GW__BACKFILL__BACKFILL_PAGES && l->backfill_pages == 5);
    assert_true(l->hosts == GW__HOSTS__HOSTS_NAMED && l->n_host_names == 2 && l->in_comments);
    assert_string_equal(l->request->method, "POST");
    assert_string_equal(l->request->headers[0]->value, "{list_url}");
    assert_string_equal(l->request->form[1]->value, "20");
    assert_string_equal(l->values[0]->key, "unit");
    assert_string_equal(l->then->body, "{\"page\":{n},\"x\":{\"y\":1}}");
    assert_int_equal(s->article->n_remove, 2);
    assert_true(s->fetch->delay_set && s->fetch->delay_ms == 10000 && s->fetch->tls == GW__TLS__TLS_LEGACY);
    assert_string_equal(s->fetch->reason, "agreed with the office");
    assert_true(s->paused);
    assert_int_equal(gw_source_delay_ms(s), 10000);
}

static void written_reads_the_same(void **state)
{
    (void)state;
    static const char *const yamls[] = {
        every_key,
        "id: a\nurl: http://a.example/\n",
        "id: a\nurl: http://a.example/\nname: x\nlist: {hosts: same-site, backfill: none, in: page, kind: "
        "auto}\n",
        "id: a\nurl: http://a.example/\nfetch: {delay: 0s, allow_private_networks: true}\nrevisit: 1d\npoll: "
        "adaptive\n",
        "id: a\nurl: http://a.example/\nlist: {include: \"$${\\\"'\\u2028\", hosts: []}\ncharset: auto\n",
        "id: a\nurl: http://a.example/\nname: {zh: \"\\\"\", x-y: '#'}\nfetch: {user_agent: \"null\", reason: "
        "\"yes\"}\n",
    };
    for (size_t i = 0; i < sizeof yamls / sizeof yamls[0]; i++) {
        struct gw_source_set first, second;
        struct gw_buf out = GW_BUF(1 << 20);
        check_rc(parse(yamls[i], 0, &first), 0);
        gw_source_write(first.sources[0], &out);
        if (parse(gw_buf_str(&out), 0, &second) != GW_OK)
            fail_msg("%s%s", gw_buf_str(&out), gw_buf_str(&problems));
        uint8_t a[8192], b[8192];
        size_t n = gw__source__pack(first.sources[0], a), m = gw__source__pack(second.sources[0], b);
        assert_int_equal(n, m);
        assert_memory_equal(a, b, n);
        gw_buf_fini(&out);
    }
}

#define HEAD "id: a\nurl: http://a.example/\n"
#define AT   "sources.d/f.yaml:"

static void mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *expected;
    } cases[] = {
        {"url: http://a.example/\n", AT "1:1: id: missing\n"},
        {"id: a\n", AT "1:1: url: missing\n"},
        {"id: .a\nurl: http://a.example/\n",
         AT "1:5: id: an id is 1 to 64 letters, digits, '-', '_' and '.', not beginning with '.'\n"},
        {"id: a\nurl: a.example/list\n", AT "2:6: url: not an absolute URL: 'a.example/list'\n"},
        {"id: a\nurl: ftp://a.example/\n", AT "2:6: url: not an http or https URL: 'ftp://a.example/'\n"},
        {HEAD "ulr: x\n", AT "3:1: ulr: unknown key (did you mean url?)\n"},
        {HEAD "delay: 5s\n", AT "3:1: delay: unknown key (did you mean fetch.delay?)\n"},
        {HEAD "list: {titel: a}\n", AT "3:8: list.titel: unknown key (did you mean title?)\n"},
        {HEAD "region: ningbo\n",
         AT "3:9: region: expected six digits of GB/T 2260 (330200), or ISO 3166 (DE, DE-BY)\n"},
        {HEAD "level: city\n", AT "3:8: level: 'city' is none of: national provincial municipal county other\n"},
        {HEAD "zone: +0800\n", AT "3:7: zone: expected an offset like \"+08:00\"\n"},
        {HEAD "zone: \"+15:00\"\n", AT "3:7: zone: expected an offset like \"+08:00\"\n"},
        {HEAD "poll: 10\n", AT "3:7: poll: expected a duration like 90s, 10m, 1h or 7d, or adaptive, found '10'\n"},
        {HEAD "poll: 500ms\n", AT "3:7: poll: '500ms' is out of range: at least 1s\n"},
        {HEAD "revisit: [1d, 1h]\n", AT "3:15: revisit: the times after first sight have to grow\n"},
        {HEAD "withdrawal: {confirmations: 0}\n",
         AT "3:29: withdrawal.confirmations: '0' is out of range: at least 1\n"},
        {HEAD "charset: klingon\n", AT "3:10: charset: no charset of this system\n"},
        {HEAD "name: {zh: a, zh: b}\n", AT "3:15: name: doubled key 'zh'\n"},
        {HEAD "name: [a]\n", AT "3:7: name: expected text, found a sequence\n"},
        {HEAD "list: {kind: rss}\n", AT "3:14: list.kind: 'rss' is none of: auto html feed sitemap json json-html "
                                        "xml-records script-array csv calendar xml\n"},
        {HEAD "list: {item: \"ul >\"}\n", AT "3:14: list.item: column 5: expected a selector, found the end\n"},
        {HEAD "list: {title: \"a@\"}\n", AT "3:15: list.title: column 3: expected an attribute's name\n"},
        {HEAD "list: {kind: json, title: \"a{\"}\n", AT "3:27: list.title: column 1: { has no }\n"},
        {HEAD "list: {include: \"a(b\"}\n", AT "3:17: list.include: column 4: regex: missing closing parenthesis\n"},
        {HEAD "list: {hosts: [a/b]}\n", AT "3:16: list.hosts: not a host name\n"},
        {HEAD "list: {hosts: here}\n",
         AT "3:15: list.hosts: expected any, same-site or a list of names, found 'here'\n"},
        {HEAD "list: {in: comments}\n", AT "3:12: list.in: 'comments' is none of: page comment\n"},
        {HEAD "list: {backfill: all}\n",
         AT "3:18: list.backfill: expected a whole number, rows or none, found 'all'\n"},
        {HEAD "list: {request: {url: /x}}\n",
         AT "3:18: list.request.url: unknown key (did you mean url at the top?)\n"},
        {HEAD "list: {request: {method: PUT}}\n", AT "3:26: list.request.method: 'PUT' is none of: GET POST\n"},
        {HEAD "list: {request: {body: x}}\n", AT "3:24: list.request.body: a body needs method: POST\n"},
        {HEAD "list: {request: {headers: {\"A B\": x}}}\n",
         AT "3:28: list.request.headers: A B: not the name of a header\n"},
        {HEAD "list: {request: {headers: {A: \"x\\r\\nB: y\"}}}\n",
         AT "3:28: list.request.headers: A: holds a line break or another control character\n"},
        {HEAD "list: {request: {headers: {host: x}}}\n",
         AT "3:28: list.request.headers: host: a header that the fetcher sets itself\n"},
        {HEAD "list: {then: {method: GET}}\n", AT "3:14: list.then.url: missing: where to send it\n"},
        {HEAD "list: {then: {url: \"/x?{unit}\"}}\n",
         AT "3:20: list.then.url: {unit} is neither n nor list_url nor one of list.values\n"},
        {HEAD "list: {request: {method: POST, body: \"{unit}\"}}\n",
         AT "3:38: list.request.body: {unit} is neither n nor list_url; the names of list.values are for list.then\n"},
        {HEAD "list: {values: {a: b}}\n", AT "3:16: list.values: read for list.then, which is missing\n"},
        {HEAD "list: {values: {a: \"b >\"}, then: {url: \"{a}\"}}\n",
         AT "3:20: list.values: a: column 4: expected a selector, found the end\n" AT
            "3:40: list.then.url: {a} is neither n nor list_url nor one of list.values\n"},
        {HEAD "list: {pages: 3, then: {url: /x}}\n",
         AT "3:15: list.pages: a loop of pages: no {n} in the request and no next, so that each would be the same\n"},
        {HEAD "list: {next: \"p_{m}.html\"}\n", AT "3:14: list.next: {m} is neither n nor list_url; the names of "
                                                   "list.values are for list.then\n"},
        {HEAD "article: {remove: [\"a\", \"b >\"]}\n",
         AT "3:25: article.remove: column 4: expected a selector, found the end\n"},
        {HEAD "fetch: {delay: 0s}\n", AT "3:16: fetch.delay: 0s needs allow_private_networks: true\n"},
        {HEAD "fetch: {robots: ignore}\n", AT "3:17: fetch.robots: ignore needs a reason, which the events record\n"},
        {HEAD "fetch: {tls: insecure}\n", AT "3:14: fetch.tls: insecure needs a reason, which the events record\n"},
        {HEAD "fetch: {tls: loose}\n", AT "3:14: fetch.tls: 'loose' is none of: strict legacy insecure\n"},
        {HEAD "fetch: {proxy: \"p:3128\"}\n",
         AT "3:16: fetch.proxy: expected http://, https://, socks4a:// or socks5h:// and a host\n"},
        {"- "
         "id: a\n  url: http://a.example/\n- id: a\n  url: http://b.example/\n",
         AT "3:7: id: 'a' is another source's already, at sources.d/f.yaml:1\n"},
        {"- x\n", AT "1:3: expected a mapping (key: value), found 'x'\n"},
        {"x\n", AT "1:1: expected a mapping (key: value), found 'x'\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gw_source_set set = {NULL, 99};
        check_rc(parse(cases[i].yaml, 0, &set), GW_EINVAL);
        assert_int_equal(set.count, 99);
        if (strcmp(gw_buf_str(&problems), cases[i].expected) != 0)
            fail_msg("%s gave\n%s instead of\n%s", cases[i].yaml, gw_buf_str(&problems), cases[i].expected);
    }
}

static void warnings(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *expected;
    } cases[] = {
        {HEAD "poll: 1s\n",
         "warning: " AT "3:7: poll: every 1s is more often than the delay of 5s between requests allows\n"},
        {HEAD "poll: 1s\nfetch: {delay: 500ms}\n", ""},
        {"id: a\nurl: http://127.0.0.1:8000/\n",
         "warning: " AT "2:6: url: 127.0.0.1 is private: fetch.allow_private_networks: true is missing\n"},
        {"id: a\nurl: http://[::ffff:10.0.0.1]/\nfetch: {allow_private_networks: true}\n", ""},
        {HEAD "list: {values: {a: b}, then: {url: /x}}\n",
         "warning: " AT "3:16: list.values: a is used nowhere in list.then\n"},
        {HEAD "fetch: {ca_file: none.pem}\n",
         "warning: " AT "3:18: fetch.ca_file: sources.d/none.pem cannot be read on this machine\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gw_source_set set;
        check_rc(parse(cases[i].yaml, 0, &set), 0);
        assert_string_equal(gw_buf_str(&problems), cases[i].expected);
    }
    struct gw_source_set set;
    check_ok(parse("# later\n", 0, &set));
    assert_int_equal(set.count, 0);
    assert_string_equal(gw_buf_str(&problems), "warning: " AT "1:1: no source in this file\n");
}

static void partial_and_kept(void **state)
{
    (void)state;
    struct gw_source_set set;
    check_ok(parse("list: {item: li}\n", GW_SOURCE_PARTIAL, &set));
    assert_string_equal(set.sources[0]->list->item, "li");
    assert_string_equal(set.sources[0]->url, "");
    check_ok(parse(HEAD "list: {request: {headers: {Authorization: \"${GW_NOT_SET}\", Key_file: /x}}}\n",
                   GW_SOURCE_KEEP_SECRETS, &set));
    assert_string_equal(set.sources[0]->list->request->headers[0]->value, "${GW_NOT_SET}");
    assert_string_equal(set.sources[0]->list->request->headers[1]->key, "Key");
    assert_string_equal(set.sources[0]->list->request->headers[1]->value, "(what /x holds)");
}

static void defaults_fill_what_is_not_said(void **state)
{
    (void)state;
    static const char yaml[] = "- {id: a, url: \"http://a.example/\"}\n"
                               "- {id: b, url: \"http://b.example/\"}\n"
                               "- {id: c, url: \"http://c.example/\", fetch: {timeout: 9s}}\n"
                               "- {id: d, url: \"http://d.example/\", fetch: {delay: 7s, user_agent: own}}\n";
    struct gw_source_set set;
    Gw__FetchRule rule = GW__FETCH_RULE__INIT;
    rule.delay_set = 1, rule.allow_private_networks = 1, rule.user_agent = (char *)"house";
    check_ok(gw_source_parse(arena, "f.yaml", yaml, sizeof yaml - 1, 0, &rule, &problems, &set));
    assert_ptr_equal(set.sources[0]->fetch, set.sources[1]->fetch);
    assert_int_equal(gw_source_delay_ms(set.sources[2]), 0);
    assert_int_equal(set.sources[2]->fetch->timeout_ms, 9000);
    assert_string_equal(set.sources[2]->fetch->user_agent, "house");
    assert_int_equal(gw_source_delay_ms(set.sources[3]), 7000);
    assert_string_equal(set.sources[3]->fetch->user_agent, "own");
    assert_true(set.sources[3]->fetch->allow_private_networks);
    Gw__FetchRule blank = GW__FETCH_RULE__INIT;
    check_ok(gw_source_parse(arena, "f.yaml", yaml, sizeof yaml - 1, 0, &blank, &problems, &set));
    assert_null(set.sources[0]->fetch);
    assert_int_equal(gw_source_delay_ms(set.sources[0]), GW_DEFAULT_DELAY_MS);
}

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    check_ok(gw_fs_write(path, text, strlen(text), 0600));
}

static void folders(void **state)
{
    (void)state;
    char dir[] = "/tmp/govwire-source-XXXXXX", expected[512], path[256];
    struct gw_source_set set;
    assert_non_null(mkdtemp(dir));
    check_ok(gw_source_load_dir(arena, dir, NULL, &problems, &set));
    assert_int_equal(set.count, 0);
    snprintf(path, sizeof path, "%s/sources.d", dir);
    check_ok(gw_fs_mkdir(path, 0700));
    write_file(dir, "sources.d/b.yml",
               "- {id: b1, url: \"http://b.example/\"}\n- {id: b2, url: \"http://b.example/\"}\n");
    write_file(dir, "sources.d/a.yaml", "id: a\nurl: http://a.example/\n");
    write_file(dir, "sources.d/.hidden.yaml", "]");
    write_file(dir, "sources.d/note.txt", "]");
    check_ok(gw_source_load_dir(arena, dir, NULL, &problems, &set));
    assert_string_equal(gw_buf_str(&problems), "");
    assert_int_equal(set.count, 3);
    assert_string_equal(set.sources[0]->id, "a");
    assert_string_equal(set.sources[2]->file, "b.yml:2");

    write_file(dir, "sources.d/c.yaml", "id: c\nurl: nowhere\n");
    write_file(dir, "sources.d/d.yaml", "url: http://d.example/\nid: b1\n");
    check_rc(gw_source_load_dir(arena, dir, NULL, &problems, &set), GW_EINVAL);
    assert_int_equal(set.count, 3);
    snprintf(expected, sizeof expected,
             "%s/sources.d/c.yaml:2:6: url: not an absolute URL: 'nowhere'\n"
             "%s/sources.d/d.yaml:2:5: id: 'b1' is another source's already, at %s/sources.d/b.yml:1\n",
             dir, dir, dir);
    assert_string_equal(gw_buf_str(&problems), expected);
    check_ok(gw_fs_remove(dir));
}

static void ids(void **state)
{
    (void)state;
    static const struct {
        const char *url, *id;
    } cases[] = {
        {"https://jxj.ningbo.gov.cn/col/index.html", "jxj-ningbo"},
        {"http://www.miit.gov.cn/", "miit"},
        {"https://www.gov.cn/zhengce/", "gov"},
        {"https://www.stdaily.com/", "stdaily"},
        {"https://www.bmwk.de/x", "bmwk"},
        {"https://www.dft.gov.uk/", "dft"},
        {"http://127.0.0.1:8080/l", "127-0-0-1-8080"},
        {"http://localhost:81/", "localhost-81"},
        {"http://[::1]/", "1"},
        {"http://a_b.example.org/", "a_b-example"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *id = gw_source_id_from_url(arena, cases[i].url);
        assert_string_equal(id, cases[i].id);
        assert_true(gw_source_id_valid(id));
    }
    assert_null(gw_source_id_from_url(arena, "no url"));
    assert_false(gw_source_id_valid(""));
    assert_false(gw_source_id_valid("..") || gw_source_id_valid("a/b"));
}

static void settings(void **state)
{
    (void)state;
    char dir[] = "/tmp/govwire-settings-XXXXXX", expected[512];
    struct gw_settings s;
    assert_non_null(mkdtemp(dir));
    check_ok(gw_settings_load(arena, dir, &problems, &s));
    assert_null(s.broker_listen);
    assert_int_equal(s.agent_collectors, 2);
    assert_int_equal(s.outbox_max, UINT64_C(2) << 30);
    assert_int_equal(s.store_retention_ms, 0);
    assert_string_equal(s.log_level, "info");
    assert_false(s.fetch.delay_set);
    write_file(dir, "govwire.yaml",
               "broker: {listen: \"tcp://*:7600\", keys_dir: k}\nagent: {collectors: 8}\n"
               "fetch: {delay: 0s, allow_private_networks: true}\nstore: {retention: 30d}\nlog: {format: json}\n");
    check_ok(gw_settings_load(arena, dir, &problems, &s));
    assert_string_equal(s.broker_listen, "tcp://*:7600");
    snprintf(expected, sizeof expected, "%s/k", dir);
    assert_string_equal(s.broker_keys_dir, expected);
    assert_int_equal(s.agent_collectors, 8);
    assert_true(s.fetch.delay_set && s.fetch.allow_private_networks);
    assert_int_equal(s.store_retention_ms, UINT64_C(30) * 86400000);
    assert_string_equal(gw_buf_str(&problems), "");
    write_file(dir, "govwire.yaml", "agent: {colectors: 8}\nfetch: {delay: 0s}\nlog: {level: loud}\n");
    check_rc(gw_settings_load(arena, dir, &problems, &s), GW_EINVAL);
    snprintf(expected, sizeof expected,
             "%s/govwire.yaml:1:9: agent.colectors: unknown key (did you mean collectors?)\n"
             "%s/govwire.yaml:3:14: log.level: 'loud' is none of: error warn info debug\n"
             "%s/govwire.yaml:2:16: fetch.delay: 0s needs allow_private_networks: true\n",
             dir, dir, dir);
    assert_string_equal(gw_buf_str(&problems), expected);
    check_ok(gw_fs_remove(dir));
}

// ---- a hundred files with one mistake each

// Names that are the user's own, in name, headers, body and values.
static bool is_free(const char *key, size_t n)
{
    static const char *const names[] = {"zh", "en", "Referer", "page", "size", "unit", "x", "y"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == n && memcmp(names[i], key, n) == 0)
            return true;
    return false;
}

// The next key of the YAML at or behind `from`: a word before a colon, at a line's start or in braces.
static const char *next_key(const char *yaml, const char *from, size_t *ret_bytes)
{
    for (; *from; from++) {
        bool begins = from == yaml || strchr("\n {,", from[-1]);
        size_t n = strspn(from, "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (begins && n && from[n] == ':' && (from[n + 1] == ' ' || from[n + 1] == '\n') && !is_free(from, n)) {
            *ret_bytes = n;
            return from;
        }
        from += n ? n - 1 : 0;
    }
    return NULL;
}

static unsigned line_of(const char *yaml, const char *at)
{
    unsigned line = 1;
    for (const char *c = yaml; c < at; c++)
        line += *c == '\n';
    return line;
}

// `yaml` with `n` bytes at `at` replaced.
static char *with(const char *yaml, const char *at, size_t n, const char *text)
{
    return gw_arena_printf(arena, "%.*s%s%s", (int)(at - yaml), yaml, text, at + n);
}

static void check_refused(const char *mutant, unsigned line, const char *hint)
{
    struct gw_source_set set = {NULL, 99};
    char place[64];
    snprintf(place, sizeof place, "sources.d/f.yaml:%u:", line);
    int rc = parse(mutant, 0, &set);
    if (rc != GW_EINVAL || set.count != 99 || !strstr(gw_buf_str(&problems), place) ||
        !strstr(gw_buf_str(&problems), hint))
        fail_msg("rc %d, expected %s … %s, got %s of\n%s", rc, place, hint, gw_buf_str(&problems), mutant);
}

static void every_misspelt_key_is_refused_with_a_suggestion(void **state)
{
    (void)state;
    size_t n, mutants = 0;
    for (const char *key = every_key; (key = next_key(every_key, key, &n)); key += n) {
        char doubled[64], shorter[64], swapped[64], meant[80];
        snprintf(doubled, sizeof doubled, "%.*s%.*s", (int)(n / 2 + 1), key, (int)(n - n / 2), key + n / 2);
        snprintf(shorter, sizeof shorter, "%.*s", (int)n - 1, key);
        snprintf(swapped, sizeof swapped, "%.*s", (int)n, key);
        swapped[n - 1] = key[n - 2], swapped[n - 2] = key[n - 1];
        snprintf(meant, sizeof meant, n > 2 ? "(did you mean %.*s" : "unknown key", (int)n, key);
        const char *wrong[] = {doubled, n > 2 ? shorter : "i_d", key[n - 1] != key[n - 2] ? swapped : doubled};
        for (size_t i = 0; i < 3; i++, mutants++)
            check_refused(with(every_key, key, n, wrong[i]), line_of(every_key, key),
                          i == 1 || n < 4 ? "unknown key" : meant);
        if (key == every_key || key[-1] == '\n') { // said once more at the end
            char *again = gw_arena_printf(arena, "%s%.*s: null\n", every_key, (int)n, key);
            check_refused(again, line_of(again, again + strlen(again) - 1), "doubled key");
            mutants++;
        }
    }
    assert_true(mutants >= 100);
}

static void every_value_of_another_shape_is_refused(void **state)
{
    (void)state;
    static const char *const lists[] = {"revisit", "hosts", "remove"}, *const maps[] = {"name",   "body", "request",
                                                                                        "values", "then", "article",
                                                                                        "fetch",  "list", "withdrawal",
                                                                                        "headers"};
    size_t n, mutants = 0;
    for (const char *key = every_key; (key = next_key(every_key, key, &n)); key += n) {
        bool list = false, map = false;
        for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
            list |= strlen(lists[i]) == n && memcmp(lists[i], key, n) == 0;
        for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
            map |= strlen(maps[i]) == n && memcmp(maps[i], key, n) == 0;
        if (key[n + 1] == '\n')
            continue; // its value is the lines below
        const char *shape = list ? "{a: {b: c}}" : map ? "[[x]]" : "[{a: b}]";
        const char *value = key + n + 2;
        size_t bytes = *value == '"'          ? strcspn(value + 1, "\"") + 2
                       : *value == '\''       ? strcspn(value + 1, "'") + 2
                       : strchr("[{", *value) ? 0
                                              : strcspn(value, ",}\n");
        if (bytes == 0)
            continue; // of more than one part: the misspelt keys in it are the other test's
        check_refused(with(every_key, value, bytes, shape), line_of(every_key, key), ": ");
        mutants++;
    }
    assert_true(mutants >= 30);
}

static void cut_anywhere_it_does_no_harm(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof every_key; n += 3) {
        struct gw_source_set set = {NULL, 0};
        char *cut = gw_arena_strndup(arena, every_key, n);
        int rc = parse(cut, 0, &set);
        assert_true(rc == GW_OK || rc == GW_EINVAL);
        assert_true(rc == GW_OK || problems.bytes > 0);
        if (rc == GW_OK && set.count == 1)
            assert_true(n > strlen("id: ningbo-eitb\nurl: https://")); // both are there, if short
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(every_key_is_read),
        CASE(written_reads_the_same),
        CASE(every_misspelt_key_is_refused_with_a_suggestion),
        CASE(every_value_of_another_shape_is_refused),
        CASE(cut_anywhere_it_does_no_harm),
        CASE(mistakes),
        CASE(warnings),
        CASE(partial_and_kept),
        CASE(defaults_fill_what_is_not_said),
        CASE(folders),
        CASE(ids),
        CASE(settings),
    };
    return cmocka_run_group_tests_name("model/source", tests, NULL, NULL);
}
