// SPDX-License-Identifier: Apache-2.0
#include "probe.h"

#include "agent/child.h"
#include "base/fs.h"
#include "base/hash.h"
#include "model/url.h"
#include "schema/link.pb-c.h"
#include "wire/endpoints.h"
#include "wire/socket.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

enum { TICK_MS = 20, LEASE_MS = 60000, HEARTBEAT_MS = 1000, CREDIT_BYTES = 64 * 1024 * 1024 };

struct gw_probe {
    struct gw_arena *arena;
    struct gw_looks found;
    gw_probe_fn *on_list;
    void *arg;
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t signals[2];
    struct gw_socket *socket;
    struct gw_peer agent;
    bool failed;
    uint32_t epoch;
    pid_t pid;
    int status;
};

// ---- the broker's part (CONVERSATION.md, "Link")

static void say(struct gw_probe *probe, enum gw_msg type, const void *message)
{
    if (gw_socket_send(probe->socket, &probe->agent, type, message))
        probe->failed = true;
}

static void define(struct gw_probe *probe, const Gw__Source *source, bool last)
{
    Gw__SourceDef def = GW__SOURCE_DEF__INIT;
    def.source = (Gw__Source *)source;
    def.last = last;
    say(probe, GW_MSG_SOURCE, &def);
}

static void welcome(struct gw_probe *probe)
{
    uint8_t session[GW_SHA256_BYTES / 2];
    Gw__Welcome message = GW__WELCOME__INIT;
    gw_random(session, sizeof session);
    message.version = GW_WIRE_VERSION;
    message.session.data = session;
    message.session.len = sizeof session;
    message.store_id = "probe";
    message.generation = 1;
    message.credit_messages = UINT64_MAX / 2;
    message.credit_bytes = CREDIT_BYTES;
    message.heartbeat_ms = HEARTBEAT_MS;
    say(probe, GW_MSG_WELCOME, &message);
    for (size_t i = 0; i < probe->found.count; i++)
        define(probe, probe->found.looks[i].source, i + 1 == probe->found.count);
}

static void grant(struct gw_probe *probe, char *host, uint32_t epoch)
{
    Gw__Grant message = GW__GRANT__INIT;
    message.host = host;
    message.epoch = epoch;
    message.ttl_ms = LEASE_MS;
    say(probe, GW_MSG_GRANT, &message);
}

static void grant_all(struct gw_probe *probe, const Gw__LeaseReq *req)
{
    probe->epoch++;
    for (size_t i = 0; i < req->n_hosts; i++) {
        grant(probe, req->hosts[i], probe->epoch);
        Gw__TargetDef end = GW__TARGET_DEF__INIT;
        end.host = req->hosts[i];
        end.last = 1;
        say(probe, GW_MSG_TARGET, &end);
    }
}

static void send_target(struct gw_probe *probe, const Gw__Source *source, Gw__Row *row)
{
    Gw__Target target = GW__TARGET__INIT;
    Gw__TargetDef def = GW__TARGET_DEF__INIT;
    target.url = gw_url_canonical(probe->arena, row->url);
    target.source_id = source->id;
    target.purpose = GW__PURPOSE__PURPOSE_ARTICLE;
    target.row = row;
    def.target = &target;
    def.host = gw_url_host_key(probe->arena, row->url);
    if (target.url && def.host)
        say(probe, GW_MSG_TARGET, &def);
}

bool gw_probe_add(struct gw_probe *probe, const Gw__Source *source)
{
    if (probe->found.count == GW_PROBE_LOOKS)
        return false;
    probe->found.looks[probe->found.count++] = (struct gw_look){.source = source};
    define(probe, source, false);
    return true;
}

void gw_probe_read(struct gw_probe *probe, const struct gw_look *look)
{
    const Gw__Observation *list = look->list;
    if (list && list->reading_case == GW__OBSERVATION__READING_ROWS && list->rows->n_rows > 0)
        send_target(probe, look->source, list->rows->rows[0]);
}

const struct gw_looks *gw_probe_looks(const struct gw_probe *probe)
{
    return &probe->found;
}

static struct gw_look *look_of(struct gw_probe *probe, const char *source_id)
{
    for (size_t i = 0; i < probe->found.count; i++)
        if (strcmp(probe->found.looks[i].source->id, source_id) == 0)
            return &probe->found.looks[i];
    return NULL;
}

static void on_publish(struct gw_probe *probe, const Gw__Publish *publish)
{
    // Kept in our own arena: the message goes when the socket reads on.
    size_t n = gw__observation__get_packed_size(publish->observation);
    uint8_t *bytes = gw_arena_alloc(probe->arena, n + 1);
    ProtobufCMessage *kept = NULL;
    if (!bytes || gw__observation__pack(publish->observation, bytes) != n ||
        gw_message_unpack(&gw__observation__descriptor, bytes, n, probe->arena, &kept)) {
        probe->failed = true;
        return;
    }
    const Gw__Observation *seen = (const Gw__Observation *)kept;
    struct gw_look *look = look_of(probe, seen->source_id);
    if (look && seen->purpose == GW__PURPOSE__PURPOSE_LIST) {
        look->list = seen;
        if (probe->on_list)
            probe->on_list(probe, look, probe->arg);
        else
            gw_probe_read(probe, look);
    } else if (look) {
        look->article = seen;
    }
    // What follows from it was said before: with this the agent's outbox is empty, and it ends unless there is more.
    Gw__Ack ack = GW__ACK__INIT;
    ack.msgno = publish->msgno;
    say(probe, GW_MSG_ACK, &ack);
}

static void on_message(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                       const ProtobufCMessage *message, void *arg)
{
    (void)socket;
    struct gw_probe *probe = arg;
    Gw__Pong pong = GW__PONG__INIT;
    if (rc)
        return;
    probe->agent = *peer;
    switch (type) {
    case GW_MSG_HELLO:
        welcome(probe);
        break;
    case GW_MSG_LEASE_REQ:
        grant_all(probe, (const Gw__LeaseReq *)message);
        break;
    case GW_MSG_RENEW: {
        const Gw__Renew *renew = (const Gw__Renew *)message;
        for (size_t i = 0; i < renew->n_held; i++)
            grant(probe, renew->held[i]->host, renew->held[i]->epoch);
        break;
    }
    case GW_MSG_PUBLISH:
        on_publish(probe, (const Gw__Publish *)message);
        break;
    case GW_MSG_PING:
        say(probe, GW_MSG_PONG, &pong);
        break;
    default:
        break;
    }
}

// ---- running

static void on_tick(uv_timer_t *timer)
{
    struct gw_probe *probe = timer->data;
    if (!gw_child_ended(probe->pid, &probe->status))
        return;
    probe->pid = 0;
    probe->socket = gw_socket_free(probe->socket);
    uv_close((uv_handle_t *)&probe->timer, NULL);
    for (size_t i = 0; i < GW_COUNT(probe->signals); i++)
        uv_close((uv_handle_t *)&probe->signals[i], NULL);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct gw_probe *probe = handle->data;
    (void)number;
    probe->failed = true;
    if (probe->pid)
        kill(probe->pid, SIGTERM);
}

static int run_in(struct gw_probe *probe, const char *dir, char *program)
{
    char endpoint[GW_ENDPOINT_BYTES];
    int rc = gw_endpoint(dir, GW_ENDPOINT_AGENTS, endpoint);
    if (rc)
        return rc;
    gw_assert(uv_loop_init(&probe->loop) == 0);
    struct gw_socket_options options = {
        .kind = GW_SOCKET_ROUTER, .bind = endpoint, .on_message = on_message, .arg = probe};
    rc = gw_socket_new(&probe->loop, &options, &probe->socket);
    char *argv[] = {program, "--dir", (char *)dir, "--collectors", "1", "--once", NULL};
    if (rc == GW_OK)
        rc = gw_child_start(argv, &probe->pid);
    if (rc == GW_OK) {
        static const int numbers[] = {SIGINT, SIGTERM};
        for (size_t i = 0; i < GW_COUNT(numbers); i++) {
            uv_signal_init(&probe->loop, &probe->signals[i]);
            probe->signals[i].data = probe;
            uv_signal_start(&probe->signals[i], on_signal, numbers[i]);
        }
        uv_timer_init(&probe->loop, &probe->timer);
        probe->timer.data = probe;
        uv_timer_start(&probe->timer, on_tick, TICK_MS, TICK_MS);
    } else {
        gw_socket_free(probe->socket);
    }
    uv_run(&probe->loop, UV_RUN_DEFAULT);
    uv_loop_close(&probe->loop);
    gw_socket_shutdown();
    return rc;
}

// The settings of an agent that should say only what matters.
static int make_dir(char *dir, size_t bytes)
{
    static const char settings[] = "log: {level: error}\n";
    const char *parent = getenv("TMPDIR");
    char path[PATH_MAX];
    if (snprintf(dir, bytes, "%s/govwire-test-XXXXXX", parent && *parent ? parent : "/tmp") >= (int)bytes)
        return gw_fail(GW_ELIMIT, "TMPDIR: path too long");
    if (!mkdtemp(dir))
        return gw_fail_errno("%s", dir);
    snprintf(path, sizeof path, "%s/govwire.yaml", dir);
    return gw_fs_write(path, settings, sizeof settings - 1, 0600);
}

int gw_probe_run(struct gw_arena *arena, const Gw__Source *source, gw_probe_fn *on_list, void *arg,
                 struct gw_looks *ret_looks)
{
    struct gw_probe probe = {
        .arena = arena, .found = {.looks = {{.source = source}}, .count = 1}, .on_list = on_list, .arg = arg};
    char dir[PATH_MAX - 32], *program = NULL;
    int rc = gw_fs_find_program("govwire-agent", &program);
    if (rc)
        return rc;
    rc = make_dir(dir, sizeof dir);
    if (rc == GW_OK) {
        rc = run_in(&probe, dir, program);
        gw_endpoints_remove(dir);
        if (gw_fs_remove(dir))
            gw_fail_prefix(0, "left behind");
    }
    free(program);
    if (rc)
        return rc;
    if (probe.failed)
        return gw_fail(GW_EAGAIN, "interrupted");
    if (!probe.found.looks[0].list) {
        char how[64];
        return gw_fail(GW_EAGAIN, "the agent %s before it had polled the list",
                       gw_child_status(probe.status, how, sizeof how));
    }
    *ret_looks = probe.found;
    return GW_OK;
}
