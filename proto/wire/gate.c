// SPDX-License-Identifier: Apache-2.0
#include "gate.h"

#include "frame.h"
#include "owners.h"
#include "zmq_context.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uthash.h>
#include <zmq.h>

enum {
    TURN_MS = 1000,
    MONITORS_MAX = 4,
    FDS_MAX = 65536, // of the connections that are remembered
    PATH_BYTES = 64 * 1024,
    PART_BYTES = 256,
    ZAP_PARTS = 8,
    MONITOR_HWM = 100000, // ZeroMQ's own thread waits when this is full
};
#define CONTROL "inproc://govwire-gate"
#define ZAP     "inproc://zeromq.zap.01"

struct allowed {
    struct gw_key key;
    UT_hash_handle hh; // by key.public_key
};

// One guarded socket, as its monitor tells of it.
struct watched {
    void *monitor;
    bool failed; // a handshake, and the descriptor comes with the next event
    const char *why;
    uint64_t succeeded; // handshakes, ever
};

// A connection, by its descriptor.
struct caller {
    char address[INET6_ADDRSTRLEN]; // "" when it had gone before we looked
    uint64_t succeeded;             // of its socket, when it was accepted
};

struct gw_gate {
    struct gw_gate_options o;
    char *keys_dir;
    struct gw_key own;
    pthread_mutex_t lock; // of the allowed keys and the owners
    struct allowed *allowed;
    struct gw_owners *owners;
    uint64_t fingerprint; // of the directory they were read from
    uint64_t changes;
    pthread_t thread;
    int64_t looked_ms;
    void *zap, *control;
    struct watched watched[MONITORS_MAX];
    struct caller *callers; // by descriptor
    unsigned guarded;
};

// ---- the allowed keys

static void say(struct gw_gate *gate, bool bad, const char *text)
{
    if (gate->o.say)
        gate->o.say(gate->o.arg, bad, text);
}

static void allowed_free(struct allowed *all)
{
    for (struct allowed *a = all, *next; a; a = next) {
        next = a->hh.next;
        HASH_DEL(all, a);
        free(a);
    }
}

static bool is_key_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && gw_ends_with(gw_span_of(entry->d_name), ".pub");
}

static void allowed_add(struct gw_gate *gate, const char *path, struct allowed **all)
{
    struct gw_key key;
    struct allowed *known;
    int rc = gw_key_load(path, &key);
    if (rc == GW_OK && key.role == GW_ROLE_NONE)
        rc = gw_fail(GW_EINVAL, "%s: no role in it", path);
    if (rc != GW_OK) {
        say(gate, true, gw_reason());
        return;
    }
    HASH_FIND_STR(*all, key.public_key, known);
    if (known) { // two files about one key: the lesser of two claims cannot be told, so neither holds
        gw_fail(GW_EINVAL, "%s: the key of '%s' a second time", path, known->key.name);
        say(gate, true, gw_reason());
        known->key.role = GW_ROLE_NONE;
        return;
    }
    struct allowed *a = calloc(1, sizeof *a);
    gw_assert(a);
    a->key = key;
    HASH_ADD_STR(*all, key.public_key, a);
}

// Name, time, size and inode of each file: anything that changes them is read anew.
static uint64_t directory_look(struct gw_gate *gate, struct allowed **all)
{
    struct gw_buf path = GW_BUF(PATH_BYTES), seen = GW_BUF(16 * 1024 * 1024);
    gw_buf_printf(&path, "%s/allowed", gate->keys_dir);
    size_t dir_bytes = path.bytes;
    DIR *dir = opendir(gw_buf_str(&path));
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct stat info;
        gw_buf_truncate(&path, dir_bytes);
        gw_buf_printf(&path, "/%s", entry->d_name);
        if (!is_key_file(entry) || stat(gw_buf_str(&path), &info) != 0)
            continue;
        if (all)
            allowed_add(gate, gw_buf_str(&path), all);
        uint64_t facts[] = {gw_hash64(entry->d_name, strlen(entry->d_name)), info.st_ino, (uint64_t)info.st_size,
                            (uint64_t)info.st_mtim.tv_sec, (uint64_t)info.st_mtim.tv_nsec};
        gw_buf_add(&seen, facts, sizeof facts);
    }
    if (dir)
        closedir(dir);
    uint64_t fingerprint = gw_hash64(gw_buf_str(&seen), seen.bytes);
    gw_buf_fini(&path);
    gw_buf_fini(&seen);
    return fingerprint;
}

static void keys_read(struct gw_gate *gate)
{
    struct allowed *all = NULL;
    char text[64];
    uint64_t fingerprint = directory_look(gate, &all);
    unsigned count = HASH_COUNT(all);
    pthread_mutex_lock(&gate->lock);
    struct allowed *old = gate->allowed;
    gate->allowed = all;
    gate->fingerprint = fingerprint;
    pthread_mutex_unlock(&gate->lock);
    __atomic_add_fetch(&gate->changes, 1, __ATOMIC_RELEASE);
    allowed_free(old);
    snprintf(text, sizeof text, "%u allowed", count);
    say(gate, false, text);
}

static bool allowed_get(struct gw_gate *gate, const char *public_key, struct gw_key *ret_key)
{
    struct allowed *a = NULL;
    pthread_mutex_lock(&gate->lock);
    if (public_key)
        HASH_FIND_STR(gate->allowed, public_key, a);
    bool found = a && a->key.role != GW_ROLE_NONE;
    if (found)
        *ret_key = a->key;
    pthread_mutex_unlock(&gate->lock);
    return found;
}

int gw_gate_admit(struct gw_gate *gate, const char *public_key, int type)
{
    struct gw_key key;
    const char *name = gw_msg_name(type);
    if (!allowed_get(gate, public_key, &key))
        return gw_fail(GW_EDENIED, "its key is not allowed any more");
    if (name && !(gw_msg_roles(type) & key.role))
        return gw_fail(GW_EDENIED, "%s is not for the role %s", name, gw_role_name(key.role));
    return GW_OK; // also what is no message: decoding it says so
}

// Under the lock.
static int claim(struct gw_gate *gate, const char *public_key, const char *name)
{
    struct allowed *claimer, *owner = NULL;
    HASH_FIND_STR(gate->allowed, public_key, claimer);
    if (!claimer || claimer->key.role == GW_ROLE_NONE)
        return gw_fail(GW_EDENIED, "its key is not allowed any more");
    if (claimer->key.role == GW_ROLE_OPERATOR)
        return GW_OK;
    const char *owner_key = gw_owners_get(gate->owners, name);
    if (owner_key)
        HASH_FIND_STR(gate->allowed, owner_key, owner);
    if (!owner || owner->key.role == GW_ROLE_NONE) // nobody's, or of a key that was taken away: of whoever comes first
        return gw_owners_put(gate->owners, name, public_key);
    return owner == claimer ? GW_OK : gw_fail(GW_EDENIED, "%s belongs to the key '%s'", name, owner->key.name);
}

int gw_gate_claim(struct gw_gate *gate, const char *public_key, const char *kind, const char *text)
{
    char name[GW_OWNER_NAME_BYTES];
    int rc = public_key ? gw_owner_name(kind, text, name) : GW_OK;
    if (rc != GW_OK || !public_key)
        return rc;
    pthread_mutex_lock(&gate->lock);
    rc = claim(gate, public_key, name);
    pthread_mutex_unlock(&gate->lock);
    return rc;
}

void gw_gate_name(struct gw_gate *gate, const char *public_key, char ret_name[GW_KEY_NAME_BYTES])
{
    struct gw_key key = {0};
    allowed_get(gate, public_key, &key);
    memcpy(ret_name, key.name, sizeof key.name);
}

uint64_t gw_gate_changes(const struct gw_gate *gate)
{
    return __atomic_load_n(&gate->changes, __ATOMIC_ACQUIRE);
}

// ---- ZAP

struct part {
    char bytes[PART_BYTES];
    size_t n;
};

// All parts of one message; what is longer than any of ours is cut. Returns how many there were.
static size_t parts_receive(void *zmq, struct part *parts, size_t max)
{
    size_t count = 0;
    int more = 1;
    while (more) {
        struct part rest, *to = count < max ? &parts[count] : &rest;
        size_t bytes = sizeof more;
        int n = zmq_recv(zmq, to->bytes, sizeof to->bytes - 1, ZMQ_DONTWAIT);
        if (n < 0)
            return 0;
        to->n = (size_t)n < sizeof to->bytes ? (size_t)n : sizeof to->bytes - 1;
        to->bytes[to->n] = '\0';
        count++;
        if (zmq_getsockopt(zmq, ZMQ_RCVMORE, &more, &bytes) != 0)
            return 0;
    }
    return count;
}

static void zap_answer(struct gw_gate *gate)
{
    enum { VERSION, REQUEST, DOMAIN, ADDRESS, IDENTITY, MECHANISM, CREDENTIALS };
    struct part parts[ZAP_PARTS];
    size_t count = parts_receive(gate->zap, parts, ZAP_PARTS);
    if (count == 0)
        return;
    char text[GW_KEY_TEXT_BYTES] = "";
    struct gw_key key;
    bool good = count == CREDENTIALS + 1 && strcmp(parts[MECHANISM].bytes, "CURVE") == 0 &&
                parts[CREDENTIALS].n == 32 && zmq_z85_encode(text, (const uint8_t *)parts[CREDENTIALS].bytes, 32) &&
                allowed_get(gate, text, &key);
    if (!good)
        gw_refusals_note(gate->o.refusals, GW_REFUSED_KEY, count > ADDRESS ? parts[ADDRESS].bytes : "unknown",
                         "its key is not allowed");
    const char *answer[] = {"1.0",
                            count > REQUEST ? parts[REQUEST].bytes : "",
                            good ? "200" : "400",
                            good ? "OK" : "not allowed",
                            good ? text : "",
                            ""};
    for (size_t i = 0; i < GW_COUNT(answer); i++)
        zmq_send(gate->zap, answer[i], strlen(answer[i]), i + 1 < GW_COUNT(answer) ? ZMQ_SNDMORE : 0);
}

// ---- failed handshakes

static const char unsaid[] = "no handshake: not ZeroMQ, or silent";

static void caller_note(struct gw_gate *gate, const struct watched *w, int fd)
{
    struct sockaddr_storage from;
    socklen_t bytes = sizeof from;
    if (fd < 0 || fd >= FDS_MAX)
        return;
    struct caller *caller = &gate->callers[fd];
    const void *at = getpeername(fd, (struct sockaddr *)&from, &bytes) != 0 ? NULL
                     : from.ss_family == AF_INET  ? (void *)&((struct sockaddr_in *)&from)->sin_addr
                     : from.ss_family == AF_INET6 ? (void *)&((struct sockaddr_in6 *)&from)->sin6_addr
                                                  : NULL;
    if (!at || !inet_ntop(from.ss_family, at, caller->address, sizeof caller->address))
        caller->address[0] = '\0';
    caller->succeeded = w->succeeded;
}

static void failure_tell(struct gw_gate *gate, struct watched *w, int fd)
{
    const char *address = fd >= 0 && fd < FDS_MAX && *gate->callers[fd].address ? gate->callers[fd].address : "unknown";
    if (w->failed)
        gw_refusals_note(gate->o.refusals, GW_REFUSED_HANDSHAKE, address, w->why);
    w->failed = false;
}

static void failure_begin(struct gw_gate *gate, struct watched *w, const char *why)
{
    failure_tell(gate, w, -1);
    w->failed = true;
    w->why = why;
}

// ZeroMQ tells of most failures, and then (from the same thread, so next) of the connection's end with its descriptor.
// Of some it tells the end alone: when no handshake of that socket succeeded since it was accepted, its own did not.
static void connection_end(struct gw_gate *gate, struct watched *w, int fd)
{
    if (!w->failed && fd >= 0 && fd < FDS_MAX && gate->callers[fd].succeeded == w->succeeded)
        failure_begin(gate, w, unsaid);
    failure_tell(gate, w, fd);
}

static void monitor_hear(struct gw_gate *gate, struct watched *w)
{
    struct part parts[2];
    while (w->monitor && parts_receive(w->monitor, parts, GW_COUNT(parts))) {
        uint16_t event;
        int32_t value;
        memcpy(&event, parts[0].bytes, sizeof event);
        memcpy(&value, parts[0].bytes + sizeof event, sizeof value);
        switch (event) {
        case ZMQ_EVENT_ACCEPTED:
            caller_note(gate, w, value);
            break;
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: // whose end is no failure more: ZAP has noted it
            w->succeeded++;
            break;
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
            failure_begin(gate, w, unsaid);
            break;
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
            failure_begin(gate, w, "no handshake: without CURVE, or for another broker's key");
            break;
        case ZMQ_EVENT_DISCONNECTED:
            connection_end(gate, w, value);
            break;
        case ZMQ_EVENT_MONITOR_STOPPED:
            zmq_close(w->monitor);
            w->monitor = NULL;
            break;
        default:
            break;
        }
    }
}

// ---- the thread

static bool monitor_add(struct gw_gate *gate, const char *endpoint)
{
    for (size_t i = 0; i < MONITORS_MAX; i++) {
        struct watched *w = &gate->watched[i];
        if (w->monitor)
            continue;
        int high_water = MONITOR_HWM, linger = 0;
        *w = (struct watched){.monitor = zmq_socket(gw_zmq_context(), ZMQ_PAIR)};
        bool good = w->monitor && zmq_setsockopt(w->monitor, ZMQ_RCVHWM, &high_water, sizeof high_water) == 0 &&
                    zmq_setsockopt(w->monitor, ZMQ_LINGER, &linger, sizeof linger) == 0 &&
                    zmq_connect(w->monitor, endpoint) == 0;
        if (!good && w->monitor) {
            zmq_close(w->monitor);
            w->monitor = NULL;
        }
        return good;
    }
    return false;
}

// "stop", "reload", or a monitor's endpoint; answered when it is done. False: the thread ends.
static bool control_obey(struct gw_gate *gate)
{
    struct part part;
    if (!parts_receive(gate->control, &part, 1))
        return true;
    bool done = true;
    if (strcmp(part.bytes, "reload") == 0)
        keys_read(gate);
    else if (strcmp(part.bytes, "stop") != 0)
        done = monitor_add(gate, part.bytes);
    zmq_send(gate->control, done ? "done" : "failed", done ? 4 : 6, 0);
    return strcmp(part.bytes, "stop") != 0;
}

static void keys_look(struct gw_gate *gate)
{
    int64_t now_ms = gw_clock_boot_ms();
    if (now_ms - gate->looked_ms < TURN_MS)
        return;
    gate->looked_ms = now_ms;
    if (directory_look(gate, NULL) != gate->fingerprint)
        keys_read(gate);
    if (gw_owners_sync(gate->owners) != GW_OK)
        say(gate, true, gw_reason());
}

static void *run(void *arg)
{
    struct gw_gate *gate = arg;
    bool running = true;
    while (running) {
        zmq_pollitem_t items[2 + MONITORS_MAX] = {{.socket = gate->control, .events = ZMQ_POLLIN},
                                                  {.socket = gate->zap, .events = ZMQ_POLLIN}};
        struct watched *of[2 + MONITORS_MAX] = {0};
        int count = 2;
        for (size_t i = 0; i < MONITORS_MAX; i++)
            if (gate->watched[i].monitor) {
                of[count] = &gate->watched[i];
                items[count++] = (zmq_pollitem_t){.socket = gate->watched[i].monitor, .events = ZMQ_POLLIN};
            }
        int ready = zmq_poll(items, count, TURN_MS);
        if (ready > 0 && (items[0].revents & ZMQ_POLLIN))
            running = control_obey(gate);
        if (ready > 0 && (items[1].revents & ZMQ_POLLIN))
            zap_answer(gate);
        for (int i = 2; i < count && ready > 0; i++)
            if (items[i].revents & ZMQ_POLLIN)
                monitor_hear(gate, of[i]);
        keys_look(gate);
    }
    return NULL;
}

// Any thread, through a socket of its own.
static int command(const char *what)
{
    char answer[16];
    void *zmq = zmq_socket(gw_zmq_context(), ZMQ_REQ);
    if (!zmq)
        return gw_fail(GW_EIO, "gate: %s", zmq_strerror(zmq_errno()));
    int n = -1;
    if (zmq_connect(zmq, CONTROL) == 0 && zmq_send(zmq, what, strlen(what), 0) >= 0)
        do
            n = zmq_recv(zmq, answer, sizeof answer, 0);
        while (n < 0 && zmq_errno() == EINTR);
    zmq_close(zmq);
    return n == 4 ? GW_OK : gw_fail(GW_EIO, "gate: %s: not done", what);
}

void gw_gate_reload(struct gw_gate *gate)
{
    (void)gate;
    (void)!command("reload");
}

// ---- guarding

int gw_gate_guard(struct gw_gate *gate, void *zmq)
{
    static const int events = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                              ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                              ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;
    char monitor[64];
    int yes = 1;
    if (zmq_setsockopt(zmq, ZMQ_CURVE_SERVER, &yes, sizeof yes) != 0 ||
        zmq_setsockopt(zmq, ZMQ_CURVE_SECRETKEY, gate->own.secret_key, GW_KEY_TEXT_BYTES) != 0 ||
        zmq_setsockopt(zmq, ZMQ_ZAP_DOMAIN, GW_GATE_DOMAIN, sizeof GW_GATE_DOMAIN - 1) != 0)
        return gw_fail(GW_EIO, "CURVE cannot be set: %s", zmq_strerror(zmq_errno()));
    snprintf(monitor, sizeof monitor, "inproc://govwire-monitor-%u",
             __atomic_add_fetch(&gate->guarded, 1, __ATOMIC_RELAXED));
    if (zmq_socket_monitor(zmq, monitor, events) != 0)
        return gw_fail(GW_EIO, "handshakes cannot be watched: %s", zmq_strerror(zmq_errno()));
    return command(monitor);
}

// ---- life

static void *bound(int type, const char *endpoint)
{
    int linger = 0;
    void *zmq = zmq_socket(gw_zmq_context(), type);
    if (zmq && zmq_setsockopt(zmq, ZMQ_LINGER, &linger, sizeof linger) == 0 && zmq_bind(zmq, endpoint) == 0)
        return zmq;
    if (zmq)
        zmq_close(zmq);
    return NULL;
}

static void memory_free(struct gw_gate *gate)
{
    for (size_t i = 0; i < MONITORS_MAX; i++)
        if (gate->watched[i].monitor)
            zmq_close(gate->watched[i].monitor);
    if (gate->zap)
        zmq_close(gate->zap);
    if (gate->control)
        zmq_close(gate->control);
    allowed_free(gate->allowed);
    gw_owners_free(gate->owners);
    pthread_mutex_destroy(&gate->lock);
    gw_key_wipe(&gate->own);
    free(gate->callers);
    free(gate->keys_dir);
    free(gate);
}

int gw_gate_new(const struct gw_gate_options *options, struct gw_gate **ret_gate)
{
    struct gw_gate *gate = calloc(1, sizeof *gate);
    gw_assert(gate);
    gate->o = *options;
    gate->keys_dir = strdup(options->keys_dir);
    gate->callers = calloc(FDS_MAX, sizeof *gate->callers);
    gw_assert(gate->keys_dir && gate->callers);
    pthread_mutex_init(&gate->lock, NULL);
    int rc = gw_key_broker(gate->keys_dir, &gate->own);
    if (rc == GW_OK)
        rc = gw_owners_open(options->owners, &gate->owners);
    if (rc == GW_OK) {
        keys_read(gate);
        gate->zap = bound(ZMQ_REP, ZAP);
        gate->control = gate->zap ? bound(ZMQ_REP, CONTROL) : NULL;
        if (!gate->control)
            rc = gw_fail(GW_EIO, "no ZAP handler: %s", zmq_strerror(zmq_errno()));
    }
    if (rc != GW_OK) {
        memory_free(gate);
        return rc;
    }
    gw_assert(pthread_create(&gate->thread, NULL, run, gate) == 0);
    pthread_setname_np(gate->thread, "gw-gate");
    *ret_gate = gate;
    return GW_OK;
}

struct gw_gate *gw_gate_free(struct gw_gate *gate)
{
    if (!gate)
        return NULL;
    (void)!command("stop");
    pthread_join(gate->thread, NULL);
    memory_free(gate);
    return NULL;
}
