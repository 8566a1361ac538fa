// SPDX-License-Identifier: Apache-2.0
// The facts of a document, whatever their kind: every element of a repeated field whose message has a `proof`. Found
// through the message's descriptor, so that a new kind of fact is handled without a line here.
#ifndef GW_WORKER_FACTS_H
#define GW_WORKER_FACTS_H

#include "base/arena.h"
#include "schema/document.pb-c.h"

#include <stdbool.h>

// Keep the facts for which `keep` says true (it may change the proof); proof is NULL for a fact without one.
typedef bool gw_fact_fn(Gw__Proof *proof, void *arg);
void gw_facts_keep(Gw__Document *document, gw_fact_fn *keep, void *arg);

// Put the facts of `from` behind those of `to`; the lists are new and live in `arena`, the facts are shared. false:
// out of arena, and `to` has some of them.
bool gw_facts_append(struct gw_arena *arena, Gw__Document *to, const Gw__Document *from);

#endif
