/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libgovwire: read the events of a govwire broker, from any machine, in order, without gap or repeat.
 *
 *     struct govwire_options options = {.broker = "tcp://news.example:7600", .key_file = "reader.key",
 *                                       .from = cursor + 1, .filter = "region:3302 type:published"};
 *     struct govwire *g;
 *     struct govwire_item item;
 *     if (govwire_open(&options, &g) != 0)
 *         errx(1, "%s", govwire_error());
 *     while (govwire_next(g, -1, &item) > 0)
 *         if (item.kind == GOVWIRE_EVENT) {
 *             puts(govwire_json(g, &item));
 *             govwire_done(g, item.seq);          // cursor = item.seq: keep it where you keep your results
 *         }
 *     govwire_close(g);
 *
 *     cc reader.c $(pkg-config --cflags --libs govwire)
 *
 * A broker that is away or starts anew is waited for, and the reading goes on where it was. A handle belongs to one
 * thread at a time; handles do not know of each other. Strings are UTF-8. Nothing is ever written to standard output or
 * standard error.
 */
#ifndef GOVWIRE_H
#define GOVWIRE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define GOVWIRE_API __attribute__((visibility("default")))
#else
#define GOVWIRE_API
#endif

/* One subscription. */
struct govwire;

/* Each stream has a dense sequence of its own: 1, 2, 3 ... */
enum govwire_stream {
    GOVWIRE_POLICY = 1,   /* documents: published, revised, withdrawn, reinstated, reposted */
    GOVWIRE_SOURCE = 2,   /* a source changed its state */
    GOVWIRE_COVERAGE = 3, /* what was looked at, and when */
};

/* Everything but `broker` may be left zero. Strings are copied. */
struct govwire_options {
    const char *broker;         /* "tcp://HOST:7600", the address agents have, or "ipc://PATH" */
    const char *key_file;       /* of `govwire key new`, with the broker's line in it; not needed for ipc */
    enum govwire_stream stream; /* 0: policy */
    uint64_t from;              /* first sequence number wanted; 0: as `name` says, without one from now on */
    const char *filter;         /* query language of govwire; NULL: everything. The broker evaluates it */
    const char *name;  /* durable: the broker keeps what govwire_done() said under this name; NULL: it does not */
    unsigned window;   /* events that may be out without govwire_done(); 0: 1000, at most 4096 */
    const char *store; /* of the cursor `from`, as govwire_store() said; NULL: not checked */
    uint64_t generation;
    const char *program; /* name for the broker's log; NULL: "libgovwire" */
};

enum govwire_kind {
    GOVWIRE_EVENT = 1,     /* an event; `seq` is its own */
    GOVWIRE_MARK = 2,      /* everything up to `seq` was looked at, and nothing (more) in it matched */
    GOVWIRE_CAUGHT_UP = 3, /* all that was stored was said; what follows is new. Again after this reader was slow */
    GOVWIRE_GAP = 4,       /* events `from` to `seq` are gone: retention removed them */
};

struct govwire_item {
    enum govwire_kind kind;
    uint64_t seq;
    uint64_t from;     /* of a gap */
    const void *event; /* of an event: the packed protobuf message gw.Event (event.proto), until the next call */
    size_t event_bytes;
};

/* What a negative result means. After each but GOVWIRE_EARGUMENT and GOVWIRE_ECURSOR another govwire_next() tries
 * again. */
enum govwire_error {
    GOVWIRE_EARGUMENT = -1, /* the options, the key file or the filter are wrong */
    GOVWIRE_EDENIED =
        -2, /* the broker does not know the key, or the key's role may not read; or others can read the file */
    GOVWIRE_ECURSOR =
        -3, /* the cursor is of another store or generation, ahead of it, or another reader has the name */
    GOVWIRE_EPROTOCOL = -4, /* the other side is no broker, or none of this library's versions */
    GOVWIRE_ESYSTEM = -5,   /* sockets, memory */
};

/* ---- Life */

/* Checks the options and begins to connect; *ret_govwire is untouched on failure. 0, GOVWIRE_EARGUMENT,
 * GOVWIRE_EDENIED, GOVWIRE_ESYSTEM. */
GOVWIRE_API int govwire_open(const struct govwire_options *options, struct govwire **ret_govwire);
/* Ends it; what was not said with govwire_done() comes again. NULL is fine. */
GOVWIRE_API void govwire_close(struct govwire *govwire);

/* ---- Use */

/* Wait at most timeout_ms (-1: for ever) for the next item: 1 and *ret_item, 0 when nothing came, or an error. */
GOVWIRE_API int govwire_next(struct govwire *govwire, int timeout_ms, struct govwire_item *ret_item);
/* Everything up to `seq` is processed: makes room for further events and, with a name, moves the kept position. */
GOVWIRE_API void govwire_done(struct govwire *govwire, uint64_t seq);
/* The event as JSON (CloudEvents 1.0, structured mode); valid until the next call with this handle. NULL when it is
 * none. */
GOVWIRE_API const char *govwire_json(struct govwire *govwire, const struct govwire_item *item);

/* ---- Inspect */

/* Why the last failing call of this thread failed. */
GOVWIRE_API const char *govwire_error(void);
/* Why there is no connection right now; "" while there is one. */
GOVWIRE_API const char *govwire_trouble(const struct govwire *govwire);
/* The newest sequence number when the subscription began; 0 before. */
GOVWIRE_API uint64_t govwire_last(const struct govwire *govwire);
/* The store that sequence numbers belong to: keep it beside the cursor. "" before the first item. */
GOVWIRE_API const char *govwire_store(const struct govwire *govwire, uint64_t *ret_generation);

#ifdef __cplusplus
}
#endif

#endif
