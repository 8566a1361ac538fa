// SPDX-License-Identifier: Apache-2.0
// What changed between two readings of a document: fields, paragraphs, and how much it matters.
#ifndef GW_BROKER_CHANGE_H
#define GW_BROKER_CHANGE_H

#include "base/arena.h"
#include "base/err.h"
#include "schema/event.pb-c.h"

// Bounded: at most 200 paragraph changes and 64 KiB of quoted text (more_paragraphs counts the rest); long quotes end
// in "…". The change lives in the arena and borrows from both documents. GW_ELIMIT: out of arena.
GW_MUST_CHECK int gw_change_make(struct gw_arena *arena, const Gw__Document *before, const Gw__Document *after,
                                 Gw__Change **ret_change);

#endif
