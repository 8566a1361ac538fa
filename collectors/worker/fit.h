// SPDX-License-Identifier: Apache-2.0
// Making a reading fit into a frame: what is too long is cut where it hurts least, and says that it was.
#ifndef GW_WORKER_FIT_H
#define GW_WORKER_FIT_H

#include "base/arena.h"
#include "schema/document.pb-c.h"
#include "schema/observation.pb-c.h"

#include <stdbool.h>
#include <stddef.h>

// Packed bytes of a reading. A frame (1 MiB) also holds the observation around it, later the event with its changes.
enum { GW_READING_MAX = 640 * 1024 };

// Cut the body (at a paragraph's end when one is near) with the facts that lie behind the cut, and mark the document
// truncated. When the rest alone is too long: the facts, evidence and attachments go first. false: out of arena.
bool gw_fit_document(struct gw_arena *arena, Gw__Document *document, size_t max_bytes);
// Leave out rows at the end and say so in the warning.
bool gw_fit_rows(struct gw_arena *arena, Gw__Rows *rows, size_t max_bytes);

#endif
