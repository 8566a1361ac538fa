// SPDX-License-Identifier: Apache-2.0
// Source definitions: YAML in, Gw__Source out, every mistake named with file:line:column. INTERFACE.md ("Files") has
// the keys; the tables of source_keys.c are their list.
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
    Gw__Source **sources; // in arena; members may be shared between sources: read only
    size_t count;
};

enum gw_source_flags {
    GW_SOURCE_PARTIAL = 1,      // id and url may be missing (--site FILE)
    GW_SOURCE_KEEP_SECRETS = 2, // texts as written, ${…} and _file not followed: for showing to people
};

// Parse YAML text: one mapping, or a sequence of them. `file` names it in messages, and relative paths start where it
// lies. `defaults` (NULL: none) is the fetch: of govwire.yaml, which holds for whatever a source does not say and has
// to outlive the set. Problems are appended to `problems`, one line each: "file:line:column: key: reason (did you mean
// …?)"; warnings begin with "warning: ". GW_EINVAL: at least one error; nothing returned. A file without a source is a
// warning.
GW_MUST_CHECK int gw_source_parse(struct gw_arena *arena, const char *file, const char *yaml, size_t bytes,
                                  unsigned flags, const Gw__FetchRule *defaults, struct gw_buf *problems,
                                  struct gw_source_set *ret_set);
// Parse every *.yaml and *.yml in dir/sources.d in order of name; ids must be unique across files. As above; a file
// that fails is left out and the others are returned with GW_EINVAL still the result. No such folder: no sources.
GW_MUST_CHECK int gw_source_load_dir(struct gw_arena *arena, const char *dir, const Gw__FetchRule *defaults,
                                     struct gw_buf *problems, struct gw_source_set *ret_set);

// An id made from the URL's host ("jxj-ningbo"), in arena; NULL when it is no http(s) URL.
char *gw_source_id_from_url(struct gw_arena *arena, const char *url);
// Letters, digits, '-', '_', '.', 1..64 bytes, not starting with '.'.
bool gw_source_id_valid(const char *id);
// The delay that holds, with the built-in default applied.
uint64_t gw_source_delay_ms(const Gw__Source *source);
// YAML of a definition that was made by hand or found out, with only what was said. Parsing it gives the same again.
void gw_source_write(const Gw__Source *source, struct gw_buf *out);
// Every key but id and url as comments, with its default and a line of help: the tail of a new file.
void gw_source_write_help(struct gw_buf *out);

#endif
