// SPDX-License-Identifier: Apache-2.0
#include "source_file.h"

#include "source.h"

#include "base/buf.h"
#include "base/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 16 * 1024 * 1024, PROBLEMS_MAX = 1024 * 1024 };

static const char LINE[] = "paused: true\n";

// ---- one line in a file

// Where a definition stands: its first key's line, and that key's column, which all its keys have.
struct place {
    const char *line, *key;
    size_t indent;
};

static const char *next_line(const char *line)
{
    const char *newline = strchr(line, '\n');
    return newline ? newline + 1 : line + strlen(line);
}

static struct place place_of(const char *yaml, unsigned number)
{
    struct place place = {.line = yaml};
    while (number-- > 1 && *place.line)
        place.line = next_line(place.line);
    place.key = place.line;
    while (*place.key == ' ' || (*place.key == '-' && place.key[1] == ' '))
        place.key++;
    place.indent = (size_t)(place.key - place.line);
    return place;
}

// The definition's own "paused:"; NULL: it has none.
static const char *paused_key(const struct place *place)
{
    static const char name[] = "paused:";
    if (strncmp(place->key, name, sizeof name - 1) == 0)
        return place->key;
    for (const char *line = next_line(place->line); *line; line = next_line(line)) {
        size_t indent = strspn(line, " ");
        bool empty = line[indent] == '\n' || line[indent] == '\r' || line[indent] == '#' || !line[indent];
        if (!empty && (indent < place->indent || (indent == place->indent && line[indent] == '-')))
            return NULL; // behind it
        if (indent == place->indent && strncmp(line + indent, name, sizeof name - 1) == 0)
            return line + indent;
    }
    return NULL;
}

static void put_paused(const char *yaml, const struct place *place, struct gw_buf *out)
{
    gw_buf_add(out, yaml, (size_t)(place->key - yaml));
    gw_buf_puts(out, LINE);
    gw_buf_printf(out, "%*s%s", (int)place->indent, "", place->key);
}

static void take_paused(const char *yaml, const struct place *place, const char *key, struct gw_buf *out)
{
    bool first = key == place->key;
    const char *from = first ? key : key - place->indent, *rest = next_line(key);
    size_t indent = first ? strspn(rest, " ") : 0; // the next key moves up beside the dash
    gw_buf_add(out, yaml, (size_t)(from - yaml));
    gw_buf_puts(out, rest + (indent < place->indent ? indent : first ? place->indent : 0));
}

// ---- and nothing else

static const Gw__Source *parse_as_written(struct gw_arena *arena, const char *path, const char *yaml, const char *id)
{
    struct gw_buf problems = GW_BUF(PROBLEMS_MAX);
    struct gw_source_set set = {0};
    int rc = gw_source_parse(arena, path, yaml, strlen(yaml), GW_SOURCE_KEEP_SECRETS, NULL, &problems, &set);
    gw_buf_fini(&problems);
    for (size_t i = 0; rc == GW_OK && i < set.count; i++)
        if (strcmp(set.sources[i]->id, id) == 0)
            return set.sources[i];
    return NULL;
}

// Both say the same but for `paused`.
static bool only_paused_differs(const Gw__Source *a, const Gw__Source *b)
{
    Gw__Source x = *a, y = *b;
    struct gw_buf first = GW_BUF(FILE_MAX), second = GW_BUF(FILE_MAX);
    x.file = y.file = (char *)protobuf_c_empty_string;
    x.paused = y.paused = false;
    gw_source_write(&x, &first);
    gw_source_write(&y, &second);
    bool same = first.bytes == second.bytes && memcmp(gw_buf_str(&first), gw_buf_str(&second), first.bytes) == 0;
    gw_buf_fini(&first);
    gw_buf_fini(&second);
    return same;
}

static int path_of(struct gw_arena *arena, const char *dir, const Gw__Source *source, char **ret_path,
                   unsigned *ret_line)
{
    const char *colon = strrchr(source->file, ':');
    if (!colon)
        return gw_fail(GW_EINVAL, "'%s' stands in no file", source->id);
    *ret_path = gw_arena_printf(arena, "%s/sources.d/%.*s", dir, (int)(colon - source->file), source->file);
    *ret_line = (unsigned)atoi(colon + 1);
    return *ret_path ? GW_OK : gw_fail(GW_ELIMIT, "out of memory");
}

int gw_source_file_show(struct gw_arena *arena, const char *dir, const Gw__Source *source,
                        const Gw__Source **ret_written)
{
    char *path;
    unsigned line;
    struct gw_buf yaml = GW_BUF(FILE_MAX);
    int rc = path_of(arena, dir, source, &path, &line);
    if (rc == GW_OK)
        rc = gw_fs_read(path, &yaml);
    const Gw__Source *written = rc == GW_OK ? parse_as_written(arena, path, gw_buf_str(&yaml), source->id) : NULL;
    gw_buf_fini(&yaml);
    if (written)
        *ret_written = written;
    else if (rc == GW_OK || rc == GW_ENOTFOUND)
        rc = gw_fail(GW_EAGAIN, "%s changed while it was read", source->file);
    return rc;
}

static int edit(struct gw_arena *arena, const char *path, unsigned line, const char *id, bool paused)
{
    struct gw_buf text = GW_BUF(FILE_MAX), edited = GW_BUF(FILE_MAX);
    int rc = gw_fs_read(path, &text);
    const char *yaml = gw_buf_str(&text);
    const struct place place = place_of(yaml, line);
    const char *key = rc == GW_OK ? paused_key(&place) : NULL;
    if (rc == GW_OK && paused && !key)
        put_paused(yaml, &place, &edited);
    else if (rc == GW_OK && !paused && key)
        take_paused(yaml, &place, key, &edited);
    const Gw__Source *before = parse_as_written(arena, path, yaml, id);
    const Gw__Source *after = edited.bytes ? parse_as_written(arena, path, gw_buf_str(&edited), id) : NULL;
    if (rc == GW_OK && (!before || !after || after->paused != paused || !only_paused_differs(before, after)))
        rc = gw_fail(GW_EINVAL, "%s:%u is written in a way that is not edited here; say paused: %s there", path, line,
                     paused ? "true" : "false");
    if (rc == GW_OK)
        rc = gw_fs_write(path, edited.data, edited.bytes, 0644);
    gw_buf_fini(&text);
    gw_buf_fini(&edited);
    return rc;
}

int gw_source_file_pause(struct gw_arena *arena, const char *dir, const Gw__Source *source, bool paused,
                         const char **ret_path)
{
    char *path;
    unsigned line;
    *ret_path = NULL;
    if (source->paused == paused)
        return GW_OK;
    int rc = path_of(arena, dir, source, &path, &line);
    if (rc == GW_OK)
        rc = edit(arena, path, line, source->id, paused);
    if (rc == GW_OK)
        *ret_path = path;
    return rc;
}
