// SPDX-License-Identifier: Apache-2.0
#include "owners.h"

#include "keys.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/str.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

enum { FILE_MAX_BYTES = 64 * 1024 * 1024, SPARE_LINES = 1024, FILE_MODE = 0600 };

struct entry {
    char key[GW_KEY_TEXT_BYTES];
    UT_hash_handle hh;
    char name[]; // the key of the table
};

struct gw_owners {
    char *path;
    struct entry *entries; // oldest first
    size_t lines;          // of the file
    bool dirty;
};

// ---- the table

static void forget(struct gw_owners *owners, struct entry *entry)
{
    HASH_DEL(owners->entries, entry);
    free(entry);
}

static struct entry *find(const struct gw_owners *owners, const char *name)
{
    struct entry *entry;
    HASH_FIND_STR(owners->entries, name, entry);
    return entry;
}

static void remember(struct gw_owners *owners, const char *name, const char *key)
{
    struct entry *entry = find(owners, name), *oldest = NULL;
    size_t of_key = 0;
    if (entry)
        forget(owners, entry);
    for (struct entry *e = owners->entries; e; e = e->hh.next)
        if (strcmp(e->key, key) == 0) {
            oldest = oldest ? oldest : e;
            of_key++;
        }
    if (of_key >= GW_OWNER_NAMES_MAX)
        forget(owners, oldest);
    entry = calloc(1, sizeof *entry + strlen(name) + 1);
    gw_assert(entry);
    memcpy(entry->key, key, strlen(key) + 1);
    memcpy(entry->name, name, strlen(name) + 1);
    HASH_ADD_STR(owners->entries, name, entry);
}

// ---- the file

static int rewrite(struct gw_owners *owners)
{
    struct gw_buf text = GW_BUF(FILE_MAX_BYTES);
    for (const struct entry *e = owners->entries; e; e = e->hh.next)
        gw_buf_printf(&text, "%s %s\n", e->key, e->name);
    int rc = gw_buf_ok(&text) ? gw_fs_write(owners->path, gw_buf_str(&text), text.bytes, FILE_MODE)
                              : gw_fail(GW_ELIMIT, "%s: more than %d bytes", owners->path, FILE_MAX_BYTES);
    gw_buf_fini(&text);
    if (rc == GW_OK)
        owners->lines = HASH_COUNT(owners->entries);
    return rc;
}

static bool is_name(const char *name)
{
    if (strlen(name) >= GW_OWNER_NAME_BYTES || !strchr(name, ':'))
        return false;
    for (; *name; name++)
        if ((unsigned char)*name <= ' ')
            return false;
    return true;
}

static void line_read(struct gw_owners *owners, char *line)
{
    enum { NAME_AT = GW_KEY_TEXT_BYTES };
    owners->lines++;
    if (strlen(line) <= NAME_AT || strcspn(line, " ") != NAME_AT - 1)
        return;
    line[NAME_AT - 1] = '\0';
    if (is_name(line + NAME_AT))
        remember(owners, line + NAME_AT, line);
}

static int file_read(struct gw_owners *owners)
{
    struct gw_buf text = GW_BUF(FILE_MAX_BYTES);
    int rc = gw_fs_read(owners->path, &text);
    if (rc == GW_OK) {
        char *at = text.data, *end = text.data + text.bytes;
        while (at && at < end) {
            char *stop = memchr(at, '\n', (size_t)(end - at));
            if (!stop) { // a line that a power cut left unfinished: nobody was told of it
                owners->lines++;
                break;
            }
            *stop = '\0';
            line_read(owners, at);
            at = stop + 1;
        }
    }
    gw_buf_fini(&text);
    return rc == GW_ENOTFOUND ? GW_OK : rc;
}

static int append(const struct gw_owners *owners, const char *name, const char *key)
{
    char line[GW_KEY_TEXT_BYTES + GW_OWNER_NAME_BYTES + 2];
    int n = snprintf(line, sizeof line, "%s %s\n", key, name);
    int fd = open(owners->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return gw_fail_errno("%s", owners->path);
    off_t end = lseek(fd, 0, SEEK_END);
    int rc = gw_fs_write_all(fd, line, (size_t)n);
    if (rc != GW_OK) {
        rc = gw_fail_prefix(rc, "%s", owners->path);
        if (end >= 0 && ftruncate(fd, end) != 0) // half a line would spoil the next
            rc = gw_fail_errno("%s: after a failure", owners->path);
    }
    close(fd);
    return rc;
}

// ---- use

int gw_owner_name(const char *kind, const char *text, char *out)
{
    size_t n = (size_t)snprintf(out, GW_OWNER_NAME_BYTES, "%s:", kind);
    for (; *text && n < GW_OWNER_NAME_BYTES; text++) {
        unsigned char c = (unsigned char)*text;
        n += (size_t)snprintf(out + n, GW_OWNER_NAME_BYTES - n, c <= ' ' || c == '%' || c == 0x7f ? "%%%02X" : "%c", c);
    }
    return n < GW_OWNER_NAME_BYTES ? GW_OK : gw_fail(GW_ELIMIT, "a name of more than %d bytes", GW_OWNER_NAME_BYTES);
}

const char *gw_owners_get(const struct gw_owners *owners, const char *name)
{
    const struct entry *entry = find(owners, name);
    return entry ? entry->key : NULL;
}

int gw_owners_put(struct gw_owners *owners, const char *name, const char *public_key)
{
    gw_assert(is_name(name) && strlen(public_key) == GW_KEY_TEXT_BYTES - 1);
    int rc = append(owners, name, public_key);
    if (rc != GW_OK)
        return rc;
    remember(owners, name, public_key);
    owners->lines++;
    __atomic_store_n(&owners->dirty, true, __ATOMIC_RELEASE);
    // What it says is in the file already: if it stays long, that costs room alone.
    if (owners->lines > 2 * HASH_COUNT(owners->entries) + SPARE_LINES)
        (void)!rewrite(owners);
    return GW_OK;
}

int gw_owners_sync(struct gw_owners *owners)
{
    if (!__atomic_exchange_n(&owners->dirty, false, __ATOMIC_ACQ_REL))
        return GW_OK;
    int fd = open(owners->path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 || fsync(fd) != 0 ? gw_fail_errno("%s", owners->path) : GW_OK;
    if (fd >= 0)
        close(fd);
    if (rc != GW_OK)
        __atomic_store_n(&owners->dirty, true, __ATOMIC_RELEASE);
    return rc;
}

// ---- life

int gw_owners_open(const char *path, struct gw_owners **ret_owners)
{
    struct gw_owners *owners = calloc(1, sizeof *owners);
    gw_assert(owners);
    owners->path = strdup(path);
    gw_assert(owners->path);
    int rc = file_read(owners);
    if (rc == GW_OK && (owners->lines != HASH_COUNT(owners->entries) || !gw_fs_exists(path)))
        rc = rewrite(owners);
    if (rc != GW_OK) {
        gw_owners_free(owners);
        return rc;
    }
    *ret_owners = owners;
    return GW_OK;
}

struct gw_owners *gw_owners_free(struct gw_owners *owners)
{
    if (!owners)
        return NULL;
    while (owners->entries)
        forget(owners, owners->entries);
    free(owners->path);
    free(owners);
    return NULL;
}
