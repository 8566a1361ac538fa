// SPDX-License-Identifier: Apache-2.0
// What the broker keeps, behind one interface: SQLite for people, memory as the reference for tests, others to follow.
//
// DESIGN: rows and transactions, no policy. A group commit is one transaction; each message runs in a savepoint, so
// that a bad one goes alone. An append answers what became of the event, never its place: a store shared by several
// brokers gives places later, by one sequencer. Here `seq` is dense per stream, given in the inserting transaction, and
// visible to readers only with the commit that made it.
//
// A handle belongs to one thread at a time. There is one writing handle per store; any number of readers stand beside
// it, also in other processes (SQLite), and see only what is committed.
//
// Every function can give GW_EIO, GW_ENOSPC and GW_EAGAIN (temporary: roll back, try the whole transaction again) and
// GW_ECORRUPT (stop). Rows that a `get` returns live in the arena (GW_ENOTFOUND: there is none); rows given to a
// callback live until it returns, and the callback must not use any handle of the store.
#ifndef GW_STORE_STORE_H
#define GW_STORE_STORE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "schema/event.pb-c.h"

#include <stdbool.h>
#include <stdint.h>

struct gw_store;

enum { GW_ID_BYTES = 16 };
#define GW_STREAMS 4 // streams are Gw__Stream 1..3

// Incarnations, documents and events are named by 16 bytes. All zero: none.
struct gw_id {
    uint8_t at[GW_ID_BYTES];
};
static inline bool gw_id_is_none(const struct gw_id *id)
{
    static const struct gw_id none;
    return __builtin_memcmp(id, &none, sizeof none) == 0;
}
static inline bool gw_id_eq(const struct gw_id *a, const struct gw_id *b)
{
    return __builtin_memcmp(a, b, sizeof *a) == 0;
}

// ---- Life

struct gw_store_options {
    const char *backend; // "sqlite" or "memory"
    const char *path;    // of the SQLite file; its directory must exist
    bool read_only;      // a command's handle beside a broker, or of a store that nobody has open
    uint64_t max_bytes;  // ceiling of the stored bytes, as if the disk were that small; 0: none
};

// GW_ENOTFOUND: read_only and there is none; GW_EVERSION: made by a newer govwire; GW_ECORRUPT: damaged, or not a
// store; GW_EINVAL: no such backend.
GW_MUST_CHECK int gw_store_open(const struct gw_store_options *options, struct gw_store **ret_store);
// One more reading handle on the same store, for another thread.
GW_MUST_CHECK int gw_store_reader(const struct gw_store *store, struct gw_store **ret_reader);
struct gw_store *gw_store_close(struct gw_store *store); // rolls back what is open; accepts NULL, returns NULL

struct gw_store_identity {
    char store_id[33];   // random, hex; made with the store
    uint64_t generation; // from 1; one more with each restore
    int schema;
};
GW_MUST_CHECK int gw_store_identify(struct gw_store *store, struct gw_store_identity *ret_identity);

// ---- Transactions (writing handle). After a failure inside, roll back; a rollback of nothing is fine.

GW_MUST_CHECK int gw_store_begin(struct gw_store *store);
GW_MUST_CHECK int gw_store_commit(struct gw_store *store); // on disk, and readers see it, when it returns
// As commit, but readers may see it only with the next commit, which need not have changes of its own: for many
// transactions in a row.
GW_MUST_CHECK int gw_store_secure(struct gw_store *store);
// The same in two halves, so that the next transaction can begin while the disk works: `seal` ends this one, and
// `settle`, on another thread if one likes, returns when it is on disk. Only the transaction begun next may be open
// beside it, and must be neither ended nor rolled back before it returned. When it failed: rollback, if one is open,
// then unseal.
GW_MUST_CHECK int gw_store_seal(struct gw_store *store);
GW_MUST_CHECK int gw_store_settle(struct gw_store *store);
void gw_store_unseal(struct gw_store *store); // the sealed one never was
void gw_store_rollback(struct gw_store *store);
GW_MUST_CHECK int gw_store_savepoint(struct gw_store *store); // one at a time
GW_MUST_CHECK int gw_store_release(struct gw_store *store);
GW_MUST_CHECK int gw_store_undo(struct gw_store *store); // back to the savepoint, which is then gone

// ---- Agents: which messages of which outbox have their outcome

struct gw_store_agent {
    struct gw_id incarnation;
    const char *node;
    bool counted;         // a message was claimed: acked_msgno holds
    uint64_t acked_msgno; // every message up to here has its outcome
    int64_t seen_ms;
};
enum gw_store_claim { GW_CLAIM_NEW, GW_CLAIM_REPEAT, GW_CLAIM_GAP };

// Take `msgno` as the next of this outbox. NEW: it is, and counts from now on; GAP: messages are missing before it. The
// first of an incarnation that was never counted may be any.
GW_MUST_CHECK int gw_store_claim(struct gw_store *store, const struct gw_id *incarnation, uint64_t msgno,
                                 enum gw_store_claim *ret_claim);
GW_MUST_CHECK int gw_store_agent_get(struct gw_store *store, struct gw_arena *arena, const struct gw_id *incarnation,
                                     struct gw_store_agent *ret_agent);
// Node and seen_ms; leaves the count alone.
GW_MUST_CHECK int gw_store_agent_put(struct gw_store *store, const struct gw_store_agent *agent);

// ---- Leases

struct gw_store_lease {
    const char *host;
    uint32_t epoch;      // of the last grant; 0: never granted
    struct gw_id holder; // none: free
};
typedef bool gw_store_lease_fn(const struct gw_store_lease *lease, void *arg); // false stops
GW_MUST_CHECK int gw_store_lease_get(struct gw_store *store, struct gw_arena *arena, const char *host,
                                     struct gw_store_lease *ret_lease);
GW_MUST_CHECK int gw_store_lease_put(struct gw_store *store, const struct gw_store_lease *lease);
GW_MUST_CHECK int gw_store_leases(struct gw_store *store, gw_store_lease_fn *fn, void *arg);

// ---- Sources

struct gw_store_source {
    const char *id;
    struct gw_span definition; // packed gw.Source
    struct gw_span health;     // packed gw.Health; empty: new
    bool removed;
};
typedef bool gw_store_source_fn(const struct gw_store_source *source, void *arg);
GW_MUST_CHECK int gw_store_source_get(struct gw_store *store, struct gw_arena *arena, const char *id,
                                      struct gw_store_source *ret_source);
GW_MUST_CHECK int gw_store_source_put(struct gw_store *store, const struct gw_store_source *source);
GW_MUST_CHECK int gw_store_sources(struct gw_store *store, gw_store_source_fn *fn, void *arg); // by id

// ---- Targets: one row per known URL, whichever host serves it ("www.x" and "x" may be two machines, and one page)

struct gw_store_target {
    const char *url;  // canonical: the key
    const char *host; // "name:port" that is asked for it
    const char *source_id;
    uint32_t purpose;      // Gw__Purpose
    uint32_t epoch;        // order of the observation it last changed with: (epoch, fetched_ms)
    int64_t fetched_ms;    // 0: never read
    struct gw_span target; // packed gw.Target
};
typedef bool gw_store_target_fn(const struct gw_store_target *target, void *arg);
GW_MUST_CHECK int gw_store_target_get(struct gw_store *store, struct gw_arena *arena, const char *url,
                                      struct gw_store_target *ret_target);
GW_MUST_CHECK int gw_store_target_put(struct gw_store *store, const struct gw_store_target *target);
// Of one host in order of URL, those behind `after` (NULL: from the first).
GW_MUST_CHECK int gw_store_targets(struct gw_store *store, const char *host, const char *after, gw_store_target_fn *fn,
                                   void *arg);
typedef bool gw_store_host_fn(const char *host, void *arg);
GW_MUST_CHECK int gw_store_target_hosts(struct gw_store *store, gw_store_host_fn *fn, void *arg); // each once, in order

// ---- Documents

enum gw_document_state { GW_DOCUMENT_LIVE = 1, GW_DOCUMENT_WITHDRAWN = 2 };
struct gw_store_document {
    struct gw_id id;
    const char *url; // canonical, where it was first seen
    const char *source_id;
    uint32_t state;    // enum gw_document_state
    uint32_t revision; // of its last event, from 1
    struct gw_id event_id;
    uint8_t digest[GW_SHA256_BYTES]; // of the content a reader sees
    uint32_t extractor;              // that made the digest
    uint32_t epoch;
    int64_t fetched_ms, first_seen_ms;
    bool rebased; // the content is the baseline's, not that of event_id: read anew by another extractor
};
GW_MUST_CHECK int gw_store_document_get(struct gw_store *store, struct gw_arena *arena, const struct gw_id *id,
                                        struct gw_store_document *ret_document);
GW_MUST_CHECK int gw_store_document_put(struct gw_store *store, const struct gw_store_document *document);
// Another URL of a document.
GW_MUST_CHECK int gw_store_alias_get(struct gw_store *store, const char *url, struct gw_id *ret_document);
GW_MUST_CHECK int gw_store_alias_put(struct gw_store *store, const char *url, const struct gw_id *document);
// The content of a rebased document: a packed gw.Document.
GW_MUST_CHECK int gw_store_baseline_get(struct gw_store *store, struct gw_arena *arena, const struct gw_id *document,
                                        struct gw_span *ret_content);
GW_MUST_CHECK int gw_store_baseline_put(struct gw_store *store, const struct gw_id *document, struct gw_span content);

// ---- Events

// Of an event's bytes, to find damage: XXH3 of 128 bits, or SHA-256 in rows of an older store.
struct gw_store_digest {
    uint8_t bytes;
    uint8_t at[GW_SHA256_BYTES];
};
struct gw_store_event {
    Gw__Stream stream;
    uint64_t seq; // given by the store
    struct gw_id id;
    struct gw_id previous; // the event of the same document before this one
    int64_t stored_ms;
    struct gw_store_digest digest; // made by append
    struct gw_span event;          // packed gw.Event
};
enum gw_store_append { GW_APPEND_STORED, GW_APPEND_REPEAT };
typedef bool gw_store_event_fn(const struct gw_store_event *event, void *arg);

// REPEAT: an event of this id is in its stream already; nothing changed.
GW_MUST_CHECK int gw_store_append(struct gw_store *store, const struct gw_store_event *event,
                                  enum gw_store_append *ret_append);
// The events from..to (inclusive), oldest or newest first.
GW_MUST_CHECK int gw_store_events(struct gw_store *store, Gw__Stream stream, uint64_t from, uint64_t to,
                                  bool newest_first, gw_store_event_fn *fn, void *arg);
// Of any stream: ids are made so that they differ.
GW_MUST_CHECK int gw_store_event_get(struct gw_store *store, struct gw_arena *arena, const struct gw_id *id,
                                     struct gw_store_event *ret_event);
// An empty stream has first == last + 1. What is below `first` was removed by retention.
GW_MUST_CHECK int gw_store_bounds(struct gw_store *store, Gw__Stream stream, uint64_t *ret_first, uint64_t *ret_last);

// Remove the events below `before` (retention); consumers are told of the gap. At most what one transaction should hold
// is the caller's choice.
GW_MUST_CHECK int gw_store_trim(struct gw_store *store, Gw__Stream stream, uint64_t before);

// ---- Coverage: the open run of equal answers of each source

struct gw_store_run {
    const char *source_id;
    const char *status;
    int64_t from_ms, to_ms;
    uint32_t polls;
};
GW_MUST_CHECK int gw_store_run_get(struct gw_store *store, struct gw_arena *arena, const char *source_id,
                                   struct gw_store_run *ret_run);
GW_MUST_CHECK int gw_store_run_put(struct gw_store *store, const struct gw_store_run *run);

// ---- Letters: messages that changed nothing, kept with their bytes

struct gw_store_letter {
    uint64_t id;      // given by the store
    const char *kind; // "dead": could not be taken; "late": of an old epoch
    struct gw_id incarnation;
    uint64_t msgno;
    int64_t stored_ms;
    const char *reason;
    struct gw_span bytes; // the packed message
};
typedef bool gw_store_letter_fn(const struct gw_store_letter *letter, void *arg);
GW_MUST_CHECK int gw_store_letter_put(struct gw_store *store, const struct gw_store_letter *letter);
GW_MUST_CHECK int gw_store_letters(struct gw_store *store, gw_store_letter_fn *fn, void *arg); // oldest first
// Keep the newest `keep` of a kind.
GW_MUST_CHECK int gw_store_letters_trim(struct gw_store *store, const char *kind, uint64_t keep);

// ---- Consumers that leave their position here

struct gw_store_consumer {
    const char *name;
    Gw__Stream stream;
    const char *filter;
    uint64_t seq; // processed up to here
    int64_t seen_ms;
};
typedef bool gw_store_consumer_fn(const struct gw_store_consumer *consumer, void *arg);
GW_MUST_CHECK int gw_store_consumer_get(struct gw_store *store, struct gw_arena *arena, const char *name,
                                        struct gw_store_consumer *ret_consumer);
GW_MUST_CHECK int gw_store_consumer_put(struct gw_store *store, const struct gw_store_consumer *consumer);
GW_MUST_CHECK int gw_store_consumers(struct gw_store *store, gw_store_consumer_fn *fn, void *arg);

// ---- Care

struct gw_store_damage {
    uint64_t events, bad; // looked at; those that fail their digest or break the order
    char first[256];      // what was found first
};
typedef void gw_store_progress_fn(uint64_t done, uint64_t total, void *arg); // events
// Read everything: the file's structure, every event against its digest, every stream for gaps. Damage found is no
// failure. Reads for as long as it takes, in pieces; `progress` may be NULL.
GW_MUST_CHECK int gw_store_verify(struct gw_store *store, gw_store_progress_fn *progress, void *arg,
                                  struct gw_store_damage *ret_damage);
// A copy of what is committed now, as a file that can be opened; commits go on meanwhile. GW_EEXIST: `path` is there.
GW_MUST_CHECK int gw_store_backup(struct gw_store *store, const char *path);
// In a transaction: begin a new generation. Which messages were counted is forgotten, as the outboxes have gone on.
GW_MUST_CHECK int gw_store_renew(struct gw_store *store, uint64_t generation);

#endif
