// SPDX-License-Identifier: Apache-2.0
// Source definitions: YAML in, Gw__Source out, every mistake named with file:line:column. INTERFACE.md ("Files") has
// the keys.
#ifndef GW_MODEL_SOURCE_H
#define GW_MODEL_SOURCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "schema/source.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GW_DEFAULT_DELAY_MS = 5000, GW_DEFAULT_TIMEOUT_MS = 30000, GW_DEFAULT_CONNECT_TIMEOUT_MS = 10000 };

struct gw_source_set {
    Gw__Source **sources; // in arena
    size_t count;
};

// Parse YAML text: one mapping, or a sequence of them. `file` names it in messages. With `partial` id and url may be
// missing
// (--site FILE). Problems are appended to `problems`, one line each: "file:line:column: key: reason (did you mean …?)";
// warnings begin with "warning: ". GW_EINVAL: at least one error; nothing returned.
GW_MUST_CHECK int gw_source_parse(struct gw_arena *arena, const char *file, const char *yaml, size_t bytes,
                                  bool partial, struct gw_buf *problems, struct gw_source_set *ret_set);
// Parse every *.yaml and *.yml below dir/sources.d in order of name; ids must be unique across files. As above; a file
// that fails is left out and the others are returned with GW_EINVAL still the result.
GW_MUST_CHECK int gw_source_load_dir(struct gw_arena *arena, const char *dir, struct gw_buf *problems,
                                     struct gw_source_set *ret_set);
// An id made from the URL's host ("jxj-ningbo"), in arena.
char *gw_source_id_from_url(struct gw_arena *arena, const char *url);
// Letters, digits, '-', '_', '.', 1..64 bytes, not starting with '.'.
bool gw_source_id_valid(const char *id);
// The delay that holds, with defaults applied.
uint64_t gw_source_delay_ms(const Gw__Source *source);
// YAML of a definition that was made by hand or found out, with only what was said.
void gw_source_write(const Gw__Source *source, struct gw_buf *out);

#endif
