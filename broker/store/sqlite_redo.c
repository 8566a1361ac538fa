// SPDX-License-Identifier: Apache-2.0
// What the redo log says: statements that were run, with what was bound to them, and the bytes of events.
//
// A transaction is a row of changes. A statement: 'S', its code u8, the count of its values u8, the values. A value:
// its type as in gw_sqlite_use, then i u p 8 bytes; d 16; h 32; t s the length u32 and the bytes, t with length 2^32-1
// for NULL. An event: 'E', its place u64, the length u32, the bytes. Numbers are little-endian, as the hosts are.
#include "sqlite.h"

#include <string.h>

#define NO_TEXT UINT32_MAX

// Codes are for good: a redo log may be replayed by a newer govwire than the one that wrote it.
static const uint8_t codes[ST_COUNT] = {
    [ST_FIRST_PUT] = 1,     [ST_RENEW] = 2,          [ST_FORGET_AGENTS] = 3,  [ST_CLAIM_NEXT] = 4,
    [ST_CLAIM_FIRST] = 5,   [ST_AGENT_PUT] = 6,      [ST_LEASE_PUT] = 7,      [ST_SOURCE_PUT] = 8,
    [ST_TARGET_PUT] = 9,    [ST_DOCUMENT_PUT] = 10,  [ST_ALIAS_PUT] = 11,     [ST_BASELINE_PUT] = 12,
    [ST_EVENT_PUT] = 13,    [ST_EVENT_PUT + 1] = 14, [ST_EVENT_PUT + 2] = 15, [ST_TRIM] = 16,
    [ST_TRIM + 1] = 17,     [ST_TRIM + 2] = 18,      [ST_RUN_PUT] = 19,       [ST_LETTER_PUT] = 20,
    [ST_LETTERS_TRIM] = 21, [ST_CONSUMER_PUT] = 22,
};

// ---- noting

static void add_number(struct gw_buf *out, uint64_t value)
{
    gw_buf_add(out, &value, sizeof value);
}

static void add_bytes(struct gw_buf *out, const void *bytes, size_t n)
{
    uint32_t length = bytes ? (uint32_t)n : NO_TEXT;
    gw_buf_add(out, &length, sizeof length);
    gw_buf_add(out, bytes ? bytes : "", bytes ? n : 0);
}

static void add_value(struct gw_buf *out, char type, va_list *args)
{
    gw_buf_putc(out, type);
    switch (type) {
    case 't': {
        const char *text = va_arg(*args, const char *);
        add_bytes(out, text, text ? strlen(text) : 0);
        break;
    }
    case 's': {
        struct gw_span span = va_arg(*args, struct gw_span);
        add_bytes(out, span.at ? span.at : "", span.bytes);
        break;
    }
    case 'd':
        gw_buf_add(out, va_arg(*args, const struct gw_id *)->at, GW_ID_BYTES);
        break;
    case 'h':
        gw_buf_add(out, va_arg(*args, const uint8_t *), GW_SHA256_BYTES);
        break;
    case 'i':
        add_number(out, (uint64_t)va_arg(*args, int64_t));
        break;
    default:
        add_number(out, va_arg(*args, uint64_t));
    }
}

static int noted(const struct gw_sqlite *store)
{
    return gw_buf_ok(&store->changes) ? GW_OK : gw_fail(GW_ELIMIT, "store: a transaction of too many changes");
}

int gw_sqlite_redo_note(struct gw_sqlite *store, int which, const char *types, va_list *args)
{
    if (!codes[which] || store->replaying)
        return GW_OK;
    struct gw_buf *out = &store->changes;
    gw_buf_putc(out, 'S');
    gw_buf_putc(out, (char)codes[which]);
    gw_buf_putc(out, (char)strlen(types));
    for (; *types; types++)
        add_value(out, *types, args);
    return noted(store);
}

int gw_sqlite_redo_note_event(struct gw_sqlite *store, uint64_t place, struct gw_span event)
{
    gw_buf_putc(&store->changes, 'E');
    add_number(&store->changes, place);
    add_bytes(&store->changes, event.at, event.bytes);
    return noted(store);
}

// ---- applying

struct reading {
    struct gw_span left;
    bool bad;
};

static const char *take(struct reading *r, size_t bytes)
{
    if (r->left.bytes < bytes) {
        r->bad = true;
        return NULL;
    }
    const char *at = r->left.at;
    r->left.at += bytes;
    r->left.bytes -= bytes;
    return at;
}

static uint64_t take_number(struct reading *r, size_t bytes)
{
    uint64_t value = 0;
    const char *at = take(r, bytes);
    if (at)
        memcpy(&value, at, bytes);
    return value;
}

static struct gw_span take_bytes(struct reading *r)
{
    uint64_t bytes = take_number(r, sizeof(uint32_t));
    if (bytes == NO_TEXT)
        return (struct gw_span){0};
    const char *at = take(r, bytes);
    return at ? (struct gw_span){at, bytes} : (struct gw_span){0};
}

static int bind_taken(struct reading *r, sqlite3_stmt *statement, int at)
{
    char type = (char)take_number(r, 1);
    switch (type) {
    case 't': {
        struct gw_span text = take_bytes(r);
        return text.at ? sqlite3_bind_text64(statement, at, text.at, text.bytes, SQLITE_STATIC, SQLITE_UTF8)
                       : sqlite3_bind_null(statement, at);
    }
    case 's': {
        struct gw_span span = take_bytes(r);
        return sqlite3_bind_blob64(statement, at, span.at ? span.at : "", span.bytes, SQLITE_STATIC);
    }
    case 'd': {
        const char *bytes = take(r, GW_ID_BYTES);
        struct gw_id id = {0};
        memcpy(id.at, bytes ? bytes : (const char *)id.at, GW_ID_BYTES);
        return gw_id_is_none(&id) ? sqlite3_bind_null(statement, at)
                                  : sqlite3_bind_blob(statement, at, bytes, GW_ID_BYTES, SQLITE_STATIC);
    }
    case 'h':
        return sqlite3_bind_blob(statement, at, take(r, GW_SHA256_BYTES), GW_SHA256_BYTES, SQLITE_STATIC);
    case 'i':
    case 'u':
    case 'p': {
        int64_t value = (int64_t)take_number(r, sizeof value);
        return type == 'p' && value == 0 ? sqlite3_bind_null(statement, at) : sqlite3_bind_int64(statement, at, value);
    }
    default:
        r->bad = true;
        return SQLITE_OK;
    }
}

static int apply_statement(struct gw_sqlite *store, struct reading *r)
{
    uint64_t code = take_number(r, 1), values = take_number(r, 1);
    int which = 0;
    while (which < ST_COUNT && (codes[which] != code || !code))
        which++;
    if (which == ST_COUNT)
        return gw_fail(GW_EVERSION, "redo log: change %llu is not known to this govwire", (unsigned long long)code);
    sqlite3_stmt *statement = NULL;
    int rc = gw_sqlite_use(store, which, &statement, ""), bound = SQLITE_OK;
    if (rc != GW_OK)
        return rc;
    r->bad |= values != (uint64_t)sqlite3_bind_parameter_count(statement);
    for (int at = 1; at <= (int)values && bound == SQLITE_OK && !r->bad; at++)
        bound = bind_taken(r, statement, at);
    if (bound != SQLITE_OK || r->bad)
        return gw_fail(GW_ECORRUPT, "redo log: a change that makes no sense");
    rc = gw_sqlite_step(statement);
    bool appends = which >= ST_EVENT_PUT && which <= ST_EVENT_PUT_END;
    if (rc == GW_OK && appends)
        store->last[which - ST_EVENT_PUT + 1]++;
    return rc;
}

static int take_event(struct gw_sqlite *store, struct reading *r, bool is_last)
{
    uint64_t place = take_number(r, sizeof place);
    struct gw_span event = take_bytes(r);
    if (r->bad)
        return gw_fail(GW_ECORRUPT, "redo log: an event that is cut off");
    int rc = gw_event_files_write(store->files, place, event);
    return rc == GW_OK && is_last ? gw_event_files_start(store->files, place + event.bytes) : rc;
}

static void skip_statement(struct reading *r)
{
    uint64_t values = (take_number(r, 1), take_number(r, 1));
    for (uint64_t i = 0; i < values && !r->bad; i++) {
        char type = (char)take_number(r, 1);
        if (type == 't' || type == 's')
            take_bytes(r);
        else
            take(r, type == 'd' ? GW_ID_BYTES : type == 'h' ? GW_SHA256_BYTES : sizeof(uint64_t));
    }
}

int gw_sqlite_redo_apply(struct gw_sqlite *store, struct gw_span changes, bool events_only)
{
    struct reading r = {.left = changes};
    int rc = GW_OK;
    while (rc == GW_OK && r.left.bytes && !r.bad) {
        uint64_t kind = take_number(&r, 1);
        if (kind == 'S' && events_only)
            skip_statement(&r);
        else
            rc = kind == 'S'   ? apply_statement(store, &r)
                 : kind == 'E' ? take_event(store, &r, !events_only)
                               : gw_fail(GW_ECORRUPT, "redo log: a change of no known kind");
    }
    return rc == GW_OK && r.bad ? gw_fail(GW_ECORRUPT, "redo log: a change that is cut off") : rc;
}
