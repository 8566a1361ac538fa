// SPDX-License-Identifier: Apache-2.0
#include "reading.h"

#include "base/clock.h"
#include "base/log.h"
#include "html/page.h"
#include "wire/frame.h"
#include "worker/nursery.h"
#include "worker/pass.h"
#include "worker/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    WATCH_MS = 50,                                   // how often a busy reader is looked at
    KILL_CPU_MS = 5 * GW_PAGE_BUDGET_MS * GW_SLOWER, // of one page; a page's own budget ends long before
    KILL_WALL_MS = 10000,                            // of silence: stopped, or the machine is starved
    RESULT_ARENA = 16 * 1024 * 1024,
    SOCKET_BYTES = 1024 * 1024, // of a socketpair's buffer: a frame then rarely goes in pieces
};

enum state {
    EMPTY,    // no process; one will be asked for
    STARTING, // asked for
    IDLE,
    BUSY,
    DYING, // killed or told to end; waiting for the system's word
};

struct slot {
    enum state state;
    struct gw_readings *readings;
    pid_t pid;
    uint64_t ask_no; // the nursery answers in this order
    int fd;
    uv_poll_t *poll;
    struct gw_buf in, out;
    size_t sent; // of out
    int memfd;   // to go with the first byte of out
    struct gw_reading *reading;
    const char *killed;      // why we killed it
    int64_t wall_ms, cpu_ms; // at the start of the page
};

struct gw_reading {
    struct gw_readings *readings;
    struct gw_reading *next; // in the queue
    struct gw_buf frame, body;
    gw_reading_fn *on_done; // NULL: cancelled
    void *arg;
};

struct gw_readings {
    uv_loop_t *loop;
    int nursery_fd;
    pid_t nursery_pid;
    uv_poll_t *nursery;
    uv_signal_t *child;
    uv_timer_t *watch; // active while a reader is busy or missing
    uint64_t asks;
    struct gw_reading *queue, **queue_end;
    gw_readings_lost_fn *on_lost;
    void *arg;
    unsigned count;
    struct slot slots[];
};

static void dispatch(struct gw_readings *readings);
static void on_slot(uv_poll_t *poll, int status, int events);
static void on_watch(uv_timer_t *watch);

// ---- readers

static void on_handle_closed(uv_handle_t *handle)
{
    free(handle);
}

static void close_handle(void *handle)
{
    if (handle)
        uv_close(handle, on_handle_closed);
}

static void *new_handle(size_t bytes, void *data)
{
    uv_handle_t *handle = calloc(1, bytes);
    gw_assert(handle);
    handle->data = data;
    return handle;
}

static int64_t cpu_ms_of(pid_t pid)
{
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
        return 0;
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void watch_slots(struct gw_readings *readings)
{
    if (!uv_is_active((uv_handle_t *)readings->watch))
        uv_timer_start(readings->watch, on_watch, WATCH_MS, WATCH_MS);
}

// Ask for a process. When that cannot be done now, the watch tries again.
static void ask(struct slot *slot)
{
    int pair[2];
    watch_slots(slot->readings);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        gw_warn("reading", "socketpair", "%s, trying again", strerror(errno));
        return;
    }
    const int bytes = SOCKET_BYTES;
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    int rc = gw_nursery_ask(slot->readings->nursery_fd, pair[1]);
    close(pair[1]);
    if (rc) {
        close(pair[0]);
        return;
    }
    slot->state = STARTING;
    slot->ask_no = slot->readings->asks++;
    slot->fd = pair[0];
    slot->pid = 0;
    slot->killed = NULL;
    slot->poll = new_handle(sizeof *slot->poll, slot);
    gw_assert(uv_poll_init(slot->readings->loop, slot->poll, slot->fd) == 0);
}

static void close_slot(struct slot *slot)
{
    if (slot->poll) {
        uv_poll_stop(slot->poll);
        close_handle(slot->poll);
        slot->poll = NULL;
        close(slot->fd);
    }
    if (slot->memfd >= 0)
        close(slot->memfd);
    slot->memfd = -1;
    slot->sent = 0;
    gw_buf_reset(&slot->in);
    gw_buf_reset(&slot->out);
}

static void kill_slot(struct slot *slot, const char *why)
{
    slot->killed = slot->killed ? slot->killed : why;
    slot->state = DYING;
    uv_poll_stop(slot->poll); // whatever it still says
    kill(slot->pid, SIGKILL); // ours until waited for, so the number cannot be another's
}

static void end_reading(struct gw_reading *reading, struct gw_reading_end *end)
{
    end->body = reading->body;
    reading->body = (struct gw_buf){0};
    if (reading->on_done)
        reading->on_done(end, reading->arg);
    gw_arena_free(end->arena);
    gw_buf_fini(&end->body);
    gw_buf_fini(&reading->frame);
    free(reading);
}

static void on_reaped(struct slot *slot, int status)
{
    static char detail[128];
    struct gw_reading *reading = slot->reading;
    struct gw_reading_end end = {.failure = GW__FAILURE__FAILURE_READER_CRASH, .detail = detail};
    if (slot->killed) {
        end.failure = GW__FAILURE__FAILURE_READER_TIME;
        snprintf(detail, sizeof detail, "%s", slot->killed);
    } else if (WIFSIGNALED(status)) {
        if (WTERMSIG(status) == SIGXCPU)
            end.failure = GW__FAILURE__FAILURE_READER_TIME;
        snprintf(detail, sizeof detail, "the reader died of signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    } else {
        snprintf(detail, sizeof detail, "the reader ended with code %d", WEXITSTATUS(status));
    }
    if (reading)
        gw_warn("reading", "replaced", "%s; its page goes to quarantine, a new reader starts", detail);
    close_slot(slot);
    slot->reading = NULL;
    slot->state = EMPTY;
    slot->pid = 0;
    ask(slot);
    if (reading)
        end_reading(reading, &end);
    dispatch(slot->readings);
}

static void reap(struct slot *slot)
{
    int status;
    if (slot->pid > 0 && waitpid(slot->pid, &status, WNOHANG) == slot->pid)
        on_reaped(slot, status);
}

static void lose(struct gw_readings *readings)
{
    uv_poll_stop(readings->nursery);
    gw_readings_lost_fn *on_lost = readings->on_lost;
    readings->on_lost = NULL;
    if (on_lost)
        on_lost(readings->arg);
}

static void on_child(uv_signal_t *child, int signal)
{
    (void)signal;
    struct gw_readings *readings = child->data;
    if (waitpid(readings->nursery_pid, NULL, WNOHANG) == readings->nursery_pid)
        lose(readings);
    for (unsigned i = 0; i < readings->count; i++)
        reap(&readings->slots[i]);
}

static struct slot *next_starting(struct gw_readings *readings)
{
    struct slot *next = NULL;
    for (unsigned i = 0; i < readings->count; i++) {
        struct slot *slot = &readings->slots[i];
        if (slot->state == STARTING && (!next || slot->ask_no < next->ask_no))
            next = slot;
    }
    return next;
}

static void on_nursery(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    struct gw_readings *readings = poll->data;
    pid_t pid;
    int rc;
    while ((rc = gw_nursery_answer(readings->nursery_fd, &pid)) == 0) {
        struct slot *slot = next_starting(readings);
        if (!slot)
            continue;
        if (pid <= 0) { // no process to be had now
            close_slot(slot);
            slot->state = EMPTY;
            continue;
        }
        slot->pid = pid;
        slot->state = IDLE;
        uv_poll_start(slot->poll, UV_READABLE, on_slot);
        reap(slot); // it may be dead already, and its signal have come before its number
    }
    if (rc != GW_EAGAIN)
        lose(readings);
    dispatch(readings);
}

// ---- one page

static int new_memfd(const struct gw_buf *body)
{
    int fd = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -1;
    for (size_t done = 0; done < body->bytes;) {
        ssize_t n = write(fd, body->data + done, body->bytes - done);
        if (n <= 0) {
            close(fd);
            return -1;
        }
        done += (size_t)n;
    }
    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    return fd;
}

// Send what is left of out; the poll comes back for more when the socket is full.
static void flush(struct slot *slot)
{
    while (slot->sent < slot->out.bytes) {
        ssize_t n = gw_pass_send(slot->fd, slot->out.data + slot->sent, slot->out.bytes - slot->sent, slot->memfd);
        if (n < 0) {
            if (errno != EAGAIN && errno != EINTR)
                return; // it died; its signal follows
            uv_poll_start(slot->poll, UV_READABLE | UV_WRITABLE, on_slot);
            return;
        }
        if (slot->memfd >= 0) {
            close(slot->memfd);
            slot->memfd = -1;
        }
        slot->sent += (size_t)n;
    }
    uv_poll_start(slot->poll, UV_READABLE, on_slot);
}

static void hand_over(struct slot *slot, struct gw_reading *reading)
{
    slot->memfd = new_memfd(&reading->body);
    slot->state = BUSY;
    slot->reading = reading;
    slot->wall_ms = gw_clock_boot_ms();
    slot->cpu_ms = cpu_ms_of(slot->pid);
    slot->sent = 0;
    gw_buf_reset(&slot->in);
    gw_buf_fini(&slot->out);
    slot->out = reading->frame;
    reading->frame = (struct gw_buf){0};
    flush(slot);
    watch_slots(slot->readings);
}

static void dispatch(struct gw_readings *readings)
{
    for (unsigned i = 0; i < readings->count && readings->queue; i++) {
        struct slot *slot = &readings->slots[i];
        if (slot->state != IDLE)
            continue;
        struct gw_reading *reading = readings->queue;
        readings->queue = reading->next;
        if (!readings->queue)
            readings->queue_end = &readings->queue;
        hand_over(slot, reading);
    }
}

static void retire_if_old(struct slot *slot)
{
    if (cpu_ms_of(slot->pid) < GW_READER_CPU_S * 1000)
        return;
    slot->state = DYING;
    shutdown(slot->fd, SHUT_WR); // it reads the end of its work
}

static void on_result(struct slot *slot)
{
    struct gw_reading *reading = slot->reading;
    struct gw_reading_end end = {.arena = gw_arena_new(RESULT_ARENA)};
    enum gw_msg type;
    ProtobufCMessage *message;
    int rc = gw_frame_unpack(slot->in.data, slot->in.bytes, end.arena, &type, &message);
    if (rc || type != GW_MSG_READ_RESULT || !reading) {
        // What it says cannot be trusted, so neither can its next word.
        gw_arena_free(end.arena);
        gw_warn("reading", "nonsense", "%s, killing the reader", rc ? gw_reason() : "an answer nobody asked for");
        kill_slot(slot, NULL);
        return;
    }
    gw_buf_reset(&slot->in);
    slot->reading = NULL;
    slot->state = IDLE;
    retire_if_old(slot);
    dispatch(slot->readings); // before the callback, which may take its time
    end.result = (const Gw__ReadResult *)message;
    end_reading(reading, &end);
}

static void on_slot(uv_poll_t *poll, int status, int events)
{
    struct slot *slot = poll->data;
    if (status == 0 && events & UV_WRITABLE)
        flush(slot);
    size_t want = 0;
    for (;;) {
        if (gw_frame_size(gw_buf_str(&slot->in), slot->in.bytes, &want) != 0) {
            kill_slot(slot, NULL);
            return;
        }
        if (want && slot->in.bytes == want) {
            on_result(slot);
            return;
        }
        size_t room = (want ? want : GW_FRAME_HEADER) - slot->in.bytes;
        char *at = gw_buf_reserve(&slot->in, room);
        ssize_t n = at ? recv(slot->fd, at, room, MSG_DONTWAIT) : 0;
        if (n > 0) {
            gw_buf_grow(&slot->in, (size_t)n);
            continue;
        }
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        kill_slot(slot, NULL); // it is ending; the system's word follows, and says how
        return;
    }
}

static void on_watch(uv_timer_t *watch)
{
    struct gw_readings *readings = watch->data;
    bool needed = false;
    for (unsigned i = 0; i < readings->count; i++) {
        struct slot *slot = &readings->slots[i];
        if (slot->state == EMPTY) {
            ask(slot);
        } else if (slot->state == BUSY && cpu_ms_of(slot->pid) - slot->cpu_ms > KILL_CPU_MS) {
            kill_slot(slot, "the reader ran past its budget and was killed");
        } else if (slot->state == BUSY && gw_clock_boot_ms() - slot->wall_ms > KILL_WALL_MS) {
            kill_slot(slot, "the reader was silent for too long and was killed");
        }
        needed |= slot->state == EMPTY || slot->state == BUSY;
    }
    if (!needed)
        uv_timer_stop(watch);
}

// ---- public

struct gw_readings *gw_readings_new(uv_loop_t *loop, int nursery_fd, pid_t nursery_pid, unsigned readers,
                                    gw_readings_lost_fn *on_lost, void *arg)
{
    struct gw_readings *readings = calloc(1, sizeof *readings + readers * sizeof readings->slots[0]);
    gw_assert(readings);
    *readings = (struct gw_readings){.loop = loop,
                                     .nursery_fd = nursery_fd,
                                     .nursery_pid = nursery_pid,
                                     .on_lost = on_lost,
                                     .arg = arg,
                                     .count = readers};
    readings->queue_end = &readings->queue;
    readings->nursery = new_handle(sizeof *readings->nursery, readings);
    readings->child = new_handle(sizeof *readings->child, readings);
    readings->watch = new_handle(sizeof *readings->watch, readings);
    uv_timer_init(loop, readings->watch);
    uv_signal_init(loop, readings->child);
    uv_signal_start(readings->child, on_child, SIGCHLD);
    gw_assert(uv_poll_init(loop, readings->nursery, nursery_fd) == 0);
    uv_poll_start(readings->nursery, UV_READABLE, on_nursery);
    for (unsigned i = 0; i < readers; i++) {
        readings->slots[i] = (struct slot){
            .readings = readings, .memfd = -1, .in = GW_BUF(GW_FRAME_MAX + 1), .out = GW_BUF(GW_FRAME_MAX + 1)};
        ask(&readings->slots[i]);
    }
    return readings;
}

static void free_reading(struct gw_reading *reading)
{
    gw_buf_fini(&reading->frame);
    gw_buf_fini(&reading->body);
    free(reading);
}

struct gw_readings *gw_readings_free(struct gw_readings *readings)
{
    if (!readings)
        return NULL;
    for (unsigned i = 0; i < readings->count; i++) {
        struct slot *slot = &readings->slots[i];
        if (slot->pid > 0) {
            kill(slot->pid, SIGKILL);
            waitpid(slot->pid, NULL, 0);
        }
        close_slot(slot);
        gw_buf_fini(&slot->in);
        gw_buf_fini(&slot->out);
        if (slot->reading)
            free_reading(slot->reading);
    }
    while (readings->queue) {
        struct gw_reading *next = readings->queue->next;
        free_reading(readings->queue);
        readings->queue = next;
    }
    close_handle(readings->nursery);
    close_handle(readings->child);
    close_handle(readings->watch);
    free(readings);
    return NULL;
}

struct gw_reading *gw_reading_start(struct gw_readings *readings, Gw__ReadReq *request, struct gw_buf *body,
                                    gw_reading_fn *on_done, void *arg)
{
    struct gw_reading *reading = calloc(1, sizeof *reading);
    gw_assert(reading);
    *reading = (struct gw_reading){
        .readings = readings, .frame = GW_BUF(GW_FRAME_MAX + 1), .body = *body, .on_done = on_done, .arg = arg};
    *body = (struct gw_buf){0};
    request->body_bytes = reading->body.bytes;
    // The source came in a frame of its own, so it fits into this one.
    gw_assert(gw_frame_pack(&reading->frame, GW_MSG_READ_REQ, request) == 0);
    *readings->queue_end = reading;
    readings->queue_end = &reading->next;
    dispatch(readings);
    return reading;
}

void gw_reading_cancel(struct gw_reading *reading)
{
    struct gw_readings *readings = reading->readings;
    for (struct gw_reading **at = &readings->queue; *at; at = &(*at)->next) {
        if (*at != reading)
            continue;
        *at = reading->next;
        if (readings->queue_end == &reading->next)
            readings->queue_end = at;
        free_reading(reading);
        return;
    }
    reading->on_done = NULL; // a reader has it; nobody hears the answer
}
