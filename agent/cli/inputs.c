// SPDX-License-Identifier: Apache-2.0
#include "inputs.h"

#include "base/fs.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANIFEST_MAX = 64 * 1024 * 1024 };

static int no_memory(void)
{
    return gw_fail(GW_ELIMIT, "too many inputs");
}

static const char *id_of(struct gw_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    return gw_arena_strndup(arena, base, dot && dot != base ? (size_t)(dot - base) : strlen(base));
}

static int append(struct gw_inputs *inputs, struct gw_input input)
{
    if (inputs->count == inputs->room) {
        size_t room = inputs->room ? inputs->room * 2 : 64;
        struct gw_input *more = gw_arena_alloc(inputs->arena, room * sizeof *more);
        if (!more)
            return no_memory();
        if (inputs->count)
            memcpy(more, inputs->items, inputs->count * sizeof *more);
        inputs->items = more;
        inputs->room = room;
    }
    inputs->items[inputs->count++] = input;
    return GW_OK;
}

static int add_file(struct gw_inputs *inputs, const char *path)
{
    struct gw_input input = {.path = gw_arena_strdup(inputs->arena, path), .id = id_of(inputs->arena, path)};
    if (!input.path || !input.id)
        return no_memory();
    if (gw_ends_with(gw_span_of(path), ".txt"))
        input.content_type = "text/plain";
    return append(inputs, input);
}

static int add_directory(struct gw_inputs *inputs, const char *path);

static int add_entry(struct gw_inputs *inputs, const char *directory, const char *name)
{
    struct stat info;
    const char *path = gw_arena_printf(inputs->arena, "%s/%s", directory, name);
    if (!path)
        return no_memory();
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return add_directory(inputs, path);
    return S_ISREG(info.st_mode) ? add_file(inputs, path) : GW_OK;
}

static int add_directory(struct gw_inputs *inputs, const char *path)
{
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort), rc = GW_OK;
    if (n < 0)
        return gw_fail_errno("%s", path);
    for (int i = 0; i < n; i++) {
        if (rc == GW_OK && strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0)
            rc = add_entry(inputs, path, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

int gw_inputs_add(struct gw_inputs *inputs, const char *argument)
{
    struct stat info;
    if (strcmp(argument, "-") == 0)
        return append(inputs, (struct gw_input){.id = "stdin"});
    if (stat(argument, &info) == 0 && S_ISDIR(info.st_mode))
        return add_directory(inputs, argument);
    return add_file(inputs, argument);
}

static const char *text_member(struct gw_arena *arena, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? gw_arena_strdup(arena, text) : NULL;
}

static int add_row(struct gw_inputs *inputs, const char *manifest, size_t line, const json_t *row)
{
    struct gw_arena *arena = inputs->arena;
    const char *file = text_member(arena, row, "file");
    if (!file)
        return gw_fail(GW_EINVAL, "%s:%zu: needs \"file\", a string", manifest, line);
    const char *slash = strrchr(manifest, '/');
    if (file[0] != '/' && slash)
        file = gw_arena_printf(arena, "%.*s/%s", (int)(slash - manifest), manifest, file);
    struct gw_input input = {.path = file,
                             .id = text_member(arena, row, "id"),
                             .url = text_member(arena, row, "url"),
                             .content_type = text_member(arena, row, "content_type")};
    if (!input.id && file)
        input.id = id_of(arena, file);
    if (!input.content_type && file && gw_ends_with(gw_span_of(file), ".txt"))
        input.content_type = "text/plain";
    return input.path && input.id ? append(inputs, input) : no_memory();
}

int gw_inputs_add_manifest(struct gw_inputs *inputs, const char *path)
{
    struct gw_buf text = GW_BUF(MANIFEST_MAX);
    int rc = gw_fs_read(path, &text);
    size_t line = 0;
    for (const char *p = gw_buf_str(&text), *end = p + text.bytes; rc == GW_OK && p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        struct gw_span row = gw_span_trim((struct gw_span){p, (size_t)((stop ? stop : end) - p)});
        p = stop ? stop + 1 : end;
        line++;
        if (row.bytes == 0)
            continue;
        json_error_t error;
        json_t *object = json_loadb(row.at, row.bytes, 0, &error);
        rc = json_is_object(object) ? add_row(inputs, path, line, object)
                                    : gw_fail(GW_EINVAL, "%s:%zu: not a JSON object: %s", path, line,
                                              object ? "another value" : error.text);
        json_decref(object);
    }
    gw_buf_fini(&text);
    return rc;
}

static int read_stdin(struct gw_buf *out)
{
    for (;;) {
        char part[65536];
        ssize_t n = read(STDIN_FILENO, part, sizeof part);
        if (n == 0)
            return GW_OK;
        if (n < 0 && errno != EINTR)
            return gw_fail_errno("standard input");
        if (n > 0)
            gw_buf_add(out, part, (size_t)n);
        if (!gw_buf_ok(out))
            return gw_fail(GW_ELIMIT, "more than %zu bytes", out->limit);
    }
}

int gw_input_read(const struct gw_input *input, struct gw_buf *out)
{
    return input->path ? gw_fs_read(input->path, out) : read_stdin(out);
}
