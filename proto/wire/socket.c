// SPDX-License-Identifier: Apache-2.0
// How the edge is never lost: `check` (behind poll, each turn of the loop) receives until EAGAIN or until its burst is
// used up; `prepare` (before poll) asks ZMQ_EVENTS and keeps the loop from sleeping, by an active `idle`, while
// something can be read; so does every send, because it may have eaten the edge after our `prepare` had run. `poll`
// only wakes the loop.
#include "socket.h"

#include "endpoints.h"
#include "watch.h"
#include "zmq_context.h"

#include "base/log.h"
#include "base/str.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

enum {
    HIGH_WATER_DEFAULT = 10000,
    BURST_DEFAULT = 64,
    HANDSHAKE_MS = 3000,
    ENDPOINT_BYTES = 256,
    MUTED_MAX = 256,
    RECONNECT_MS = 500,
    RECONNECT_MAX_MS = 5000,
};
enum { ARENA_DEFAULT = 16 * 1024 * 1024 };

enum { POLL, PREPARE, CHECK, IDLE, HANDLES };

struct gw_socket {
    void *zmq;
    enum gw_socket_kind kind;
    uv_poll_t poll;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_idle_t idle;
    int open_handles; // of the four; the memory goes with the last
    bool closed;      // by the owner, perhaps inside on_message
    int burst;
    struct gw_arena *arena;
    size_t arena_bytes;
    struct gw_buf packed; // the frame being sent
    unsigned version;     // it is sent in; 0: ours
    gw_socket_fn *on_message;
    void *arg;
    char endpoint[ENDPOINT_BYTES];
    struct gw_gate *gate;
    struct gw_refusals *refusals;
    zmq_msg_t *current; // inside on_message: what it is about
    char sender[GW_KEY_NAME_BYTES + 64];
    struct gw_peer *muted;  // a ring, made with the first
    size_t mutes;           // ever
    struct gw_watch *watch; // NULL: not watched
};

// ---- the context

static pthread_mutex_t context_lock = PTHREAD_MUTEX_INITIALIZER;
static void *context;

void *gw_zmq_context(void)
{
    pthread_mutex_lock(&context_lock);
    if (!context) {
        context = zmq_ctx_new();
        gw_assert(context);
    }
    void *got = context;
    pthread_mutex_unlock(&context_lock);
    return got;
}

void gw_socket_shutdown(void)
{
    pthread_mutex_lock(&context_lock);
    if (context)
        zmq_ctx_term(context); // waits for sockets that are still open: freeing them is the caller's part
    context = NULL;
    pthread_mutex_unlock(&context_lock);
}

// ---- receiving

// Read the rest of a message that has more parts than a frame has.
static void parts_drop(void *zmq)
{
    int more = 1;
    size_t bytes = sizeof more;
    while (zmq_getsockopt(zmq, ZMQ_RCVMORE, &more, &bytes) == 0 && more) {
        zmq_msg_t part;
        zmq_msg_init(&part);
        int rc = zmq_msg_recv(&part, zmq, ZMQ_DONTWAIT);
        zmq_msg_close(&part);
        if (rc < 0)
            return;
    }
}

static bool has_more(zmq_msg_t *part)
{
    return zmq_msg_more(part) != 0;
}

// The routing id in front of a ROUTER's message. False: nothing to read, or a message nobody could answer was dropped.
static bool peer_receive(struct gw_socket *s, struct gw_peer *ret_peer, bool *ret_again)
{
    zmq_msg_t id;
    zmq_msg_init(&id);
    bool taken = false;
    *ret_again = zmq_msg_recv(&id, s->zmq, ZMQ_DONTWAIT) >= 0;
    if (*ret_again && has_more(&id) && zmq_msg_size(&id) <= sizeof ret_peer->id) {
        *ret_peer = (struct gw_peer){.bytes = (uint8_t)zmq_msg_size(&id)};
        memcpy(ret_peer->id, zmq_msg_data(&id), ret_peer->bytes);
        taken = true;
    } else if (*ret_again) {
        gw_debug("wire", "dropped", "a message under a routing id of %zu bytes", zmq_msg_size(&id));
        parts_drop(s->zmq);
    }
    zmq_msg_close(&id);
    return taken;
}

// The role first: what a peer may not say is not even decoded.
static int frame_read(struct gw_socket *s, zmq_msg_t *frame, enum gw_msg *ret_type, ProtobufCMessage **ret_message)
{
    if (has_more(frame)) {
        parts_drop(s->zmq);
        return gw_fail(GW_EPROTO, "a message of several parts");
    }
    const uint8_t *bytes = zmq_msg_data(frame);
    size_t n = zmq_msg_size(frame);
    int rc = s->gate ? gw_gate_admit(s->gate, zmq_msg_gets(frame, "User-Id"), n ? bytes[0] : -1) : GW_OK;
    return rc ? rc : gw_frame_unpack(bytes, n, s->arena, ret_type, ret_message);
}

// It leaves gw_reason() as it is.
static void refusal_note(struct gw_socket *s, int rc)
{
    enum gw_refusal kind = rc == GW_EDENIED    ? GW_REFUSED_ROLE
                           : rc == GW_EVERSION ? GW_REFUSED_VERSION
                                               : GW_REFUSED_FRAME;
    if (s->refusals)
        gw_refusals_note(s->refusals, kind, gw_socket_sender(s), gw_reason());
}

static void frame_handle(struct gw_socket *s, const struct gw_peer *peer, zmq_msg_t *frame)
{
    enum gw_msg type = 0;
    ProtobufCMessage *message = NULL;
    s->current = frame;
    int rc = frame_read(s, frame, &type, &message);
    if (rc)
        refusal_note(s, rc);
    s->on_message(s, peer, rc, type, message, s->arg);
    s->current = NULL;
    gw_arena_reset(s->arena);
}

struct gw_arena *gw_socket_take_arena(struct gw_socket *s, struct gw_arena *next)
{
    struct gw_arena *arena = s->arena;
    gw_assert(arena);
    s->arena = next ? next : gw_arena_new(s->arena_bytes);
    return arena;
}

// ---- refused connections

void gw_socket_mute(struct gw_socket *s, const struct gw_peer *peer)
{
    if (!s->muted)
        s->muted = calloc(MUTED_MAX, sizeof *s->muted);
    gw_assert(s->muted);
    s->muted[s->mutes++ % MUTED_MAX] = *peer;
}

static bool is_muted(const struct gw_socket *s, const struct gw_peer *peer)
{
    for (size_t i = 0; i < s->mutes && i < MUTED_MAX; i++)
        if (gw_peer_eq(&s->muted[i], peer))
            return true;
    return false;
}

static void muted_drop(struct gw_socket *s, zmq_msg_t *frame)
{
    if (has_more(frame))
        parts_drop(s->zmq);
    s->current = frame;
    if (s->refusals)
        gw_refusals_note(s->refusals, GW_REFUSED_MUTED, gw_socket_sender(s), "it goes on after it was refused");
    s->current = NULL;
}

// ---- turns of the loop

// One message, if there is one.
static bool receive_one(struct gw_socket *s)
{
    struct gw_peer peer = {0};
    bool again;
    if (s->kind == GW_SOCKET_ROUTER && !peer_receive(s, &peer, &again))
        return again;
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    int n = zmq_msg_recv(&frame, s->zmq, ZMQ_DONTWAIT);
    if (n >= 0 && s->mutes && is_muted(s, &peer))
        muted_drop(s, &frame);
    else if (n >= 0)
        frame_handle(s, s->kind == GW_SOCKET_ROUTER ? &peer : NULL, &frame);
    zmq_msg_close(&frame);
    return n >= 0;
}

static bool is_readable(struct gw_socket *s)
{
    int events = 0;
    size_t bytes = sizeof events;
    return zmq_getsockopt(s->zmq, ZMQ_EVENTS, &events, &bytes) == 0 && (events & ZMQ_POLLIN);
}

static void on_idle(uv_idle_t *handle)
{
    (void)handle;
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    (void)handle, (void)status, (void)events;
}

static void on_prepare(uv_prepare_t *handle)
{
    struct gw_socket *s = handle->data;
    if (is_readable(s))
        uv_idle_start(&s->idle, on_idle);
    else
        uv_idle_stop(&s->idle);
}

static void memory_free(struct gw_socket *s)
{
    gw_arena_free(s->arena);
    gw_buf_fini(&s->packed);
    free(s->muted);
    free(s);
}

static void on_check(uv_check_t *handle)
{
    struct gw_socket *s = handle->data;
    for (int i = 0; i < s->burst && !s->closed; i++)
        if (!receive_one(s))
            break;
}

// ---- life

static void on_closed(uv_handle_t *handle)
{
    struct gw_socket *s = handle->data;
    if (--s->open_handles == 0)
        memory_free(s);
}

struct gw_socket *gw_socket_free(struct gw_socket *s)
{
    if (!s)
        return NULL;
    gw_assert(!s->closed);
    s->closed = true;
    uv_handle_t *handles[HANDLES] = {
        [POLL] = (uv_handle_t *)&s->poll,
        [PREPARE] = (uv_handle_t *)&s->prepare,
        [CHECK] = (uv_handle_t *)&s->check,
        [IDLE] = (uv_handle_t *)&s->idle,
    };
    for (int i = 0; i < HANDLES; i++)
        uv_close(handles[i], on_closed);
    gw_watch_free(s->watch);
    zmq_close(s->zmq); // behind uv_close(poll): its descriptor must not be polled when it goes
    return NULL;
}

static int option_set(void *zmq, int option, int value)
{
    return zmq_setsockopt(zmq, option, &value, sizeof value) == 0 ? 0 : gw_fail_errno("ZeroMQ option %d", option);
}

static int options_set(void *zmq, const struct gw_socket_options *o)
{
    int high_water = o->high_water ? o->high_water : HIGH_WATER_DEFAULT;
    const struct {
        int option, value;
        bool wanted;
    } table[] = {
        {ZMQ_LINGER, 0, true},
        {ZMQ_SNDHWM, high_water, true},
        {ZMQ_RCVHWM, o->receive_high_water ? o->receive_high_water : high_water, true},
        {ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS, true},
        {ZMQ_TCP_KEEPALIVE, 1, true},
        {ZMQ_TCP_KEEPALIVE_IDLE, 30, true}, // seconds
        {ZMQ_TCP_KEEPALIVE_INTVL, 10, true},
        {ZMQ_TCP_KEEPALIVE_CNT, 3, true},
        {ZMQ_ROUTER_MANDATORY, 1, o->kind == GW_SOCKET_ROUTER},
        // What a DEALER sends while its connection is being made waits for it: HELLO needs no second attempt. (After a
        // break its owner makes a new socket, so nothing waits for the wrong connection.)
        {ZMQ_IMMEDIATE, 0, o->kind == GW_SOCKET_DEALER},
        // Whoever is refused there would come again ten times a second.
        {ZMQ_RECONNECT_IVL, RECONNECT_MS, o->key != NULL},
        {ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS, o->key != NULL},
        {ZMQ_HEARTBEAT_IVL, o->heartbeat_ms, o->heartbeat_ms > 0},
        {ZMQ_HEARTBEAT_TIMEOUT, 3 * o->heartbeat_ms, o->heartbeat_ms > 0},
        {ZMQ_HEARTBEAT_TTL, 3 * o->heartbeat_ms, o->heartbeat_ms > 0},
        // A wildcard stays IPv4 ("tcp://0.0.0.0:7600"), whoever wants both says tcp://[::]:7600.
        {ZMQ_IPV6, 1, o->connect || strchr(o->bind, '[')},
    };
    for (size_t i = 0; i < GW_COUNT(table); i++)
        if (table[i].wanted) {
            int rc = option_set(zmq, table[i].option, table[i].value);
            if (rc)
                return rc;
        }
    int64_t message_max = o->frame_bytes ? (int64_t)o->frame_bytes : GW_FRAME_MAX;
    if (zmq_setsockopt(zmq, ZMQ_MAXMSGSIZE, &message_max, sizeof message_max) != 0)
        return gw_fail_errno("ZeroMQ option MAXMSGSIZE");
    return 0;
}

// ---- keys

static int key_use(struct gw_socket *s, const struct gw_key *key)
{
    if (zmq_setsockopt(s->zmq, ZMQ_CURVE_SERVERKEY, key->broker_key, GW_KEY_TEXT_BYTES) != 0 ||
        zmq_setsockopt(s->zmq, ZMQ_CURVE_PUBLICKEY, key->public_key, GW_KEY_TEXT_BYTES) != 0 ||
        zmq_setsockopt(s->zmq, ZMQ_CURVE_SECRETKEY, key->secret_key, GW_KEY_TEXT_BYTES) != 0)
        return gw_fail(GW_EINVAL, "the key of '%s' cannot be used: %s", key->name, zmq_strerror(zmq_errno()));
    return 0;
}

static int keys_set(struct gw_socket *s, const struct gw_socket_options *o)
{
    const char *endpoint = o->bind ? o->bind : o->connect;
    if (o->bind && o->gate) {
        s->gate = o->gate;
        return gw_gate_guard(o->gate, s->zmq);
    }
    if (o->connect && o->key)
        return key_use(s, o->key);
    if (gw_endpoint_is_local(endpoint))
        return 0;
    if (strncmp(endpoint, "tcp://", 6) != 0)
        return gw_fail(GW_EINVAL, "%s: neither tcp:// nor ipc://", endpoint);
    return gw_fail(GW_EDENIED, "%s is not on this machine: it needs keys ('govwire key')", endpoint);
}

enum gw_trouble gw_socket_trouble(struct gw_socket *s)
{
    return s->watch ? gw_watch_trouble(s->watch) : GW_TROUBLE_NONE;
}

// ZeroMQ would take the path of an ipc socket away from a living owner without a word.
static bool ipc_is_taken(const char *endpoint)
{
    static const char scheme[] = "ipc://";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = endpoint + sizeof scheme - 1;
    if (strncmp(endpoint, scheme, sizeof scheme - 1) != 0 || strlen(path) >= sizeof address.sun_path)
        return false;
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    // EAGAIN is a full backlog: somebody listens.
    bool taken = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN;
    close(fd);
    return taken;
}

// ZeroMQ would take the lower 16 bits of any number.
static bool port_is_wrong(const char *endpoint)
{
    const char *colon = strrchr(endpoint, ':');
    uint64_t port;
    return strncmp(endpoint, "tcp://", 6) == 0 && strcmp(colon, ":*") != 0 &&
           !gw_parse_u64(gw_span_of(colon + 1), 65535, &port);
}

static int endpoint_failed(const char *verb, const char *endpoint)
{
    int error = zmq_errno();
    const char *text = zmq_strerror(error);
    switch (error) {
    case EADDRINUSE:
        return gw_fail(GW_EEXIST, "cannot %s %s: %s", verb, endpoint, text);
    case EINVAL:
    case ENODEV:
    case EPROTONOSUPPORT:
    case ENOCOMPATPROTO:
    case ENAMETOOLONG:
        return gw_fail(GW_EINVAL, "cannot %s %s: %s", verb, endpoint, text);
    default:
        return gw_fail(GW_EIO, "cannot %s %s: %s", verb, endpoint, text);
    }
}

static int endpoint_attach(struct gw_socket *s, const struct gw_socket_options *o)
{
    const char *endpoint = o->bind ? o->bind : o->connect;
    if (strlen(endpoint) >= sizeof s->endpoint)
        return gw_fail(GW_EINVAL, "an endpoint of %zu bytes", strlen(endpoint));
    if (port_is_wrong(endpoint))
        return gw_fail(GW_EINVAL, "%s: no port between 0 and 65535", endpoint);
    if (o->bind && ipc_is_taken(o->bind))
        return gw_fail(GW_EEXIST, "cannot bind %s: another process listens there", o->bind);
    int rc = o->bind ? zmq_bind(s->zmq, o->bind) : zmq_connect(s->zmq, o->connect);
    if (rc != 0)
        return endpoint_failed(o->bind ? "bind" : "connect to", endpoint);
    size_t bytes = sizeof s->endpoint;
    if (zmq_getsockopt(s->zmq, ZMQ_LAST_ENDPOINT, s->endpoint, &bytes) != 0)
        return gw_fail_errno("%s", endpoint);
    return 0;
}

static int loop_attach(struct gw_socket *s, uv_loop_t *loop)
{
    int fd = -1;
    size_t bytes = sizeof fd;
    if (zmq_getsockopt(s->zmq, ZMQ_FD, &fd, &bytes) != 0)
        return gw_fail_errno("ZeroMQ descriptor");
    int rc = uv_poll_init(loop, &s->poll, fd);
    if (rc != 0)
        return gw_fail(GW_EIO, "watching a ZeroMQ socket: %s", uv_strerror(rc));
    uv_prepare_init(loop, &s->prepare);
    uv_check_init(loop, &s->check);
    uv_idle_init(loop, &s->idle);
    s->poll.data = s->prepare.data = s->check.data = s->idle.data = s;
    s->open_handles = HANDLES;
    uv_poll_start(&s->poll, UV_READABLE, on_poll);
    uv_prepare_start(&s->prepare, on_prepare);
    uv_check_start(&s->check, on_check);
    return 0;
}

int gw_socket_new(uv_loop_t *loop, const struct gw_socket_options *o, struct gw_socket **ret_socket)
{
    gw_assert(o->on_message && !o->bind != !o->connect);
    void *zmq = zmq_socket(gw_zmq_context(), o->kind == GW_SOCKET_ROUTER ? ZMQ_ROUTER : ZMQ_DEALER);
    if (!zmq)
        return gw_fail_errno("ZeroMQ socket");
    struct gw_socket *s = calloc(1, sizeof *s);
    gw_assert(s);
    size_t arena_bytes = o->arena_bytes ? o->arena_bytes : ARENA_DEFAULT;
    *s = (struct gw_socket){
        .zmq = zmq,
        .kind = o->kind,
        .burst = o->receive_burst ? o->receive_burst : BURST_DEFAULT,
        .arena = gw_arena_new(arena_bytes),
        .arena_bytes = arena_bytes,
        .packed = GW_BUF(GW_FRAME_MAX),
        .refusals = o->refusals,
        .on_message = o->on_message,
        .arg = o->arg,
    };
    int rc = options_set(zmq, o);
    if (rc == 0)
        rc = keys_set(s, o);
    if (rc == 0 && o->watch)
        rc = gw_watch_new(zmq, !o->key, &s->watch);
    if (rc == 0)
        rc = endpoint_attach(s, o);
    if (rc == 0)
        rc = loop_attach(s, loop);
    if (rc) {
        gw_watch_free(s->watch);
        zmq_close(zmq);
        memory_free(s);
        return rc;
    }
    *ret_socket = s;
    return 0;
}

// ---- sending

static int send_failed(void)
{
    switch (zmq_errno()) {
    case EAGAIN:
        return gw_fail(GW_EAGAIN, "the peer is at its high-water mark");
    case EHOSTUNREACH:
        return gw_fail(GW_ENOTFOUND, "the peer is gone");
    default:
        return gw_fail_errno("sending");
    }
}

static int part_send(void *zmq, const void *bytes, size_t n, int flags)
{
    int rc;
    do
        rc = zmq_send(zmq, bytes, n, flags | ZMQ_DONTWAIT);
    while (rc < 0 && zmq_errno() == EINTR);
    return rc < 0 ? send_failed() : 0;
}

// Frames are packed in our version, or were by an earlier program; in mixed company they are sent as a copy.
static const void *in_version(struct gw_socket *s, const struct gw_peer *peer, const void *frame, size_t bytes)
{
    unsigned version = peer ? peer->version : s->version;
    version = version ? version : GW_WIRE_VERSION;
    if (bytes < GW_FRAME_HEADER || gw_frame_version(frame, bytes) == version)
        return frame;
    if (frame != s->packed.data) {
        gw_buf_reset(&s->packed);
        gw_buf_add(&s->packed, frame, bytes);
    }
    gw_frame_speak(s->packed.data, bytes, version);
    return s->packed.data;
}

void gw_socket_speak(struct gw_socket *s, unsigned version)
{
    s->version = version;
}

int gw_socket_send_frame(struct gw_socket *s, const struct gw_peer *peer, const void *frame, size_t bytes)
{
    gw_assert(!s->closed && (peer != NULL) == (s->kind == GW_SOCKET_ROUTER));
    if (bytes > GW_FRAME_MAX)
        return gw_fail(GW_ELIMIT, "a frame of %zu bytes is over the limit", bytes);
    frame = in_version(s, peer, frame, bytes);
    uv_idle_start(&s->idle, on_idle);
    // A ROUTER decides at the id whether the peer is there and below its mark; the frame behind it always passes.
    int rc = peer ? part_send(s->zmq, peer->id, peer->bytes, ZMQ_SNDMORE) : 0;
    return rc ? rc : part_send(s->zmq, frame, bytes, 0);
}

int gw_socket_send(struct gw_socket *s, const struct gw_peer *peer, enum gw_msg type, const void *message)
{
    gw_buf_reset(&s->packed);
    int rc = gw_frame_pack(&s->packed, type, message);
    return rc ? rc : gw_socket_send_frame(s, peer, s->packed.data, s->packed.bytes);
}

// ---- inspect

const char *gw_socket_sender_key(struct gw_socket *s)
{
    gw_assert(s->current);
    return s->gate ? zmq_msg_gets(s->current, "User-Id") : NULL;
}

const char *gw_socket_sender(struct gw_socket *s)
{
    gw_assert(s->current);
    const char *address = zmq_msg_gets(s->current, "Peer-Address"), *key = gw_socket_sender_key(s);
    unsigned uid, gid, pid;
    char name[GW_KEY_NAME_BYTES] = "";
    if (key)
        gw_gate_name(s->gate, key, name);
    if (address && sscanf(address, "localhost:%u:%u:%u", &uid, &gid, &pid) == 3) // of an ipc socket
        snprintf(s->sender, sizeof s->sender, "process %u", pid);
    else
        snprintf(s->sender, sizeof s->sender, "%s%s%.60s", name, *name ? " at " : "",
                 address ? address : "this machine");
    return s->sender;
}

const char *gw_socket_endpoint(const struct gw_socket *s)
{
    return s->endpoint;
}

bool gw_peer_eq(const struct gw_peer *a, const struct gw_peer *b)
{
    return a->bytes == b->bytes && memcmp(a->id, b->id, a->bytes) == 0;
}
