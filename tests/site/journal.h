// SPDX-License-Identifier: Apache-2.0
// Who asked for what, and when: JSON Lines, so that tests can judge how polite a client is. Thread-safe.
#ifndef GW_SITE_JOURNAL_H
#define GW_SITE_JOURNAL_H

#include "base/buf.h"

#include <stdint.h>

struct gw_site_journal;

struct gw_site_header {
    const char *name, *value; // name as in the journal ("user_agent"); value NULL: not sent
};

struct gw_site_request {
    int64_t came_ms; // Unix time
    const char *method, *path, *query, *fault;
    int status; // 0: never answered
    size_t bytes;
    uint16_t client_port; // one connection has one
    const struct gw_site_header *headers;
    size_t header_count;
};

struct gw_site_journal *gw_site_journal_new(void);
struct gw_site_journal *gw_site_journal_free(struct gw_site_journal *journal);
// Past its ceiling (64 MiB) the journal takes nothing more, and says so in its last line.
void gw_site_journal_add(struct gw_site_journal *journal, const struct gw_site_request *request);
// The lines from entry number `from` on (the first has 0).
void gw_site_journal_read(struct gw_site_journal *journal, uint64_t from, struct gw_buf *out);
uint64_t gw_site_journal_count(struct gw_site_journal *journal);

#endif
