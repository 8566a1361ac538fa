// SPDX-License-Identifier: Apache-2.0
// `govwire event`: with --dir it reads DIR/state/store.db itself, so it works while nothing runs, and only --follow
// talks to the broker; with --broker all comes from there.
#include "cli.h"

#include "base/fs.h"
#include "broker/history.h"
#include "broker_talk.h"
#include "event_print.h"
#include "model/query.h"
#include "search/search.h"
#include "store/store.h"
#include "wire/frame.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TAIL_EVENTS = 20,
    SEARCH_EVENTS = 50,
    MAX_LIMIT = 1000000,
    CHUNK = 1000, // events read at once: a longer reading would keep the store's log from being cut
    ARENA_BYTES = 256 * 1024 * 1024,
};

struct arguments {
    const char *command; // "event tail"
    struct gw_broker_at at;
    const char *query, *format, *operand;
    uint64_t from, to, limit;
    Gw__Stream stream;
    bool json, follow, from_said, from_now;
};

// A command at work: the store, and what it looks for.
struct work {
    struct arguments args;
    struct gw_store *store; // NULL: there is none yet
    struct gw_query *query;
    const char *query_text; // a broker elsewhere evaluates it, too
    struct gw_arena *arena;
    uint64_t first, last; // of the stream
};

// ---- arguments

enum { DIR_ = 1, BROKER, KEY, FOLLOW, FORMAT, FROM, JSON, LIMIT, QUERY, STREAM, TO };
#define TAKES(option) (1u << (option))
#define REMOTE        (TAKES(DIR_) | TAKES(BROKER) | TAKES(KEY))

static const struct option options[] = {
    {"dir", required_argument, NULL, DIR_},      {"follow", no_argument, NULL, FOLLOW},
    {"format", required_argument, NULL, FORMAT}, {"from", required_argument, NULL, FROM},
    {"json", no_argument, NULL, JSON},           {"limit", required_argument, NULL, LIMIT},
    {"query", required_argument, NULL, QUERY},   {"stream", required_argument, NULL, STREAM},
    {"to", required_argument, NULL, TO},         {"broker", required_argument, NULL, BROKER},
    {"key", required_argument, NULL, KEY},       {0},
};

static int parse_stream(struct arguments *args, const char *name)
{
    static const char *const names[GW_STREAMS] = {"", "policy", "source", "coverage"};
    for (size_t i = 1; i < GW_STREAMS; i++)
        if (strcmp(names[i], name) == 0) {
            args->stream = (Gw__Stream)i;
            return -1;
        }
    return gw_cli_usage(args->command, "--stream is policy, source or coverage, not '%s'", name);
}

static int parse_number(const struct arguments *args, const char *option, const char *text, uint64_t max,
                        uint64_t *ret_number)
{
    if (gw_parse_u64(gw_span_of(text), max, ret_number) && *ret_number > 0)
        return -1;
    return gw_cli_usage(args->command, "%s needs a number from 1, not '%s'", option, text);
}

static int parse_option(struct arguments *args, int option)
{
    switch (option) {
    case DIR_:
        args->at.dir = optarg;
        return -1;
    case BROKER:
        args->at.broker = optarg;
        return -1;
    case KEY:
        args->at.key_file = optarg;
        return -1;
    case FOLLOW:
        args->follow = true;
        return -1;
    case JSON:
        args->json = true;
        return -1;
    case QUERY:
        args->query = optarg;
        return -1;
    case STREAM:
        return parse_stream(args, optarg);
    case LIMIT:
        return parse_number(args, "--limit", optarg, MAX_LIMIT, &args->limit);
    case TO:
        return parse_number(args, "--to", optarg, INT64_MAX, &args->to);
    case FORMAT:
        args->format = optarg;
        if (strcmp(optarg, "jsonl") == 0 || strcmp(optarg, "csv") == 0)
            return -1;
        return gw_cli_usage(args->command, "--format is jsonl or csv, not '%s'", optarg);
    default: // FROM
        args->from_said = true;
        args->from_now = strcmp(optarg, "now") == 0;
        return args->from_now ? -1 : parse_number(args, "--from", optarg, INT64_MAX, &args->from);
    }
}

// `takes` says which options the command has, `operand` what its one argument is called (NULL: none). < 0: go on.
static int parse(struct arguments *args, int argc, char **argv, unsigned takes, const char *operand)
{
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == '?' || !(takes & TAKES(c)))
            return gw_cli_usage(args->command, "unknown or incomplete option '%s'", argv[optind - 1]);
        int exit_code = parse_option(args, c);
        if (exit_code >= 0)
            return exit_code;
    }
    int exit_code = gw_broker_at_check(&args->at, args->command);
    if (exit_code >= 0)
        return exit_code;
    if (operand && optind == argc)
        return gw_cli_usage(args->command, "needs %s", operand);
    args->operand = operand ? argv[optind++] : NULL;
    if (optind < argc)
        return gw_cli_usage(args->command, "unexpected argument '%s'", argv[optind]);
    return -1;
}

// ---- the store

static int failed(int rc)
{
    return gw_cli_error(rc == GW_ENOTFOUND || rc == GW_EINVAL ? GW_EXIT_FAILED
                        : rc == GW_EAGAIN                     ? GW_EXIT_UNAVAILABLE
                                                              : gw_exit_for(rc),
                        "%s", gw_reason());
}

// < 0: go on.
static int open_work(struct work *w, const char *query)
{
    const char *dir = w->args.at.dir;
    if (dir && !gw_fs_exists(dir)) // a directory without a store is only empty; none at all is a slip
        return gw_cli_error(GW_EXIT_FAILED, "%s: no such directory", dir);
    w->query_text = query;
    int rc = query ? gw_query_new(query, &w->query) : GW_OK;
    if (rc != GW_OK)
        return gw_cli_error(GW_EXIT_USAGE, "query: %s", gw_reason());
    w->arena = gw_arena_new(ARENA_BYTES);
    w->first = 1;
    if (!dir)
        return -1;
    struct gw_buf path = GW_BUF(64 * 1024);
    gw_buf_printf(&path, "%s/state/store.db", dir);
    struct gw_store_options store = {.backend = "sqlite", .path = gw_buf_str(&path), .read_only = true};
    rc = gw_store_open(&store, &w->store);
    gw_buf_fini(&path);
    if (rc != GW_OK && rc != GW_ENOTFOUND)
        return failed(rc);
    rc = w->store ? gw_store_bounds(w->store, w->args.stream, &w->first, &w->last) : GW_OK;
    return rc == GW_OK ? -1 : failed(rc);
}

static int close_work(struct work *w, int exit_code)
{
    gw_store_close(w->store);
    gw_query_free(w->query);
    gw_arena_free(w->arena);
    if (fflush(stdout) != 0 && exit_code == GW_EXIT_OK)
        exit_code = gw_cli_error(GW_EXIT_IO, "output: it cannot be written");
    return exit_code;
}

static enum gw_event_format format_of(const struct arguments *args)
{
    if (args->format && strcmp(args->format, "csv") == 0)
        return GW_EVENT_CSV;
    return args->json || args->format ? GW_EVENT_JSON : GW_EVENT_LINE;
}

static int unpack(struct work *w, const struct gw_store_event *row, const Gw__Event **ret_event)
{
    ProtobufCMessage *message;
    int rc = gw_message_unpack(&gw__event__descriptor, row->event.at, row->event.bytes, w->arena, &message);
    if (rc == GW_EPROTO)
        return gw_fail_prefix(GW_ECORRUPT, "event %" PRIu64, row->seq);
    *ret_event = (const Gw__Event *)message;
    return rc;
}

// ---- walking the log

// What is done with each event that matches; false stops.
struct walk {
    struct work *work;
    bool (*take)(struct walk *walk, uint64_t seq, const Gw__Event *event);
    uint64_t left;  // matches still wanted
    uint64_t *seqs; // tail: of the matches
    size_t count;
    int rc;
    bool over;
};

static bool walk_one(const struct gw_store_event *row, void *arg)
{
    struct walk *walk = arg;
    const Gw__Event *event = NULL;
    gw_arena_reset(walk->work->arena);
    walk->rc = unpack(walk->work, row, &event);
    if (walk->rc == GW_OK && (!walk->work->query || gw_query_match(walk->work->query, event))) {
        walk->over = !walk->take(walk, row->seq, event) || --walk->left == 0;
    }
    return walk->rc == GW_OK && !walk->over;
}

static bool walk_packed(void *arg, uint64_t seq, struct gw_span event)
{
    struct gw_store_event row = {.seq = seq, .event = event};
    return walk_one(&row, arg);
}

// What the broker is asked for; the caller says what to do with it.
static struct gw_broker_read reading(const struct work *w, uint64_t from, uint64_t to)
{
    return (struct gw_broker_read){
        .at = w->args.at, .stream = w->args.stream, .query = w->query_text, .from = from, .to = to};
}

static int walk_remote(struct walk *walk, uint64_t from, uint64_t to)
{
    struct gw_broker_read read = reading(walk->work, from, to == UINT64_MAX ? 0 : to);
    read.event = walk_packed;
    read.arg = walk;
    int rc = gw_broker_read(&read, NULL);
    return rc == GW_OK ? walk->rc : rc;
}

// Every event from..to, in chunks; from a broker elsewhere oldest first only.
static int walk_log(struct walk *walk, uint64_t from, uint64_t to, bool newest_first)
{
    struct work *w = walk->work;
    if (w->args.at.broker)
        return walk_remote(walk, from, to);
    from = from < w->first ? w->first : from;
    to = to > w->last ? w->last : to;
    while (w->store && from <= to && !walk->over && walk->rc == GW_OK) {
        uint64_t n = to - from + 1 < CHUNK ? to - from + 1 : CHUNK;
        uint64_t chunk_from = newest_first ? to - n + 1 : from;
        int rc =
            gw_store_events(w->store, w->args.stream, chunk_from, chunk_from + n - 1, newest_first, walk_one, walk);
        if (rc != GW_OK)
            return rc;
        from += newest_first ? 0 : n;
        to -= newest_first ? n : 0;
    }
    return walk->rc;
}

static bool print_match(struct walk *walk, uint64_t seq, const Gw__Event *event)
{
    walk->rc = gw_event_print(format_of(&walk->work->args), seq, event);
    return walk->rc == GW_OK;
}

static bool note_match(struct walk *walk, uint64_t seq, const Gw__Event *event)
{
    (void)event;
    walk->seqs[walk->count++] = seq;
    return true;
}

// ---- the last of them, from a broker elsewhere

struct kept {
    uint64_t seq;
    char *bytes;
    size_t n;
};

// A ring of the newest `room` matches.
struct keeping {
    struct kept *ring;
    uint64_t room, count; // count: ever
};

static bool keep_packed(void *arg, uint64_t seq, struct gw_span event)
{
    struct keeping *k = arg;
    struct kept *to = &k->ring[k->count++ % k->room];
    char *bytes = malloc(event.bytes + 1);
    gw_assert(bytes);
    memcpy(bytes, event.at, event.bytes);
    free(to->bytes);
    *to = (struct kept){seq, bytes, event.bytes};
    return true;
}

static int print_kept(struct work *w, const struct kept *kept)
{
    struct walk one = {.work = w, .take = print_match, .left = 1};
    walk_packed(&one, kept->seq, (struct gw_span){kept->bytes, kept->n});
    return one.rc;
}

// With a query the broker looks through all it has; without one the last are where they are.
static int print_last_remote(struct work *w, uint64_t n, bool newest_first)
{
    struct keeping k = {.ring = calloc(n, sizeof *k.ring), .room = n};
    gw_assert(k.ring);
    uint64_t last = 0;
    struct gw_broker_read read = reading(w, 0, 0);
    read.event = keep_packed;
    read.arg = &k;
    int rc = w->query ? GW_OK : gw_broker_read(&read, &last);
    read.from = last > n ? last - n + 1 : 1;
    if (rc == GW_OK)
        rc = gw_broker_read(&read, NULL);
    uint64_t have = k.count < n ? k.count : n;
    for (uint64_t i = 0; i < have && rc == GW_OK; i++)
        rc = print_kept(w, &k.ring[(newest_first ? k.count - 1 - i : k.count - have + i) % n]);
    for (uint64_t i = 0; i < have; i++)
        free(k.ring[i].bytes);
    free(k.ring);
    return rc;
}

// ---- tail

static int print_last(struct work *w, uint64_t n)
{
    if (w->args.at.broker)
        return print_last_remote(w, n, false);
    uint64_t *seqs = calloc(n, sizeof *seqs);
    gw_assert(seqs);
    struct walk find = {.work = w, .take = note_match, .left = n, .seqs = seqs};
    int rc = walk_log(&find, 1, UINT64_MAX, true);
    for (size_t i = find.count; i-- > 0 && rc == GW_OK;) {
        struct walk one = {.work = w, .take = print_match, .left = 1};
        rc = walk_log(&one, seqs[i], seqs[i], false);
    }
    free(seqs);
    return rc;
}

static bool print_followed(struct walk *walk, uint64_t seq, const Gw__Event *event)
{
    walk->rc = gw_event_print(format_of(&walk->work->args), seq, event);
    if (walk->rc == GW_OK && fflush(stdout) != 0)
        walk->rc = gw_fail_errno("output");
    return walk->rc == GW_OK;
}

static int follow(struct work *w, uint64_t from)
{
    struct walk walk = {.work = w, .take = print_followed, .left = UINT64_MAX};
    struct gw_broker_read read = reading(w, from, 0);
    read.follow = true;
    read.event = walk_packed;
    read.arg = &walk;
    fflush(stdout);
    int rc = gw_broker_read(&read, NULL);
    return rc == GW_OK ? walk.rc : rc;
}

static int event_tail(int argc, char **argv)
{
    struct work w = {.args = {.command = "event tail", .stream = GW__STREAM__STREAM_POLICY, .limit = TAIL_EVENTS}};
    int exit_code =
        parse(&w.args, argc, argv,
              REMOTE | TAKES(FROM) | TAKES(FOLLOW) | TAKES(QUERY) | TAKES(STREAM) | TAKES(JSON) | TAKES(LIMIT), NULL);
    if (exit_code < 0)
        exit_code = open_work(&w, w.args.query);
    if (exit_code >= 0)
        return close_work(&w, exit_code);
    int rc = GW_OK;
    if (w.args.at.broker && w.args.follow) {
        rc = follow(&w, w.args.from);
        return close_work(&w, rc == GW_OK ? GW_EXIT_OK : failed(rc));
    }
    if (w.args.from) { // what is there first, also when nothing runs
        struct walk all = {.work = &w, .take = print_match, .left = UINT64_MAX};
        rc = walk_log(&all, w.args.from, UINT64_MAX, false);
    } else if (!w.args.follow && !w.args.from_now) {
        rc = print_last(&w, w.args.limit);
    }
    if (rc == GW_OK && w.args.follow)
        rc = follow(&w, w.args.from > w.last ? w.args.from : w.last + 1);
    return close_work(&w, rc == GW_OK ? GW_EXIT_OK : failed(rc));
}

// ---- search, export

struct searched {
    struct work *work;
    uint64_t left;
    int rc;
};

static bool print_found(uint64_t seq, const Gw__Event *event, void *arg)
{
    struct searched *s = arg;
    s->rc = gw_event_print(format_of(&s->work->args), seq, event);
    return s->rc == GW_OK && --s->left > 0;
}

static int search(struct work *w)
{
    struct gw_store_identity identity;
    struct gw_index *index = NULL;
    struct gw_buf path = GW_BUF(64 * 1024);
    if (w->args.at.broker)
        return print_last_remote(w, w->args.limit, true);
    if (!w->store)
        return GW_OK;
    gw_buf_printf(&path, "%s/state/index.db", w->args.at.dir);
    int rc = gw_store_identify(w->store, &identity);
    if (rc == GW_OK && gw_index_open(gw_buf_str(&path), &identity, true, &index) != GW_OK)
        index = NULL; // slower without it, but no less complete
    struct searched found = {.work = w, .left = w->args.limit};
    struct gw_search what = {
        .store = w->store, .index = index, .query = w->query, .stream = w->args.stream, .arena = w->arena};
    if (rc == GW_OK)
        rc = gw_search_run(&what, print_found, &found);
    gw_index_close(index);
    gw_buf_fini(&path);
    return rc == GW_OK ? found.rc : rc;
}

static int event_search(int argc, char **argv)
{
    struct work w = {.args = {.command = "event search", .stream = GW__STREAM__STREAM_POLICY, .limit = SEARCH_EVENTS}};
    int exit_code = parse(&w.args, argc, argv, REMOTE | TAKES(STREAM) | TAKES(JSON) | TAKES(LIMIT), "a query");
    if (exit_code < 0)
        exit_code = open_work(&w, w.args.operand);
    if (exit_code >= 0)
        return close_work(&w, exit_code);
    int rc = search(&w);
    return close_work(&w, rc == GW_OK ? GW_EXIT_OK : failed(rc));
}

static int event_export(int argc, char **argv)
{
    struct work w = {.args = {.command = "event export", .stream = GW__STREAM__STREAM_POLICY, .format = "jsonl"}};
    int exit_code =
        parse(&w.args, argc, argv,
              REMOTE | TAKES(STREAM) | TAKES(JSON) | TAKES(FORMAT) | TAKES(FROM) | TAKES(TO) | TAKES(QUERY), NULL);
    if (exit_code < 0 && w.args.from_now)
        exit_code = gw_cli_usage(w.args.command, "--from needs a number from 1, not 'now'");
    if (exit_code < 0)
        exit_code = open_work(&w, w.args.query);
    if (exit_code >= 0)
        return close_work(&w, exit_code);
    gw_event_print_head(format_of(&w.args));
    struct walk all = {.work = &w, .take = print_match, .left = UINT64_MAX};
    int rc = walk_log(&all, w.args.from ? w.args.from : 1, w.args.to ? w.args.to : UINT64_MAX, false);
    return close_work(&w, rc == GW_OK ? GW_EXIT_OK : failed(rc));
}

// ---- one event, one document

static bool parse_id(const char *text, struct gw_id *ret_id)
{
    unsigned byte;
    if (strlen(text) != 2 * GW_ID_BYTES || strspn(text, "0123456789abcdefABCDEF") != 2 * GW_ID_BYTES)
        return false;
    for (size_t i = 0; i < GW_ID_BYTES && sscanf(text + 2 * i, "%2x", &byte) == 1; i++)
        ret_id->at[i] = (uint8_t)byte;
    return true;
}

struct found {
    struct gw_store_event row;
    struct gw_arena *arena;
    const char *id; // looked for; NULL: the first that comes is it
    bool any;
};

static bool find_row(const struct gw_store_event *row, void *arg)
{
    struct found *found = arg;
    found->row = *row;
    found->row.event.at = gw_arena_strndup(found->arena, row->event.at, row->event.bytes);
    found->any = found->row.event.at != NULL;
    return false;
}

static bool find_packed(void *arg, uint64_t seq, struct gw_span event)
{
    struct found *found = arg;
    struct gw_store_event row = {.seq = seq, .event = event};
    ProtobufCMessage *message;
    gw_arena_reset(found->arena);
    if (found->id &&
        (gw_message_unpack(&gw__event__descriptor, event.at, event.bytes, found->arena, &message) != GW_OK ||
         !gw_str_eq_nocase(((const Gw__Event *)message)->event_id, found->id)))
        return true;
    gw_arena_reset(found->arena);
    return find_row(&row, found);
}

// A broker elsewhere has no other way to an id than through all events.
static int find_remote(struct work *w, const char *id, uint64_t seq, struct found *found)
{
    struct gw_broker_read read = reading(w, id ? 1 : seq, id ? 0 : seq);
    found->id = id;
    read.event = find_packed;
    read.arg = found;
    return gw_broker_read(&read, NULL);
}

// By its place in the stream, or its id.
static int find_event(struct work *w, const char *name, struct gw_store_event *ret_row)
{
    struct gw_id id;
    uint64_t seq = 0;
    struct found found = {.arena = w->arena};
    bool remote = w->args.at.broker != NULL, by_id = parse_id(name, &id);
    if (!w->store && !remote)
        return gw_fail(GW_ENOTFOUND, "%s: no events here yet", w->args.at.dir);
    int rc = GW_OK;
    if (by_id && !remote) {
        rc = gw_store_event_get(w->store, w->arena, &id, ret_row);
        return rc == GW_ENOTFOUND ? gw_fail(rc, "no event %s", name) : rc;
    }
    if (!by_id && !gw_parse_u64(gw_span_of(name), INT64_MAX, &seq))
        return gw_fail(GW_EINVAL, "'%s' is neither a number nor an event's id", name);
    rc = remote ? find_remote(w, by_id ? name : NULL, seq, &found)
                : gw_store_events(w->store, w->args.stream, seq, seq, false, find_row, &found);
    *ret_row = found.row;
    return rc != GW_OK || found.any ? rc : gw_fail(GW_ENOTFOUND, "no event %s in this stream", name);
}

static int open_one(struct work *w, int argc, char **argv, const char *operand, unsigned takes,
                    struct gw_store_event *ret_row, const Gw__Event **ret_event)
{
    w->args.stream = GW__STREAM__STREAM_POLICY;
    int exit_code = parse(&w->args, argc, argv, takes, operand);
    if (exit_code < 0)
        exit_code = open_work(w, NULL);
    if (exit_code >= 0)
        return exit_code;
    int rc = find_event(w, w->args.operand, ret_row);
    if (rc == GW_OK)
        rc = unpack(w, ret_row, ret_event);
    return rc == GW_OK ? -1 : failed(rc);
}

static int event_get(int argc, char **argv)
{
    struct work w = {.args = {.command = "event get"}};
    struct gw_store_event row;
    const Gw__Event *event = NULL;
    int exit_code = open_one(&w, argc, argv, "SEQ or ID", REMOTE | TAKES(STREAM) | TAKES(JSON), &row, &event);
    if (exit_code >= 0)
        return close_work(&w, exit_code);
    int rc = GW_OK;
    if (w.args.json)
        rc = gw_event_print(GW_EVENT_JSON, row.seq, event);
    else
        gw_event_print_whole(row.seq, event);
    return close_work(&w, rc == GW_OK ? GW_EXIT_OK : failed(rc));
}

static int event_diff(int argc, char **argv)
{
    struct work w = {.args = {.command = "event diff"}};
    struct gw_store_event row;
    const Gw__Event *event = NULL;
    int exit_code = open_one(&w, argc, argv, "SEQ or ID", REMOTE | TAKES(JSON), &row, &event);
    if (exit_code >= 0)
        return close_work(&w, exit_code);
    if (!event->change) {
        exit_code = gw_cli_error(GW_EXIT_FAILED, "event %" PRIu64 " is '%s': it changed nothing before it", row.seq,
                                 event->type);
    } else if (w.args.json) {
        int rc = gw_event_print(GW_EVENT_JSON, row.seq, event);
        exit_code = rc == GW_OK ? GW_EXIT_OK : failed(rc);
    } else {
        gw_event_print_change(event);
        exit_code = GW_EXIT_OK;
    }
    return close_work(&w, exit_code);
}

static int print_row(const struct gw_store_event *row, void *arg)
{
    struct work *w = arg;
    const Gw__Event *event = NULL;
    int rc = unpack(w, row, &event);
    return rc == GW_OK ? gw_event_print(format_of(&w->args), row->seq, event) : rc;
}

static int print_answer(void *arg, uint64_t seq, struct gw_span event)
{
    struct work *w = arg;
    gw_arena_reset(w->arena);
    return print_row(&(struct gw_store_event){.seq = seq, .event = event}, w);
}

static int event_history(int argc, char **argv)
{
    struct work w = {.args = {.command = "event history", .stream = GW__STREAM__STREAM_POLICY}};
    int exit_code = parse(&w.args, argc, argv, REMOTE | TAKES(JSON), "a URL");
    if (exit_code < 0)
        exit_code = open_work(&w, NULL);
    if (exit_code >= 0)
        return close_work(&w, exit_code);
    const char *url = w.args.operand;
    int rc;
    if (w.args.at.broker)
        rc = gw_broker_errand(&w.args.at, GW__ERRAND__ERRAND_HISTORY, url, print_answer, &w, NULL);
    else if (w.store)
        rc = gw_history(w.store, w.arena, url, print_row, &w);
    else
        rc = gw_fail(GW_ENOTFOUND, "%s: no events here yet", w.args.at.dir);
    return close_work(&w, rc == GW_OK ? GW_EXIT_OK : failed(rc));
}

// ---- the table

#define COMMON                                                                                                         \
    "  --dir DIR          where state/ is; it may run or not\n"                                                        \
    "  --json             JSON Lines (CloudEvents 1.0)\n"                                                              \
    "  --broker ADDRESS   instead: a running broker, \"tcp://HOST:7600\"\n"                                            \
    "  --key FILE         this machine's key for it, with the role consumer or operator ('govwire key')\n"
#define WITH_STREAM                                                                                                    \
    COMMON                                                                                                             \
    "  --stream STREAM    policy (default): documents; source: health of sources; coverage: what was looked at\n"
#define QUERY_HELP                                                                                                     \
    "A query: word \"a phrase\" -not field:value field:>=value field:a..b (a OR b); several terms mean AND.\n"         \
    "Fields: type kind region issuer level source topic lang title doc_number published stored amount deadline "       \
    "cluster.\n"

static const struct gw_command commands[] = {
    {"diff", event_diff, "What a revision changed",
     "Usage: govwire event diff SEQ|ID (--dir DIR | --broker ADDRESS --key FILE) [--json]\n\n"
     "Shows the fields and paragraphs that changed, '-' before and '+' after.\n\n" COMMON
     "\nExit codes: 0 done, 1 no such event, or one that changed nothing, 2 usage, 65 store not usable,\n"
     "69 no answer, 77 key not allowed.\n\n"
     "Example:\n  govwire event diff 42 --dir .\n"},
    {"export", event_export, "All events, or a range of them",
     "Usage: govwire event export (--dir DIR | --broker ADDRESS --key FILE) [--format jsonl|csv] [--from SEQ] [--to "
     "SEQ] [OPTION]…\n\n"
     "Writes events in order of their sequence to standard output.\n\n" WITH_STREAM
     "  --format FORMAT    jsonl (default) or csv (RFC 4180, with a header; the documents' main fields)\n"
     "  --from, --to SEQ   first and last sequence number\n"
     "  --query Q          only those that match\n"
     "\nExit codes: 0 done, 2 usage, 65 store not usable, 69 no answer, 74 output cannot be written,\n"
     "77 key not allowed.\n\n"
     "Example:\n  govwire event export --dir . --format csv --from 1000 > events.csv\n"},
    {"get", event_get, "One event in full",
     "Usage: govwire event get SEQ|ID (--dir DIR | --broker ADDRESS --key FILE) [OPTION]…\n\n"
     "Shows the event with this sequence number, or with this id.\n\n" WITH_STREAM
     "\nExit codes: 0 done, 1 no such event, 2 usage, 65 store not usable, 69 no answer, 77 key not allowed.\n\n"
     "Example:\n  govwire event get 42 --dir .\n"},
    {"history", event_history, "All events of one document",
     "Usage: govwire event history URL (--dir DIR | --broker ADDRESS --key FILE) [--json]\n\n"
     "Lists what happened to the document at this URL, from the first event on. http and https, with and without\n"
     "\"www.\", are one; so are URLs that it moved to.\n\n" COMMON
     "\nExit codes: 0 done, 1 no such document, 2 usage, 65 store not usable, 69 no answer, 77 key not allowed.\n\n"
     "Example:\n  govwire event history https://www.example.gov.cn/art/1.html --dir .\n"},
    {"search", event_search, "Find events, newest first",
     "Usage: govwire event search QUERY (--dir DIR | --broker ADDRESS --key FILE) [--limit N] [OPTION]…\n\n"
     "Uses the text index, and looks through what is not in it yet; the answer is always complete.\n\n" WITH_STREAM
     "  --limit N          at most so many (default 50)\n\n" QUERY_HELP
     "\nExit codes: 0 done, 2 usage or a wrong query, 65 store not usable, 69 no answer, 77 key not allowed.\n\n"
     "Example:\n  govwire event search 'kind:notice 智能制造 published:2024-01..2024-06' --dir .\n"},
    {"tail", event_tail, "The newest events, and those to come",
     "Usage: govwire event tail (--dir DIR | --broker ADDRESS --key FILE) [--from SEQ|now] [--follow] [OPTION]…\n\n"
     "Without --from: the last 20; with --follow alone: from now on. Following goes on over restarts of the broker,\n"
     "without gap or repeat, until Ctrl-C.\n\n" WITH_STREAM "  --from SEQ|now     begin with this sequence number\n"
     "  --follow           wait for more\n"
     "  --limit N          how many without --from (default 20)\n"
     "  --query Q          only those that match\n\n" QUERY_HELP
     "\nExit codes: 0 done, 1 the broker refused, 2 usage or a wrong query, 65 store not usable, 69 no answer,\n"
     "77 key not allowed.\n\n"
     "Examples:\n  govwire event tail --dir . --follow --query 'region:3302'\n"
     "  govwire event tail --broker tcp://news.example:7600 --key reader.key --follow --from 1\n"},
    {0},
};

int cmd_event(int argc, char **argv)
{
    return gw_cli_dispatch("event", commands, argc, argv);
}
