// SPDX-License-Identifier: Apache-2.0
// Value expressions of source files: what to take, tried in turn, then cut to shape.
//
//     expression  = alternative *( "|" alternative ) *shape      ; the first that gives a text wins
//     alternative = what *shape
//     what        = [ selector ] [ "@" attribute ]               ; over HTML; nothing means the element itself
//                 / path / template                              ; over JSON: "result.title", "/detail/{id}.html"
//     shape       = "~/" regex "/" replacement "/" [ "i" ]       ; PCRE2; \/ is a slash; $0 … $9, $$ in the replacement
//
// A shape between two bars belongs to its alternative; shapes after the last alternative apply to whichever won. Where
// the regex does not match there is no value.
#ifndef GW_MODEL_VALUE_H
#define GW_MODEL_VALUE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/selector.h"

#include <stdbool.h>

enum { GW_VALUE_MAX = 4096, GW_VALUE_MAX_ALTERNATIVES = 8, GW_VALUE_MAX_SHAPES = 8, GW_TEMPLATE_MAX = 16384 };

enum gw_value_kind {
    GW_VALUE_CSS,
    GW_VALUE_PATH,
};

struct gw_value_alternative {
    const struct gw_selector *selector; // CSS; NULL: the element itself
    const char *attribute;              // CSS; NULL: its text
    const char *path;                   // PATH: a dotted path, or a template when it has braces
    const struct gw_value_shape *shapes;
};

struct gw_value {
    enum gw_value_kind kind;
    size_t count;
    struct gw_value_alternative alternatives[GW_VALUE_MAX_ALTERNATIVES];
    const struct gw_value_shape *shapes;
};

// Life. Parsed into `arena`; gw_value_close() must be called before the arena goes, for the compiled regexes.
// GW_EINVAL: "column N: reason"; GW_ELIMIT: too long or too many.
GW_MUST_CHECK int gw_value_parse(struct gw_arena *arena, const char *text, enum gw_value_kind kind,
                                 struct gw_value *ret_value);
void gw_value_close(struct gw_value *value); // a zeroed value is fine

// Use. Apply shapes to `text`; the result lives in `arena` (or is `text`), NULL when one does not match or runs past
// its limits.
const char *gw_value_shape(const struct gw_value_shape *shapes, struct gw_arena *arena, const char *text);
// The text of the first alternative for which `get(what, arg)` gives a text that its shapes leave something of.
typedef const char *(*gw_value_get_fn)(const struct gw_value_alternative *what, void *arg);
const char *gw_value_get(const struct gw_value *value, struct gw_arena *arena, gw_value_get_fn get, void *arg);

// Templates. "{name}" is replaced where the name is letters, digits, '_', '.' and '-'; braces around anything else are
// text, because JSON bodies are full of them. The first name at or after `text`; 0 bytes: none.
struct gw_span gw_template_next(const char *text);
// Every name of `pattern` replaced by what `fill(name, arg)` gives; NULL when one gives NULL.
typedef const char *(*gw_fill_fn)(const char *name, void *arg);
const char *gw_template_fill(struct gw_arena *arena, const char *pattern, gw_fill_fn fill, void *arg);

#endif
