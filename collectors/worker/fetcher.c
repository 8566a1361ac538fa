// SPDX-License-Identifier: Apache-2.0
// DESIGN: one thread, one loop: curl, the agent's socket, the readers' sockets, timers. Order of the start matters: the
// nursery first (it is a program start, which is impossible once locked), then everything that reads files, then the
// lock, and only then the threads of ZeroMQ and of name resolution, which inherit it.
#include "fetcher.h"

#include "base/clock.h"
#include "base/log.h"
#include "wire/socket.h"
#include "worker/job.h"
#include "worker/nursery.h"
#include "worker/sandbox.h"
#include "worker/understand.h"

#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DESCRIPTORS = 4096 };

static const char SUBJECT[] = "fetcher";

struct running {
    struct running *next;
    struct gw_job *job;
};

struct fetcher {
    uv_loop_t loop;
    struct gw_socket *socket;
    struct gw_fetch *fetch;
    struct gw_readings *readings;
    struct gw_port port;
    uv_signal_t term, interrupt;
    uv_timer_t grace;
    struct running *jobs;
    unsigned count;
    bool stopping, ended;
    int exit_code;
};

// ---- the end

static void close_plain(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

// Jobs that are under way are the agent's again: it gives them out anew.
static void end(struct fetcher *fetcher, int exit_code)
{
    if (fetcher->ended)
        return;
    fetcher->ended = true;
    fetcher->exit_code = exit_code;
    while (fetcher->jobs) {
        struct running *next = fetcher->jobs->next;
        gw_job_cancel(fetcher->jobs->job);
        free(fetcher->jobs);
        fetcher->jobs = next;
    }
    uv_stop(&fetcher->loop);
}

static void on_signal(uv_signal_t *signal, int number)
{
    (void)number;
    end(signal->data, GW_EXIT_OK);
}

static void on_grace_over(uv_timer_t *timer)
{
    end(timer->data, GW_EXIT_OK);
}

static void on_nursery_lost(void *arg)
{
    gw_error(SUBJECT, "nursery_lost", "readers cannot be replaced any more; ending, the agent starts another");
    end(arg, GW_EXIT_FAILED);
}

// ---- the port of jobs

static void port_send(void *arg, enum gw_msg type, const void *message)
{
    struct fetcher *fetcher = arg;
    int rc = fetcher->ended ? 0 : gw_socket_send(fetcher->socket, NULL, type, message);
    if (rc) {
        // Far more messages than our jobs can have under way are unread: nobody is there.
        gw_error(SUBJECT, "send", "%s: %s; ending, the agent starts another", gw_msg_name((int)type), gw_reason());
        fetcher->exit_code = GW_EXIT_FAILED;
        uv_stop(&fetcher->loop);
    }
}

static struct gw_transfer *port_transfer(void *arg, const struct gw_request *request, gw_transfer_fn *on_done,
                                         void *done)
{
    struct fetcher *fetcher = arg;
    return gw_transfer_start(fetcher->fetch, request, on_done, done);
}

static void port_transfer_cancel(void *arg, struct gw_transfer *transfer)
{
    (void)arg;
    gw_transfer_cancel(transfer);
}

static struct gw_reading *port_read(void *arg, Gw__ReadReq *request, struct gw_buf *body, gw_reading_fn *on_done,
                                    void *done)
{
    struct fetcher *fetcher = arg;
    return gw_reading_start(fetcher->readings, request, body, on_done, done);
}

static void port_read_cancel(void *arg, struct gw_reading *reading)
{
    (void)arg;
    gw_reading_cancel(reading);
}

// ---- jobs

static struct running **find(struct fetcher *fetcher, uint64_t number)
{
    struct running **at = &fetcher->jobs;
    while (*at && gw_job_number((*at)->job) != number)
        at = &(*at)->next;
    return at;
}

static void on_job_end(struct gw_job *job, void *arg)
{
    struct fetcher *fetcher = arg;
    struct running **at = find(fetcher, gw_job_number(job));
    struct running *running = *at;
    gw_assert(running && running->job == job);
    *at = running->next;
    free(running);
    fetcher->count--;
    if (fetcher->stopping && fetcher->count == 0)
        uv_timer_start(&fetcher->grace, on_grace_over, 0, 0); // not from inside the job's own call
}

static void on_job(struct fetcher *fetcher, const Gw__Job *message)
{
    if (fetcher->stopping || *find(fetcher, message->job)) {
        gw_warn(SUBJECT, "job", "job %llu is %s, ignored", (unsigned long long)message->job,
                fetcher->stopping ? "too late" : "here already");
        return;
    }
    struct running *running = calloc(1, sizeof *running);
    gw_assert(running);
    running->job =
        gw_job_start(&fetcher->port, gw_socket_take_arena(fetcher->socket, NULL), message, on_job_end, fetcher);
    running->next = fetcher->jobs;
    fetcher->jobs = running;
    fetcher->count++;
}

static void on_stop(struct fetcher *fetcher, const Gw__Stop *message)
{
    fetcher->stopping = true;
    uv_timer_start(&fetcher->grace, on_grace_over, fetcher->count ? message->grace_ms : 0, 0);
}

static void on_message(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                       const ProtobufCMessage *message, void *arg)
{
    (void)socket;
    (void)peer;
    struct fetcher *fetcher = arg;
    if (rc) {
        gw_error(SUBJECT, "bad_frame", "from the agent: %s; ending, it starts another", gw_reason());
        end(fetcher, GW_EXIT_FAILED);
        return;
    }
    if (fetcher->ended)
        return;
    struct running *running;
    switch (type) {
    case GW_MSG_JOB:
        on_job(fetcher, (const Gw__Job *)message);
        break;
    case GW_MSG_PERMIT:
        running = *find(fetcher, ((const Gw__Permit *)message)->job);
        if (running)
            gw_job_permit(running->job, (const Gw__Permit *)message);
        break;
    case GW_MSG_ELSEWHERE:
        running = *find(fetcher, ((const Gw__Elsewhere *)message)->job);
        if (running)
            gw_job_elsewhere(running->job, (const Gw__Elsewhere *)message);
        break;
    case GW_MSG_STOP:
        on_stop(fetcher, (const Gw__Stop *)message);
        break;
    default:
        gw_warn(SUBJECT, "unexpected", "the agent said %s, ignored", gw_msg_name((int)type));
    }
}

// ---- the start

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < DESCRIPTORS) {
        limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

// glibc loads the modules that resolve names at their first use, and reads its configuration then.
static void warm_resolver(void)
{
    struct addrinfo *found = NULL;
    if (getaddrinfo("localhost", "80", NULL, &found) == 0)
        freeaddrinfo(found);
}

static int lock(const char *ca_dir)
{
    const char *lost;
    int rc = gw_sandbox_fetcher(ca_dir, &lost);
    if (rc)
        return rc;
    if (lost && !GW_SANDBOX_RELAXED)
        gw_warn(SUBJECT, "sandbox", "not locked: %s; going on without", lost);
    return 0;
}

static int say_ready(struct fetcher *fetcher, const char *program, unsigned slots)
{
    Gw__Ready ready = GW__READY__INIT;
    ready.pid = (uint32_t)getpid();
    ready.slots = slots;
    ready.program = (char *)program;
    ready.extractor = GW_EXTRACTOR_VERSION;
    return gw_socket_send(fetcher->socket, NULL, GW_MSG_READY, &ready);
}

static int start(struct fetcher *fetcher, const struct gw_fetcher_options *options, int *ret_nursery_fd,
                 pid_t *ret_nursery)
{
    int rc = gw_nursery_start(options->bodies, ret_nursery_fd, ret_nursery);
    if (rc)
        return rc;
    raise_descriptor_limit();
    warm_resolver();
    rc = gw_fetch_new(&fetcher->loop, &fetcher->fetch);
    if (rc == 0)
        rc = lock(options->ca_dir);
    if (rc)
        return rc;
    fetcher->readings =
        gw_readings_new(&fetcher->loop, *ret_nursery_fd, *ret_nursery, options->readers, on_nursery_lost, fetcher);
    struct gw_socket_options socket = {
        .kind = GW_SOCKET_DEALER, .connect = options->endpoint, .on_message = on_message, .arg = fetcher};
    rc = gw_socket_new(&fetcher->loop, &socket, &fetcher->socket);
    return rc ? rc : say_ready(fetcher, options->program, options->slots);
}

static void watch_for_the_end(struct fetcher *fetcher)
{
    uv_signal_init(&fetcher->loop, &fetcher->term);
    uv_signal_init(&fetcher->loop, &fetcher->interrupt);
    uv_timer_init(&fetcher->loop, &fetcher->grace);
    fetcher->term.data = fetcher->interrupt.data = fetcher->grace.data = fetcher;
    uv_signal_start(&fetcher->term, on_signal, SIGTERM);
    uv_signal_start(&fetcher->interrupt, on_signal, SIGINT);
}

int gw_fetcher_main(const struct gw_fetcher_options *options)
{
    struct fetcher fetcher = {0};
    gw_sandbox_die_with_parent(SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    gw_assert(uv_loop_init(&fetcher.loop) == 0);
    struct gw_hosts *hosts = gw_hosts_new();
    fetcher.port = (struct gw_port){.loop = &fetcher.loop,
                                    .hosts = hosts,
                                    .send = port_send,
                                    .transfer = port_transfer,
                                    .transfer_cancel = port_transfer_cancel,
                                    .read = port_read,
                                    .read_cancel = port_read_cancel,
                                    .arg = &fetcher};
    watch_for_the_end(&fetcher);
    int nursery_fd = -1;
    pid_t nursery = 0;
    int rc = start(&fetcher, options, &nursery_fd, &nursery);
    if (rc) {
        gw_error(SUBJECT, "start", "%s", gw_reason());
        fetcher.exit_code = gw_exit_for(rc);
    } else {
        uv_run(&fetcher.loop, UV_RUN_DEFAULT);
        end(&fetcher, fetcher.exit_code);
    }
    gw_readings_free(fetcher.readings);
    gw_fetch_free(fetcher.fetch);
    if (fetcher.socket)
        gw_socket_free(fetcher.socket);
    uv_handle_t *plain[] = {(uv_handle_t *)&fetcher.term, (uv_handle_t *)&fetcher.interrupt,
                            (uv_handle_t *)&fetcher.grace};
    for (size_t i = 0; i < GW_COUNT(plain); i++)
        close_plain(plain[i]);
    uv_run(&fetcher.loop, UV_RUN_DEFAULT);
    gw_assert(uv_loop_close(&fetcher.loop) == 0);
    gw_socket_shutdown();
    gw_hosts_free(hosts);
    if (nursery_fd >= 0) {
        close(nursery_fd); // it ends at that
        waitpid(nursery, NULL, 0);
    }
    return fetcher.exit_code;
}
