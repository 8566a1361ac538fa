// SPDX-License-Identifier: Apache-2.0
#include "care.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/log.h"
#include "wire/answer.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 64 * 1024, PART_BYTES = 512 * 1024, TOKEN_BYTES = 17, REMARK_BYTES = 80 };

struct gw_care {
    char *store, *copy; // paths
    pthread_mutex_t lock;
    bool freed; // by its owner; the thread takes the memory with it then
    bool running;
    Gw__Errand errand; // the newest
    char token[TOKEN_BYTES];
    uint64_t done, total; // while it runs; then done is the outcome's number
    int rc;
    char reason[400];
};

static void destroy(struct gw_care *care)
{
    pthread_mutex_destroy(&care->lock);
    free(care->store);
    free(care->copy);
    free(care);
}

// ---- the thread

static void on_progress(uint64_t done, uint64_t total, void *arg)
{
    struct gw_care *care = arg;
    pthread_mutex_lock(&care->lock);
    care->done = done;
    care->total = total;
    pthread_mutex_unlock(&care->lock);
}

static int verify(struct gw_care *care, struct gw_store *store, uint64_t *ret_events)
{
    struct gw_store_damage damage;
    int rc = gw_store_verify(store, on_progress, care, &damage);
    *ret_events = damage.events;
    if (rc == GW_OK && damage.bad)
        return gw_fail(GW_ECORRUPT, "%" PRIu64 " faults, the first: %s", damage.bad, damage.first);
    return rc;
}

static int back_up(struct gw_care *care, struct gw_store *store, uint64_t *ret_bytes)
{
    struct stat file;
    int rc = gw_fs_remove(care->copy);
    if (rc == GW_OK)
        rc = gw_store_backup(store, care->copy);
    if (rc == GW_OK && stat(care->copy, &file) != 0)
        rc = gw_fail_errno("%s", care->copy);
    if (rc == GW_OK)
        *ret_bytes = (uint64_t)file.st_size;
    else
        (void)!unlink(care->copy);
    return rc;
}

static void *run(void *arg)
{
    struct gw_care *care = arg;
    struct gw_store *store;
    uint64_t number = 0;
    int rc =
        gw_store_open(&(struct gw_store_options){.backend = "sqlite", .path = care->store, .read_only = true}, &store);
    if (rc == GW_OK) {
        bool verifies = care->errand == GW__ERRAND__ERRAND_VERIFY;
        rc = verifies ? verify(care, store, &number) : back_up(care, store, &number);
        gw_store_close(store);
    }
    pthread_mutex_lock(&care->lock);
    care->running = false;
    care->rc = rc;
    care->done = number;
    snprintf(care->reason, sizeof care->reason, "%s", rc == GW_OK ? "" : gw_reason());
    bool freed = care->freed;
    pthread_mutex_unlock(&care->lock);
    if (rc != GW_OK)
        gw_error("store", "care", "%s", care->reason);
    if (freed)
        destroy(care);
    return NULL;
}

// ---- questions, under the lock

static int begin(struct gw_care *care, Gw__Errand errand, char remark[REMARK_BYTES])
{
    pthread_t thread;
    uint8_t random[(TOKEN_BYTES - 1) / 2];
    if (care->running)
        return gw_fail(GW_EAGAIN, "the store is being %s for somebody else",
                       care->errand == GW__ERRAND__ERRAND_VERIFY ? "verified" : "copied");
    gw_random(random, sizeof random);
    gw_hex(random, sizeof random, care->token);
    care->errand = errand;
    care->running = true;
    care->done = care->total = 0;
    if (pthread_create(&thread, NULL, run, care) != 0) {
        care->running = false;
        return gw_fail(GW_EAGAIN, "no thread for it");
    }
    pthread_setname_np(thread, "gw-care");
    pthread_detach(thread);
    gw_info("store", "care", "%s for an operator", errand == GW__ERRAND__ERRAND_VERIFY ? "verify" : "backup");
    snprintf(remark, REMARK_BYTES, "%s", care->token);
    return GW_OK;
}

static int look(const struct gw_care *care, char remark[REMARK_BYTES])
{
    if (care->running)
        snprintf(remark, REMARK_BYTES, "running %" PRIu64 " %" PRIu64, care->done, care->total);
    else if (care->rc != GW_OK)
        return gw_fail((enum gw_rc)care->rc, "%s", care->reason);
    else
        snprintf(remark, REMARK_BYTES, "done %" PRIu64, care->done);
    return GW_OK;
}

static int say_bytes(const struct gw_care *care, uint64_t offset, gw_errand_fn *answer, void *arg)
{
    if (care->running || care->rc != GW_OK || care->errand != GW__ERRAND__ERRAND_BACKUP)
        return gw_fail(GW_EINVAL, "there is no backup to be read");
    int fd = open(care->copy, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return gw_fail_errno("%s", care->copy);
    uint8_t *bytes = malloc(PART_BYTES);
    gw_assert(bytes);
    ssize_t n = pread(fd, bytes, PART_BYTES, (off_t)offset);
    int rc = n < 0 ? gw_fail_errno("%s", care->copy) : GW_OK;
    close(fd);
    Gw__Answer part = GW__ANSWER__INIT;
    part.part = (ProtobufCBinaryData){n > 0 ? (size_t)n : 0, bytes};
    if (n > 0)
        answer(arg, &part);
    if (rc == GW_OK && offset + (uint64_t)n >= care->done)
        (void)!unlink(care->copy);
    free(bytes);
    return rc;
}

static int do_locked(struct gw_care *care, Gw__Errand errand, const char *subject, char remark[REMARK_BYTES],
                     gw_errand_fn *answer, void *arg)
{
    char token[TOKEN_BYTES];
    uint64_t offset;
    if (!*subject)
        return begin(care, errand, remark);
    int words = sscanf(subject, "%16s %" SCNu64, token, &offset);
    if (words < 1 || errand != care->errand || strcmp(token, care->token) != 0)
        return gw_fail(GW_ENOTFOUND, "somebody else began one since");
    return words == 1 ? look(care, remark) : say_bytes(care, offset, answer, arg);
}

bool gw_care_do(struct gw_care *care, Gw__Errand errand, const char *subject, gw_errand_fn *answer, void *arg)
{
    char remark[REMARK_BYTES] = "";
    if (errand != GW__ERRAND__ERRAND_VERIFY && errand != GW__ERRAND__ERRAND_BACKUP)
        return false;
    Gw__Answer last;
    pthread_mutex_lock(&care->lock);
    int rc = do_locked(care, errand, subject, remark, answer, arg);
    pthread_mutex_unlock(&care->lock);
    gw_answer_last(&last, rc, remark);
    answer(arg, &last);
    return true;
}

// ---- life

static char *path_in(const char *dir, const char *name)
{
    struct gw_buf path = GW_BUF(PATH_BYTES);
    gw_buf_printf(&path, "%s/state/%s", dir, name);
    return gw_buf_take(&path);
}

struct gw_care *gw_care_new(const char *dir)
{
    struct gw_care *care = calloc(1, sizeof *care);
    gw_assert(care);
    pthread_mutex_init(&care->lock, NULL);
    care->store = path_in(dir, "store.db");
    care->copy = path_in(dir, "backup");
    if (gw_fs_remove(care->copy) != GW_OK) // of a broker before
        gw_warn("store", "care", "%s", gw_reason());
    return care;
}

struct gw_care *gw_care_free(struct gw_care *care)
{
    if (!care)
        return NULL;
    pthread_mutex_lock(&care->lock);
    care->freed = true;
    bool running = care->running;
    pthread_mutex_unlock(&care->lock);
    if (!running) {
        (void)!unlink(care->copy);
        destroy(care);
    }
    return NULL;
}
