// SPDX-License-Identifier: Apache-2.0
// YAML files by table: a mapping's keys are rows, and parsing, range checks, "did you mean", defaults and writing come
// from them. Knows no key itself.
//
// DESIGN: libyaml's events become a small tree whose nodes know their place; a walk over the tree and a table fills a
// struct. Every problem is one line, "file:line:column: key: reason", and the walk goes on to find the next one. What
// YAML offers to the hostile is bounded: bytes, depth, nodes, anchors, and the number of nodes a walk may visit, which
// is what stops a file whose aliases multiply. Refused: two documents in one file, doubled keys, NUL in text.
// In values, ${VAR}, ${VAR:-default} and ${VAR:?message} are replaced from the environment after parsing ("$${" is a
// plain "${"); `key_file: path` gives a text key what the file holds. Values from either are secrets: no message shows
// them.
#ifndef GW_BASE_CONFIG_H
#define GW_BASE_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GW_CONFIG_FILE_MAX = 16 * 1024 * 1024 };

struct gw_config; // one file and what was found wrong with it
struct gw_config_node;

// What a value is and what it is stored as, at `offset` of the struct.
enum gw_config_type {
    GW_CONFIG_TEXT,     // char *; with `words` one of them; with `check` what it accepts
    GW_CONFIG_WORD,     // int: the index in `words`
    GW_CONFIG_BOOL,     // int
    GW_CONFIG_COUNT,    // uint32_t, min..max
    GW_CONFIG_DURATION, // uint64_t milliseconds, min..max: "90s"
    GW_CONFIG_SIZE,     // uint64_t bytes, min..max: "512MiB"
    GW_CONFIG_TEXTS,    // size_t at `count`, char ** at `offset`: a sequence of texts, or one text
    GW_CONFIG_MAPPING,  // a struct filled by `keys`: in place, or with `blank` a pointer to a new copy of *blank
    GW_CONFIG_OTHER,    // `read` and `write` do it
};

// NULL, or what is wrong with the text (a static string, or gw_reason()).
typedef const char *gw_config_check_fn(struct gw_config *config, const char *text);

struct gw_config_key {
    const char *key;
    enum gw_config_type type;
    size_t offset;
    const char *fallback;     // the default as it would be written; NULL: none
    const char *help;         // one line
    uint64_t min, max;        // max 0: no upper bound
    const char *const *words; // ends with NULL
    gw_config_check_fn *check;
    size_t count;                     // TEXTS: offset of the size_t
    size_t said;                      // offset of an int that is set to 1 when the key is there; 0: none
    const struct gw_config_key *keys; // MAPPING: its table
    const void *blank;
    size_t blank_bytes;
    // OTHER. `target` is the struct, not the member. write: append the value as YAML, false when it was not said.
    void (*read)(struct gw_config *config, const struct gw_config_node *node, void *target);
    bool (*write)(const void *target, struct gw_buf *out);
};

// Life. Parse `text`; nodes live in `scratch`, what the walk stores in `arena` (both outlive the config). `file` names
// it in messages and is where relative paths start. Problems are appended to `problems`. GW_EINVAL: not YAML, two
// documents, or a bound; *ret_config is set in any case.
int gw_config_parse(struct gw_arena *arena, struct gw_arena *scratch, const char *file, const char *text, size_t bytes,
                    struct gw_buf *problems, struct gw_config **ret_config);
// Keep texts as they are written instead of replacing ${…} and reading files: for showing a file to people.
void gw_config_keep_secrets(struct gw_config *config);

// Use
// The document; NULL when there is none (an empty file).
const struct gw_config_node *gw_config_root(const struct gw_config *config);
// Fill *target from a mapping. Keys that are missing or null leave their members alone.
void gw_config_read(struct gw_config *config, const struct gw_config_node *node, const struct gw_config_key *table,
                    void *target);
// Fill *target with the table's defaults, before reading.
void gw_config_defaults(struct gw_config *config, const struct gw_config_key *table, void *target);
// Append the struct as YAML, only what was said; `indent` blanks before each line. Reading it again gives the same.
void gw_config_write(const struct gw_config_key *table, const void *target, unsigned indent, struct gw_buf *out);
// Append every key of the table as a comment: "# key: default  # help".
void gw_config_write_help(const struct gw_config_key *table, unsigned indent, struct gw_buf *out);
// Append a text as a YAML scalar, quoted when it has to be.
void gw_config_write_text(struct gw_buf *out, const char *text);
// A number in its largest whole unit: "10m", "64MiB".
void gw_config_write_number(enum gw_config_type type, uint64_t value, struct gw_buf *out);

// For `read` of a row, and for checks across keys.
bool gw_config_is_text(const struct gw_config_node *node);
bool gw_config_is_mapping(const struct gw_config_node *node);
bool gw_config_is_sequence(const struct gw_config_node *node);
bool gw_config_is_null(const struct gw_config_node *node);
uint32_t gw_config_line(const struct gw_config_node *node);
uint32_t gw_config_column(const struct gw_config_node *node);
// The values of a sequence, the keys of a mapping in turn: the first child (NULL: empty), then the next. Each step
// counts against the bound on visits; NULL also when that is reached.
const struct gw_config_node *gw_config_first(struct gw_config *config, const struct gw_config_node *node);
const struct gw_config_node *gw_config_next(struct gw_config *config, const struct gw_config_node *node);
// The value that belongs to a key node.
const struct gw_config_node *gw_config_value(const struct gw_config_node *key);
// A key's own text, in `arena`; NULL: out of memory.
char *gw_config_key_text(struct gw_config *config, const struct gw_config_node *key);
// The scalar's text, replaced and copied into `arena`; NULL when it is no text or a variable is missing (reported).
char *gw_config_text(struct gw_config *config, const struct gw_config_node *node);
// The scalar says just this word.
bool gw_config_says(struct gw_config *config, const struct gw_config_node *node, const char *word);
// A number by the row's type, min and max; false: reported. `or_else` names what else may stand there (" or adaptive").
bool gw_config_number(struct gw_config *config, const struct gw_config_node *node, const struct gw_config_key *row,
                      const char *or_else, uint64_t *ret_value);
// One value by a row, as gw_config_read does with each key's.
void gw_config_read_value(struct gw_config *config, const struct gw_config_node *node, const struct gw_config_key *row,
                          void *target);
// What the file named by the scalar holds, without its last newline; NULL: reported.
char *gw_config_secret(struct gw_config *config, const struct gw_config_node *node);
// The value at a dotted path below the root mapping `from`; NULL: not there.
const struct gw_config_node *gw_config_find(const struct gw_config_node *from, const char *path);
struct gw_arena *gw_config_arena(const struct gw_config *config);
struct gw_arena *gw_config_scratch(const struct gw_config *config);
// Absolute, or relative to the file's folder; in the arena.
char *gw_config_path(struct gw_config *config, const char *path);

// Report at the node's place (NULL: the file's start). `key` NULL: the key being read; "": none.
void gw_config_error(struct gw_config *config, const struct gw_config_node *node, const char *key, const char *format,
                     ...) GW_PRINTF(4, 5);
void gw_config_warn(struct gw_config *config, const struct gw_config_node *node, const char *key, const char *format,
                    ...) GW_PRINTF(4, 5);
// A value for a message: quoted, cut, control characters replaced; "…" when it is a secret. Valid for the next few
// calls.
const char *gw_config_quote(struct gw_config *config, const struct gw_config_node *node);
// Errors so far.
unsigned gw_config_errors(const struct gw_config *config);

#endif
