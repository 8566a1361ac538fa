// SPDX-License-Identifier: Apache-2.0
// What a reader does with one page: bytes and a request in, a result out. No process, no socket: tests and benches call
// it as the reader does.
#ifndef GW_WORKER_UNDERSTAND_H
#define GW_WORKER_UNDERSTAND_H

#include "article/article.h"
#include "base/arena.h"
#include "list/list.h"
#include "policy/policy.h"
#include "schema/job.pb-c.h"

// Version of all the code that reads: grows when any part's does, so that newer is larger.
enum { GW_EXTRACTOR_VERSION = GW_ARTICLE_VERSION << 20 | GW_LIST_VERSION << 10 | GW_POLICY_VERSION };

// What a reader keeps from page to page; both may be NULL.
struct gw_understand_kept {
    const struct gw_policy_table *bodies; // the user's own
    struct gw_compiled *compiled;         // the rules of sources; nothing of it is in use between two pages
};

// Always gives a valid result: a page that cannot be read gives one with its failure. Everything in it lives in `arena`
// or is static, and borrows from `bytes`.
void gw_understand(struct gw_arena *arena, const Gw__ReadReq *request, const struct gw_understand_kept *kept,
                   const void *bytes, size_t n, Gw__ReadResult *ret_result);

#endif
