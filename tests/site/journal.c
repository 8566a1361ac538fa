// SPDX-License-Identifier: Apache-2.0
#include "journal.h"

#include "base/err.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { JOURNAL_MAX = 64 << 20 };

struct gw_site_journal {
    pthread_mutex_t lock;
    struct gw_buf lines;
    uint64_t count;
};

struct gw_site_journal *gw_site_journal_new(void)
{
    struct gw_site_journal *journal = calloc(1, sizeof *journal);
    gw_assert(journal);
    journal->lines = GW_BUF(JOURNAL_MAX);
    pthread_mutex_init(&journal->lock, NULL);
    return journal;
}

struct gw_site_journal *gw_site_journal_free(struct gw_site_journal *journal)
{
    if (journal) {
        gw_buf_fini(&journal->lines);
        pthread_mutex_destroy(&journal->lock);
    }
    free(journal);
    return NULL;
}

static void string_put(struct gw_buf *out, const char *name, const char *value)
{
    gw_buf_printf(out, ",\"%s\":\"", name);
    for (const unsigned char *at = (const unsigned char *)value; *at; at++)
        if (*at == '"' || *at == '\\')
            gw_buf_printf(out, "\\%c", *at);
        else if (*at < 0x20 || *at >= 0x7f)
            gw_buf_printf(out, "\\u%04x", *at); // bytes as Latin-1: a client may send anything
        else
            gw_buf_putc(out, (char)*at);
    gw_buf_putc(out, '"');
}

void gw_site_journal_add(struct gw_site_journal *journal, const struct gw_site_request *r)
{
    struct gw_buf line = GW_BUF(64 * 1024);
    gw_buf_printf(&line, "{\"t_ms\":%" PRId64 ",\"status\":%d,\"bytes\":%zu,\"connection\":%u", r->came_ms, r->status,
                  r->bytes, r->client_port);
    string_put(&line, "method", r->method);
    string_put(&line, "path", r->path);
    if (r->query && *r->query)
        string_put(&line, "query", r->query);
    if (r->fault)
        string_put(&line, "fault", r->fault);
    for (size_t i = 0; i < r->header_count; i++)
        if (r->headers[i].value)
            string_put(&line, r->headers[i].name, r->headers[i].value);
    gw_buf_puts(&line, "}\n");
    pthread_mutex_lock(&journal->lock);
    if (gw_buf_ok(&line) && line.bytes + 64 < journal->lines.limit - journal->lines.bytes) {
        gw_buf_add(&journal->lines, line.data, line.bytes);
        journal->count++;
    } else if (gw_buf_ok(&journal->lines)) {
        gw_buf_puts(&journal->lines, "{\"full\":true}\n");
        journal->lines.full = true;
    }
    pthread_mutex_unlock(&journal->lock);
    gw_buf_fini(&line);
}

void gw_site_journal_read(struct gw_site_journal *journal, uint64_t from, struct gw_buf *out)
{
    pthread_mutex_lock(&journal->lock);
    const char *at = gw_buf_str(&journal->lines), *end = at + journal->lines.bytes;
    for (; from > 0 && at < end; from--)
        at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
    gw_buf_add(out, at, (size_t)(end - at));
    pthread_mutex_unlock(&journal->lock);
}

uint64_t gw_site_journal_count(struct gw_site_journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    uint64_t count = journal->count;
    pthread_mutex_unlock(&journal->lock);
    return count;
}
