// SPDX-License-Identifier: Apache-2.0
#include "quarantine.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// 20261122T041200123Z-0a1b2c3d
static void make_id(struct gw_quarantine_entry *entry)
{
    char when[GW_RFC3339_BYTES], hex[9];
    uint8_t digest[GW_SHA256_BYTES];
    gw_rfc3339_ms(entry->when_ms, when);
    struct gw_sha256 *sha = gw_sha256_new();
    gw_sha256_add(sha, entry->url, strlen(entry->url));
    gw_sha256_add(sha, entry->bytes, entry->length);
    gw_sha256_final(sha, digest);
    gw_hex(digest, 4, hex);
    size_t n = 0;
    for (const char *p = when; *p; p++)
        if (*p != '-' && *p != ':' && *p != '.')
            entry->id[n++] = *p;
    snprintf(entry->id + n, sizeof entry->id - n, "-%s", hex);
}

static bool id_valid(const char *id)
{
    size_t n = strlen(id);
    if (n < 10 || n >= GW_QUARANTINE_ID_BYTES || !gw_is_digit((unsigned char)id[0]))
        return false;
    for (; *id; id++)
        if (!gw_is_digit((unsigned char)*id) && !gw_is_alpha((unsigned char)*id) && *id != '-')
            return false;
    return true;
}

static int path_of(const char *dir, const char *id, const char *file, char out[PATH_MAX])
{
    if (!id_valid(id))
        return gw_fail(GW_EINVAL, "'%.60s' is not an id of the quarantine", id);
    if (snprintf(out, PATH_MAX, "%s/%s%s%s", dir, id, file ? "/" : "", file ? file : "") >= PATH_MAX)
        return gw_fail(GW_ELIMIT, "%s: path too long", dir);
    return GW_OK;
}

static json_t *text(const char *s)
{
    json_t *value = s ? json_string(s) : NULL; // NULL for invalid UTF-8
    return value ? value : json_string("");
}

static int write_meta(const char *path, const struct gw_quarantine_entry *entry)
{
    char when[GW_RFC3339_BYTES], hex[2 * GW_SHA256_BYTES + 1];
    uint8_t digest[GW_SHA256_BYTES];
    gw_sha256(entry->bytes, entry->length, digest);
    gw_hex(digest, sizeof digest, hex);
    json_t *meta = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:I, s:s}", "id", entry->id, "reason",
                             text(entry->reason), "detail", text(entry->detail), "url", text(entry->url), "source",
                             text(entry->source_id), "content_type", text(entry->content_type), "when",
                             gw_rfc3339_ms(entry->when_ms, when), "bytes", (json_int_t)entry->length, "sha256", hex);
    gw_assert(meta);
    char *json = json_dumps(meta, JSON_COMPACT);
    json_decref(meta);
    gw_assert(json);
    int rc = gw_fs_write(path, json, strlen(json), 0600);
    free(json);
    return rc;
}

static int write_entry(const char *dir, const struct gw_quarantine_entry *entry)
{
    char place[PATH_MAX], beside[PATH_MAX], path[PATH_MAX];
    int rc = path_of(dir, entry->id, NULL, place);
    if (rc)
        return rc;
    if (snprintf(beside, sizeof beside, "%s/.new-%s", dir, entry->id) >= (int)sizeof beside ||
        snprintf(path, sizeof path, "%s/meta.json", beside) >= (int)sizeof path)
        return gw_fail(GW_ELIMIT, "%s: path too long", dir);
    rc = gw_fs_mkdir(beside, 0700);
    if (rc == GW_OK)
        rc = write_meta(path, entry);
    snprintf(path, sizeof path, "%.*s/bytes", (int)strlen(beside), beside);
    if (rc == GW_OK)
        rc = gw_fs_write(path, entry->bytes, entry->length, 0600);
    if (rc == GW_OK && rename(beside, place) != 0 && errno != EEXIST && errno != ENOTEMPTY)
        rc = gw_fail_errno("%s", place);
    if (rc == GW_OK)
        rc = gw_fs_sync_dir(dir);
    if (gw_fs_exists(beside))
        (void)!gw_fs_remove(beside);
    return rc;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// Ids, oldest first; `ret_ids` and its strings are the caller's.
static int list_ids(const char *dir, char ***ret_ids, size_t *ret_count)
{
    *ret_ids = NULL;
    *ret_count = 0;
    DIR *d = opendir(dir);
    if (!d)
        return errno == ENOENT ? GW_OK : gw_fail_errno("%s", dir);
    char **ids = NULL;
    size_t count = 0;
    for (struct dirent *e; (e = readdir(d));) {
        if (!id_valid(e->d_name))
            continue;
        ids = realloc(ids, (count + 1) * sizeof *ids);
        gw_assert(ids);
        ids[count] = strdup(e->d_name);
        gw_assert(ids[count]);
        count++;
    }
    closedir(d);
    if (count)
        qsort(ids, count, sizeof *ids, compare_names);
    *ret_ids = ids;
    *ret_count = count;
    return GW_OK;
}

static void free_ids(char **ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(ids[i]);
    free(ids);
}

// Make room for `need` bytes: the oldest entries go.
static int make_room(const char *dir, uint64_t max_bytes, uint64_t need, uint32_t *ret_dropped)
{
    uint64_t used = gw_fs_usage(dir);
    if (used + need <= max_bytes)
        return GW_OK;
    char **ids;
    size_t count;
    int rc = list_ids(dir, &ids, &count);
    for (size_t i = 0; i < count && rc == GW_OK && used + need > max_bytes; i++) {
        char path[PATH_MAX];
        rc = path_of(dir, ids[i], NULL, path);
        if (rc == GW_OK) {
            uint64_t bytes = gw_fs_usage(path);
            rc = gw_fs_remove(path);
            used -= bytes < used ? bytes : used;
            ++*ret_dropped;
        }
    }
    free_ids(ids, count);
    return rc;
}

int gw_quarantine_add(const char *dir, uint64_t max_bytes, struct gw_quarantine_entry *entry, uint32_t *ret_dropped)
{
    uint32_t dropped = 0;
    make_id(entry);
    int rc = gw_fs_mkdir(dir, 0700);
    if (rc == GW_OK)
        rc = make_room(dir, max_bytes, entry->length, &dropped);
    if (rc == GW_OK)
        rc = write_entry(dir, entry);
    if (ret_dropped)
        *ret_dropped = dropped;
    return rc;
}

static int read_part(const char *dir, const char *id, const char *file, struct gw_buf *out)
{
    char path[PATH_MAX];
    int rc = path_of(dir, id, file, path);
    if (rc == GW_OK)
        rc = gw_fs_read(path, out);
    return rc == GW_ENOTFOUND ? gw_fail(GW_ENOTFOUND, "nothing in quarantine has the id %s", id) : rc;
}

int gw_quarantine_meta(const char *dir, const char *id, struct gw_buf *out)
{
    return read_part(dir, id, "meta.json", out);
}

int gw_quarantine_bytes(const char *dir, const char *id, struct gw_buf *out)
{
    return read_part(dir, id, "bytes", out);
}

int gw_quarantine_drop(const char *dir, const char *id)
{
    char path[PATH_MAX];
    int rc = path_of(dir, id, NULL, path);
    if (rc)
        return rc;
    if (!gw_fs_exists(path))
        return gw_fail(GW_ENOTFOUND, "nothing in quarantine has the id %s", id);
    rc = gw_fs_remove(path);
    return rc ? rc : gw_fs_sync_dir(dir);
}

int gw_quarantine_each(const char *dir, gw_quarantine_fn *fn, void *arg)
{
    char **ids;
    size_t count;
    int rc = list_ids(dir, &ids, &count);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = fn(ids[i], arg);
    free_ids(ids, count);
    return rc;
}
