// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/config.h"
#include "base/fs.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct inner {
    char *note;
    uint32_t size;
};
struct outer {
    char *name, *mode;
    int word, flag, delay_said;
    uint32_t count;
    uint64_t delay_ms, room;
    size_t n_tags;
    char **tags;
    struct inner *inner;
    struct inner flat;
};

static const char *check_lower(struct gw_config *config, const char *text)
{
    (void)config;
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            return "capitals";
    return NULL;
}

static const char *const modes[] = {"fast", "slow", NULL};
static const char *const words[] = {"zero", "one", NULL};
static const struct inner blank_inner = {.size = 7};
static const struct gw_config_key inner_keys[] = {
    {"note", GW_CONFIG_TEXT, offsetof(struct inner, note)},
    {"size", GW_CONFIG_COUNT, offsetof(struct inner, size)},
    {0},
};
static const struct gw_config_key outer_keys[] = {
    {"name", GW_CONFIG_TEXT, offsetof(struct outer, name), .check = check_lower, .help = "what it is called"},
    {"mode", GW_CONFIG_TEXT, offsetof(struct outer, mode), "fast", .words = modes},
    {"word", GW_CONFIG_WORD, offsetof(struct outer, word), .words = words},
    {"flag", GW_CONFIG_BOOL, offsetof(struct outer, flag)},
    {"count", GW_CONFIG_COUNT, offsetof(struct outer, count), "3", "how many", .min = 1, .max = 10},
    {"delay", GW_CONFIG_DURATION, offsetof(struct outer, delay_ms), "5s", .max = 3600000,
     .said = offsetof(struct outer, delay_said)},
    {"room", GW_CONFIG_SIZE, offsetof(struct outer, room), "1GiB"},
    {"tags", GW_CONFIG_TEXTS, offsetof(struct outer, tags), .count = offsetof(struct outer, n_tags), .max = 3},
    {"inner", GW_CONFIG_MAPPING, offsetof(struct outer, inner), .keys = inner_keys, .blank = &blank_inner,
     .blank_bytes = sizeof blank_inner},
    {"flat", GW_CONFIG_MAPPING, offsetof(struct outer, flat), .keys = inner_keys, .help = "a part"},
    {0},
};

static struct gw_arena *arena, *scratch;
static struct gw_buf problems;
static struct outer got;

static int set_up(void **state)
{
    (void)state;
    arena = gw_arena_new(16 << 20);
    scratch = gw_arena_new(512 << 20);
    problems = GW_BUF(1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena = gw_arena_free(arena);
    scratch = gw_arena_free(scratch);
    gw_buf_fini(&problems);
    return 0;
}

static struct gw_config *parse(struct gw_span yaml)
{
    struct gw_config *config;
    gw_buf_reset(&problems);
    (void)gw_config_parse(arena, scratch, "f.yaml", yaml.at, yaml.bytes, &problems, &config);
    return config;
}

static unsigned read_yaml(struct gw_span yaml)
{
    struct gw_config *config = parse(yaml);
    memset(&got, 0, sizeof got);
    if (gw_config_root(config))
        gw_config_read(config, gw_config_root(config), outer_keys, &got);
    return gw_config_errors(config);
}

static void values(void **state)
{
    (void)state;
    assert_int_equal(read_yaml(GW_SPAN("name: \"a b\"\nmode: slow\nword: one\nflag: true\ncount: 10\ndelay: 0s\n"
                                       "room: 64MiB\ntags: [x, 'y']\ninner: {note: n}\nflat:\n  size: 4\n")),
                     0);
    assert_string_equal(gw_buf_str(&problems), "");
    assert_string_equal(got.name, "a b");
    assert_string_equal(got.mode, "slow");
    assert_int_equal(got.word, 1);
    assert_int_equal(got.flag, 1);
    assert_int_equal(got.count, 10);
    assert_true(got.delay_said && got.delay_ms == 0);
    assert_int_equal(got.room, 64 << 20);
    assert_int_equal(got.n_tags, 2);
    assert_string_equal(got.tags[1], "y");
    assert_string_equal(got.inner->note, "n");
    assert_int_equal(got.inner->size, 7);
    assert_int_equal(got.flat.size, 4);
    // Nothing said: a null of any spelling, and a single text for a list.
    assert_int_equal(read_yaml(GW_SPAN("name: ~\nmode:\ncount: null\ndelay: Null\ntags: one\n")), 0);
    assert_null(got.name);
    assert_false(got.delay_said);
    assert_int_equal(got.n_tags, 1);
    assert_int_equal(read_yaml(GW_SPAN("# nothing\n")), 0);
}

static void defaults(void **state)
{
    (void)state;
    struct gw_config *config = parse(GW_SPAN(""));
    memset(&got, 0, sizeof got);
    gw_config_defaults(config, outer_keys, &got);
    assert_int_equal(gw_config_errors(config), 0);
    assert_string_equal(got.mode, "fast");
    assert_int_equal(got.count, 3);
    assert_int_equal(got.delay_ms, 5000);
    assert_int_equal(got.room, 1 << 30);
}

static void problems_name_the_place(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *expected;
    } cases[] = {
        {"nam: x\n", "f.yaml:1:1: nam: unknown key (did you mean name?)\n"},
        {"name: x\nsize: 3\n", "f.yaml:2:1: size: unknown key (did you mean inner.size?)\n"},
        {"inner: {mode: fast}\n", "f.yaml:1:9: inner.mode: unknown key (did you mean mode at the top?)\n"},
        {"wholly: x\n", "f.yaml:1:1: wholly: unknown key\n"},
        {"宁波: x\n", "f.yaml:1:1: 宁波: unknown key\n"},
        {"\"na\\nme\": x\n", "f.yaml:1:1: na?me: unknown key (did you mean name?)\n"},
        {"name: x\ncount: 3\nname: y\n", "f.yaml:3:1: name: doubled key; it stands in line 1 already\n"},
        {"name_file: x\nname: y\n",
         "f.yaml:1:12: name_file: x: no such file\nf.yaml:2:1: name: doubled key; it stands in line 1 already\n"},
        {"name: ABC\n", "f.yaml:1:7: name: capitals\n"},
        {"name: ''\n", "f.yaml:1:7: name: empty text; leave the key out, or write null\n"},
        {"name: [x]\n", "f.yaml:1:7: name: expected text, found a sequence\n"},
        {"mode: fats\n", "f.yaml:1:7: mode: 'fats' is none of: fast slow (did you mean fast?)\n"},
        {"word: 1\n", "f.yaml:1:7: word: '1' is none of: zero one\n"},
        {"flag: yes\n", "f.yaml:1:7: flag: 'yes' is neither true nor false (did you mean true?)\n"},
        {"flag: maybe\n", "f.yaml:1:7: flag: 'maybe' is neither true nor false\n"},
        {"count: 0\n", "f.yaml:1:8: count: '0' is out of range: at least 1\n"},
        {"count: 11\n", "f.yaml:1:8: count: '11' is out of range: at most 10\n"},
        {"count: 99999999999999999999\n", "f.yaml:1:8: count: expected a whole number, found '99999999999999999999'\n"},
        {"count: -1\n", "f.yaml:1:8: count: expected a whole number, found '-1'\n"},
        {"delay: 5\n", "f.yaml:1:8: delay: expected a duration like 90s, 10m, 1h or 7d, found '5'\n"},
        {"delay: 2h\n", "f.yaml:1:8: delay: '2h' is out of range: at most 1h\n"},
        {"room: 5 MB\n", "f.yaml:1:7: room: expected a size like 64MiB or 2GiB, found '5 MB'\n"},
        {"room: 9999999999TiB\n", "f.yaml:1:7: room: expected a size like 64MiB or 2GiB, found '9999999999TiB'\n"},
        {"tags: [a, {}]\n", "f.yaml:1:11: tags: expected text, found a mapping\n"},
        {"tags: [a, b, c, d]\n", "f.yaml:1:7: tags: more than 3 entries\n"},
        {"inner: x\n", "f.yaml:1:8: inner: expected a mapping (key: value), found 'x'\n"},
        {"- a\n", "f.yaml:1:1: expected a mapping (key: value), found a sequence\n"},
        {"name: &a\n  - *a\n", "f.yaml:2:5: an alias inside of what it stands for\n"},
        {"name: *b\n", "f.yaml:1:7: an alias without an anchor before it\n"},
        {"name: x\n---\nname: y\n", "f.yaml:2:1: a second document; one file holds one\n"},
        {"name: !secret x\n", "f.yaml:1:7: tags are not supported\n"},
        {"name: \"a\\0b\"\n", "f.yaml:1:7: a NUL character in text\n"},
        {"{[a]: b}\n", "f.yaml:1:2: a key has to be plain text\n"},
        {"name: x\n  mode: y\n", "f.yaml:2:7: mapping values are not allowed in this context\n"},
        {"inner:\n\tnote: x\n", "f.yaml:2:1: found character that cannot start any token while scanning for the next "
                                "token; YAML indents with blanks, not tabs\n"},
        {"name: [a\nmode: b\n",
         "f.yaml:2:5: did not find expected ',' or ']' while parsing a flow sequence begun at line 1\n"},
        {"name: x\nmode: a\xff"
         "b\n",
         "f.yaml:2:8: invalid leading UTF-8 octet\n"},
        {"name: x\nmode: \x01\n", "f.yaml:2:7: control characters are not allowed\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(read_yaml(gw_span_of(cases[i].yaml)) > 0);
        if (strcmp(gw_buf_str(&problems), cases[i].expected) != 0)
            fail_msg("%s gave\n%s instead of\n%s", cases[i].yaml, gw_buf_str(&problems), cases[i].expected);
    }
}

static void variables(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *name, *expected; // of a message; NULL: none
    } cases[] = {
        {"name: ${GW_T}", "hello", NULL},
        {"name: a${GW_T}b${GW_T}", "ahellobhello", NULL},
        {"name: ${GW_NONE:-dflt}", "dflt", NULL},
        {"name: ${GW_EMPTY:-dflt}", "dflt", NULL},
        {"name: ${GW_T:-dflt}", "hello", NULL},
        {"name: x${GW_EMPTY}y", "xy", NULL},
        {"name: $${gw_t}", "${gw_t}", NULL},
        {"name: $5 and $$", "$5 and $$", NULL},
        {"name: ${GW_NONE}", NULL,
         "f.yaml:1:7: name: the environment variable GW_NONE is not set; ${GW_NONE:-default} would allow that\n"},
        {"name: ${GW_NONE:?set it to the town}", NULL, "f.yaml:1:7: name: GW_NONE: set it to the town\n"},
        {"name: ${GW T}", NULL, "f.yaml:1:7: name: expected ${NAME}, ${NAME:-default} or ${NAME:?message}\n"},
        {"name: ${GW_T:x}", NULL, "f.yaml:1:7: name: expected ${NAME}, ${NAME:-default} or ${NAME:?message}\n"},
        {"name: ${GW_T", NULL, "f.yaml:1:7: name: ${ without its }; $${ is a plain ${\n"},
        // What comes from outside is never shown.
        {"name: ${GW_SECRET}", NULL, "f.yaml:1:7: name: not usable (the value is not shown)\n"},
        {"name: x\ncount: ${GW_SECRET}", "x", "f.yaml:2:8: count: expected a whole number, found …\n"},
        {"${GW_T}: x", NULL, "f.yaml:1:1: ${GW_T}: unknown key\n"},
    };
    setenv("GW_T", "hello", 1);
    setenv("GW_EMPTY", "", 1);
    setenv("GW_SECRET", "PASSWORD", 1);
    unsetenv("GW_NONE");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        read_yaml(gw_span_of(cases[i].yaml));
        assert_string_equal(gw_buf_str(&problems), cases[i].expected ? cases[i].expected : "");
        if (cases[i].name)
            assert_string_equal(got.name, cases[i].name);
        else
            assert_null(got.name);
    }
}

static void secrets_from_files(void **state)
{
    (void)state;
    char dir[] = "/tmp/govwire-config-XXXXXX", path[64];
    struct gw_config *config;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/token", dir);
    check_ok(gw_fs_write(path, "s3cret\r\n", 8, 0600));
    snprintf(path, sizeof path, "%s/f.yaml", dir);
    for (int keep = 0; keep < 2; keep++) {
        static const char yaml[] = "name_file: token\nmode: slow\n";
        gw_buf_reset(&problems);
        memset(&got, 0, sizeof got);
        check_ok(gw_config_parse(arena, scratch, path, yaml, sizeof yaml - 1, &problems, &config));
        if (keep)
            gw_config_keep_secrets(config);
        gw_config_read(config, gw_config_root(config), outer_keys, &got);
        assert_string_equal(gw_buf_str(&problems), "");
        assert_string_equal(got.name, keep ? "(what token holds)" : "s3cret");
    }
    check_ok(gw_fs_remove(dir));
}

// Files that grow without bound when taken at their word.
static void bounds(void **state)
{
    (void)state;
    struct gw_buf yaml = GW_BUF(32 << 20);
    // Each level has ten aliases of the one before: 10^9 texts.
    gw_buf_puts(&yaml, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 9; i++) {
        gw_buf_printf(&yaml, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            gw_buf_printf(&yaml, "%s*a%d", k ? "," : "", i - 1);
        gw_buf_puts(&yaml, "]\n");
    }
    gw_buf_puts(&yaml, "tags: *a8\n");
    assert_true(read_yaml((struct gw_span){yaml.data, yaml.bytes}) > 0);
    gw_buf_reset(&yaml);
    for (int i = 0; i < 100; i++)
        gw_buf_puts(&yaml, "[");
    assert_true(read_yaml((struct gw_span){yaml.data, yaml.bytes}) > 0);
    assert_string_equal(gw_buf_str(&problems), "f.yaml:1:25: nested too deep\n");
    gw_buf_reset(&yaml);
    for (int i = 0; i < 200000; i++)
        gw_buf_puts(&yaml, "x: 1\n");
    assert_true(read_yaml((struct gw_span){yaml.data, yaml.bytes}) > 0);
    assert_true(gw_ends_with(gw_span_of(gw_buf_str(&problems)), "f.yaml: more problems, not shown\n"));
    gw_buf_reset(&yaml);
    for (int i = 0; i < 600000; i++)
        gw_buf_puts(&yaml, "x: 1\n");
    assert_true(read_yaml((struct gw_span){yaml.data, yaml.bytes}) > 0);
    assert_non_null(strstr(gw_buf_str(&problems), "too much for one file"));
    gw_buf_reset(&yaml);
    while (yaml.bytes <= GW_CONFIG_FILE_MAX)
        gw_buf_puts(&yaml, "# comment, comment, comment, comment, comment, comment, comment\n");
    assert_true(read_yaml((struct gw_span){yaml.data, yaml.bytes}) > 0);
    assert_string_equal(gw_buf_str(&problems), "f.yaml:1:1: a file of more than 16 MiB\n");
    gw_buf_fini(&yaml);
}

static void writing(void **state)
{
    (void)state;
    static const char yaml[] = "name: \"a: b # c\"\n"
                               "mode: slow\n"
                               "word: one\n"
                               "flag: true\n"
                               "count: 4\n"
                               "delay: 0s\n"
                               "room: 1536KiB\n"
                               "tags: [x, \"\\u0007\\\"$${y}\", \"2024-01-01\", \"true\"]\n"
                               "inner:\n"
                               "  size: 7\n";
    static const struct gw_config_key loose[] = {
        {"tags", GW_CONFIG_TEXTS, offsetof(struct outer, tags), .count = offsetof(struct outer, n_tags)}, {0}};
    struct gw_config *config = parse(GW_SPAN("tags: [x, \"\\u0007\\\"$${y}\", \"2024-01-01\", 'true']\n"));
    struct outer from_list = {0};
    gw_config_read(config, gw_config_root(config), loose, &from_list);
    assert_int_equal(read_yaml(GW_SPAN("name: 'a: b # c'\nmode: slow\nword: one\nflag: true\ncount: 4\ndelay: 0s\n"
                                       "room: 1536KiB\ninner: {}\n")),
                     0);
    got.tags = from_list.tags;
    got.n_tags = from_list.n_tags;
    struct gw_buf out = GW_BUF(10000);
    gw_config_write(outer_keys, &got, 0, &out);
    assert_string_equal(gw_buf_str(&out), yaml);
    gw_buf_reset(&out);
    gw_config_write_help(outer_keys, 0, &out);
    assert_string_equal(gw_buf_str(&out), "# name:                           # what it is called\n"
                                          "# count: 3                        # how many\n"
                                          "# flat:                           # a part\n");
    gw_buf_fini(&out);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(values), CASE(defaults), CASE(problems_name_the_place), CASE(variables), CASE(secrets_from_files),
        CASE(bounds), CASE(writing),
    };
    return cmocka_run_group_tests_name("base/config", tests, NULL, NULL);
}
