// SPDX-License-Identifier: Apache-2.0
#include "source.h"

#include "base/fs.h"
#include "base/str.h"
#include "model/source_keys.h"
#include "model/url.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SCRATCH_MAX = 512 * 1024 * 1024,
    ID_MAX = 64,
};

// A source and where it was said, while files are loaded.
struct found {
    Gw__Source *source;
    const char *path; // of the file, for messages
    uint32_t line, column;
    size_t order;
};

struct finds {
    struct found *all; // heap
    size_t count, capacity;
};

bool gw_source_id_valid(const char *id)
{
    size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
    return n >= 1 && n <= ID_MAX && !id[n] && id[0] != '.';
}

uint64_t gw_source_delay_ms(const Gw__Source *source)
{
    return source->fetch && source->fetch->delay_set ? source->fetch->delay_ms : GW_DEFAULT_DELAY_MS;
}

// ---- one file

static const Gw__FetchRule *unless_blank(const Gw__FetchRule *rule)
{
    return rule && gw__fetch_rule__get_packed_size(rule) > 0 ? rule : NULL;
}

// Whatever the source's fetch does not say, the defaults say. Sources that say nothing share one rule.
static void apply_defaults(Gw__Source *source, const Gw__FetchRule *defaults)
{
    Gw__FetchRule *fetch = source->fetch;
    if (!defaults || !fetch) {
        source->fetch = fetch ? fetch : (Gw__FetchRule *)defaults;
        return;
    }
    for (unsigned i = 0; i < gw__fetch_rule__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &gw__fetch_rule__descriptor.fields[i];
        char *to = (char *)fetch + field->offset;
        const char *from = (const char *)defaults + field->offset;
        switch (field->type) {
        case PROTOBUF_C_TYPE_STRING:
            if (!(*(char **)(void *)to)[0])
                *(char **)(void *)to = *(char *const *)(const void *)from;
            break;
        case PROTOBUF_C_TYPE_UINT64:
            if (*(uint64_t *)(void *)to == 0 &&
                !(field->offset == offsetof(Gw__FetchRule, delay_ms) && fetch->delay_set))
                memcpy(to, from, sizeof(uint64_t));
            break;
        default:
            gw_assert(field->type == PROTOBUF_C_TYPE_BOOL || field->type == PROTOBUF_C_TYPE_ENUM);
            if (*(int *)(void *)to == 0 && field->offset != offsetof(Gw__FetchRule, delay_set))
                memcpy(to, from, sizeof(int));
        }
    }
    fetch->delay_set = fetch->delay_set || defaults->delay_set;
}

static void require(struct gw_config *config, const struct gw_config_node *node, const char *key, const char *value)
{
    const struct gw_config_node *said = gw_config_find(node, key);
    if (!value[0] && (!said || gw_config_is_null(said)))
        gw_config_error(config, node, key, "missing");
}

static void add_find(struct finds *finds, struct found found)
{
    if (finds->count == finds->capacity) {
        finds->capacity = finds->capacity ? finds->capacity * 2 : 64;
        finds->all = realloc(finds->all, finds->capacity * sizeof *finds->all);
        gw_assert(finds->all);
    }
    found.order = finds->count;
    finds->all[finds->count++] = found;
}

static void read_source(struct gw_config *config, const char *file, const struct gw_config_node *node, unsigned flags,
                        const Gw__FetchRule *defaults, struct finds *finds)
{
    struct gw_arena *arena = gw_config_arena(config);
    Gw__Source *source = gw_arena_alloc(arena, sizeof *source);
    const char *slash = strrchr(file, '/');
    unsigned before = gw_config_errors(config);
    if (!source) {
        gw_config_error(config, node, "", "too many sources for the memory they may use");
        return;
    }
    gw__source__init(source);
    gw_config_read(config, node, gw_source_keys, source);
    if (!gw_config_is_mapping(node))
        return;
    if (!(flags & GW_SOURCE_PARTIAL)) {
        require(config, node, "id", source->id);
        require(config, node, "url", source->url);
    }
    if (!(flags & GW_SOURCE_KEEP_SECRETS)) {
        apply_defaults(source, defaults);
        gw_source_check(config, node, source);
        const char *url = source->url[0] ? gw_url_resolve(gw_config_scratch(config), NULL, source->url) : NULL;
        if (url && strcmp(url, source->url) != 0)
            source->url = gw_arena_strdup(arena, url);
    }
    const struct gw_config_node *id = gw_config_find(node, "id");
    id = id ? id : node;
    source->file = gw_arena_printf(arena, "%s:%u", slash ? slash + 1 : file, gw_config_line(node));
    if (!source->file || !source->url)
        gw_config_error(config, node, "", "too many sources for the memory they may use");
    if (gw_config_errors(config) == before)
        add_find(finds, (struct found){source, file, gw_config_line(id), gw_config_column(id), 0});
}

static int read_file(struct gw_arena *arena, struct gw_arena *scratch, const char *file, struct gw_span yaml,
                     unsigned flags, const Gw__FetchRule *defaults, struct gw_buf *problems, struct finds *finds)
{
    struct gw_config *config;
    size_t before = finds->count;
    int rc = gw_config_parse(arena, scratch, file, yaml.at, yaml.bytes, problems, &config);
    if (rc)
        return rc;
    if (flags & GW_SOURCE_KEEP_SECRETS)
        gw_config_keep_secrets(config);
    const struct gw_config_node *root = gw_config_root(config);
    if (!root || gw_config_is_null(root)) {
        gw_config_warn(config, root, "", "no source in this file");
    } else if (gw_config_is_sequence(root)) {
        const struct gw_config_node *node = gw_config_first(config, root);
        for (; node; node = gw_config_next(config, node))
            read_source(config, file, node, flags, defaults, finds);
    } else {
        read_source(config, file, root, flags, defaults, finds);
    }
    if (gw_config_errors(config) == 0)
        return GW_OK;
    finds->count = before;
    return gw_fail(GW_EINVAL, "%s: %u %s", file, gw_config_errors(config),
                   gw_config_errors(config) == 1 ? "error" : "errors");
}

// ---- ids across files

static int by_id(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    int order = strcmp(x->source->id, y->source->id);
    return order ? order : x->order < y->order ? -1 : 1;
}

static int by_order(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    return x->order < y->order ? -1 : 1;
}

// The first of each id stays, in the order of the files; the others are reported.
static int keep_unique(struct finds *finds, struct gw_buf *problems)
{
    int rc = GW_OK;
    size_t kept = 0;
    if (finds->count == 0)
        return GW_OK;
    qsort(finds->all, finds->count, sizeof *finds->all, by_id);
    for (size_t i = 0; i < finds->count; i++) {
        struct found *one = &finds->all[i], *first = &finds->all[kept ? kept - 1 : 0];
        if (kept && one->source->id[0] && strcmp(first->source->id, one->source->id) == 0) {
            gw_buf_printf(problems, "%s:%u:%u: id: '%s' is another source's already, at %s:%u\n", one->path, one->line,
                          one->column, one->source->id, first->path, first->line);
            rc = gw_fail(GW_EINVAL, "the id '%s' is given twice", one->source->id);
            continue;
        }
        finds->all[kept++] = *one;
    }
    finds->count = kept;
    qsort(finds->all, kept, sizeof *finds->all, by_order);
    return rc;
}

static int give(struct gw_arena *arena, struct finds *finds, struct gw_source_set *ret_set)
{
    Gw__Source **sources = gw_arena_alloc(arena, finds->count * sizeof *sources);
    for (size_t i = 0; sources && i < finds->count; i++)
        sources[i] = finds->all[i].source;
    if (!sources)
        return gw_fail(GW_ELIMIT, "too many sources for the memory they may use");
    *ret_set = (struct gw_source_set){sources, finds->count};
    return GW_OK;
}

int gw_source_parse(struct gw_arena *arena, const char *file, const char *yaml, size_t bytes, unsigned flags,
                    const Gw__FetchRule *defaults, struct gw_buf *problems, struct gw_source_set *ret_set)
{
    struct finds finds = {0};
    struct gw_arena *scratch = gw_arena_new(SCRATCH_MAX);
    int rc =
        read_file(arena, scratch, file, (struct gw_span){yaml, bytes}, flags, unless_blank(defaults), problems, &finds);
    if (rc == GW_OK)
        rc = keep_unique(&finds, problems);
    if (rc == GW_OK)
        rc = give(arena, &finds, ret_set);
    free(finds.all);
    gw_arena_free(scratch);
    return rc;
}

// ---- a folder

static int is_source_file(const struct dirent *entry)
{
    struct gw_span name = gw_span_of(entry->d_name);
    return entry->d_name[0] != '.' && (gw_ends_with(name, ".yaml") || gw_ends_with(name, ".yml"));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_file(struct gw_arena *arena, struct gw_arena *scratch, const char *path, const Gw__FetchRule *defaults,
                     struct gw_buf *text, struct gw_buf *problems, struct finds *finds)
{
    gw_arena_reset(scratch);
    gw_buf_reset(text);
    int rc = gw_fs_read(path, text);
    if (rc) {
        gw_buf_printf(problems, "%s:1:1: %s\n", path, rc == GW_ELIMIT ? "a file of more than 16 MiB" : gw_reason());
        return gw_fail(GW_EINVAL, "%s cannot be read", path);
    }
    return read_file(arena, scratch, path, (struct gw_span){gw_buf_str(text), text->bytes}, 0, defaults, problems,
                     finds);
}

int gw_source_load_dir(struct gw_arena *arena, const char *dir, const Gw__FetchRule *defaults, struct gw_buf *problems,
                       struct gw_source_set *ret_set)
{
    struct dirent **names = NULL;
    struct finds finds = {0};
    struct gw_arena *paths = gw_arena_new(SCRATCH_MAX), *scratch = gw_arena_new(SCRATCH_MAX);
    char *folder = gw_arena_printf(paths, "%s/sources.d", dir);
    int count = folder ? scandir(folder, &names, is_source_file, by_name) : -1, rc = GW_OK;
    if (count < 0 && errno != ENOENT)
        rc = gw_fail_errno("%s", folder ? folder : dir);
    struct gw_buf text = GW_BUF(GW_CONFIG_FILE_MAX);
    for (int i = 0; i < count; i++) {
        char *path = gw_arena_printf(paths, "%s/%s", folder, names[i]->d_name);
        int one = path ? load_file(arena, scratch, path, unless_blank(defaults), &text, problems, &finds) : GW_ELIMIT;
        rc = rc ? rc : one;
        free(names[i]);
    }
    free(names);
    gw_buf_fini(&text);
    gw_arena_free(scratch);
    int unique = keep_unique(&finds, problems), given = give(arena, &finds, ret_set);
    free(finds.all);
    gw_arena_free(paths);
    return given ? given : rc ? rc : unique;
}

// ---- ids and writing

// "jxj.ningbo.gov.cn" is "jxj-ningbo": the labels but "www" and the suffix that all of a country share.
char *gw_source_id_from_url(struct gw_arena *arena, const char *url)
{
    static const char *const shared[] = {"gov", "com", "co", "org", "edu", "ac", "go", "gob", "gouv", "net", "cn"};
    char id[ID_MAX + 1];
    size_t n = 0;
    char *host = gw_url_hostname(arena, url), *key = gw_url_host_key(arena, url);
    if (!host || !key)
        return NULL;
    bool address = host[0] == '[' || gw_is_digit((unsigned char)host[strlen(host) - 1]);
    if (!address && strncmp(host, "www.", 4) == 0 && strchr(host + 4, '.'))
        host += 4;
    char *end = host + strlen(host), *dot = address ? NULL : strrchr(host, '.');
    if (dot) {
        end = dot;
        *dot = '\0';
        dot = strrchr(host, '.');
        for (size_t i = 0; dot && i < GW_COUNT(shared); i++)
            if (strcmp(dot + 1, shared[i]) == 0)
                end = dot;
    }
    for (const char *at = host; at < end && n < ID_MAX - 6; at++) {
        bool keep = gw_is_alpha((unsigned char)*at) || gw_is_digit((unsigned char)*at) || *at == '_';
        if (keep || (n && id[n - 1] != '-'))
            id[n++] = keep ? *at : '-';
    }
    while (n && id[n - 1] == '-')
        n--;
    const char *port = strrchr(key, ':');
    if (strcmp(port, ":443") != 0)
        n += (size_t)snprintf(id + n, sizeof id - n, "-%s", port + 1);
    id[n] = '\0';
    return gw_arena_strdup(arena, id);
}

void gw_source_write(const Gw__Source *source, struct gw_buf *out)
{
    gw_config_write(gw_source_keys, source, 0, out);
}

void gw_source_write_help(struct gw_buf *out)
{
    gw_config_write_help(gw_source_keys, 0, out);
}
