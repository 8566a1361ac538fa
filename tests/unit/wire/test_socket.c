// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "samples.h"

#include "wire/socket.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

// One end of a conversation: counts, and checks that PING nonces come in order.
struct end {
    struct gw_socket *socket;
    struct gw_peer peer; // of the last message; ROUTER only
    uint64_t received, sent;
    uint64_t answer_until; // answers each PING with the next one, up to this nonce
    int last_rc;
    char reason[256];
    bool free_on_message;
    struct gw_arena *kept; // of the first PING, when keep_first
    const Gw__Ping *kept_ping;
    bool keep_first;
    bool order_matters;
};

static void on_message(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                       const ProtobufCMessage *message, void *arg)
{
    struct end *end = arg;
    end->last_rc = rc;
    end->received++;
    if (peer)
        end->peer = *peer;
    if (rc) {
        snprintf(end->reason, sizeof end->reason, "%s", gw_reason());
        assert_null(message);
        return;
    }
    if (end->free_on_message) {
        end->socket = gw_socket_free(socket);
        return;
    }
    if (type != GW_MSG_PING)
        return;
    uint64_t nonce = ((const Gw__Ping *)message)->nonce;
    if (end->keep_first && !end->kept) {
        end->kept_ping = (const Gw__Ping *)message;
        end->kept = gw_socket_take_arena(socket, NULL);
    }
    if (end->order_matters)
        assert_int_equal(nonce, end->received);
    if (nonce < end->answer_until) {
        Gw__Ping next = GW__PING__INIT;
        next.nonce = nonce + 1;
        check_ok(gw_socket_send(socket, peer, GW_MSG_PING, &next));
        end->sent++;
    }
}

static struct end end_open(uv_loop_t *loop, struct end *place, struct gw_socket_options options)
{
    options.on_message = on_message;
    options.arg = place;
    *place = (struct end){0};
    check_ok(gw_socket_new(loop, &options, &place->socket));
    return *place;
}

struct pair {
    uv_loop_t loop;
    struct end router, dealer;
};

static void pair_open(struct pair *pair, struct gw_socket_options extra)
{
    assert_int_equal(uv_loop_init(&pair->loop), 0);
    struct gw_socket_options options = extra;
    options.kind = GW_SOCKET_ROUTER;
    options.bind = "tcp://127.0.0.1:*";
    end_open(&pair->loop, &pair->router, options);
    options = extra;
    options.kind = GW_SOCKET_DEALER;
    options.connect = gw_socket_endpoint(pair->router.socket);
    end_open(&pair->loop, &pair->dealer, options);
}

static void pair_close(struct pair *pair)
{
    pair->router.socket = gw_socket_free(pair->router.socket);
    pair->dealer.socket = gw_socket_free(pair->dealer.socket);
    assert_int_equal(uv_run(&pair->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&pair->loop), 0);
}

// The test's own TIMEOUT ends a wait that never comes true.
#define RUN_UNTIL(loop, condition)                                                                                     \
    do                                                                                                                 \
        uv_run((loop), UV_RUN_ONCE);                                                                                   \
    while (!(condition))

static int ping_send(struct end *end, uint64_t nonce)
{
    Gw__Ping ping = GW__PING__INIT;
    ping.nonce = nonce;
    return gw_socket_send(end->socket, end->peer.bytes ? &end->peer : NULL, GW_MSG_PING, &ping);
}

static void pings_send(struct end *end, uint64_t n)
{
    while (end->sent < n) {
        int rc = ping_send(end, end->sent + 1);
        if (rc == GW_EAGAIN)
            return;
        check_ok(rc);
        end->sent++;
    }
}

static void thousands_both_ways_in_one_loop(void **state)
{
    (void)state;
    enum { N = 20000 };
    struct pair pair;
    pair_open(&pair, (struct gw_socket_options){0});
    pair.router.order_matters = pair.dealer.order_matters = true;
    while (pair.router.received < N || pair.dealer.received < N) {
        pings_send(&pair.dealer, N);
        if (pair.router.peer.bytes)
            pings_send(&pair.router, N);
        uv_run(&pair.loop, UV_RUN_ONCE);
    }
    assert_int_equal(pair.router.received, N);
    assert_int_equal(pair.dealer.received, N);
    pair_close(&pair);
}

static void a_taken_message_outlives_its_callback(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, (struct gw_socket_options){0});
    pair.router.keep_first = true;
    pings_send(&pair.dealer, 100);
    RUN_UNTIL(&pair.loop, pair.router.received == 100);
    pair_close(&pair);
    assert_int_equal(pair.router.kept_ping->nonce, 1);
    gw_arena_free(pair.router.kept);
}

static void big_messages_arrive_whole(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, (struct gw_socket_options){0});
    const enum gw_msg *types = sample_types();
    uint64_t n = 0;
    for (; types[n]; n++)
        check_ok(gw_socket_send(pair.dealer.socket, NULL, types[n], sample_message(types[n])));
    Gw__BodyPart part = GW__BODY_PART__INIT;
    part.job = 1;
    part.bytes.len = 512 * 1024;
    part.bytes.data = calloc(1, part.bytes.len);
    check_ok(gw_socket_send(pair.dealer.socket, NULL, GW_MSG_BODY_PART, &part));
    RUN_UNTIL(&pair.loop, pair.router.received == n + 1);
    assert_int_equal(pair.router.last_rc, 0);
    part.bytes.len = 2 * GW_FRAME_MAX;
    part.bytes.data = realloc(part.bytes.data, part.bytes.len);
    check_rc(gw_socket_send(pair.dealer.socket, NULL, GW_MSG_BODY_PART, &part), GW_ELIMIT);
    free(part.bytes.data);
    pair_close(&pair);
}

// ---- two loops, two threads: every message may meet a sleeping loop

enum { ROUNDS = 20000 };

struct far_end {
    char endpoint[256];
    uint64_t received;
    uint64_t until;
};

static void *far_run(void *arg)
{
    struct far_end *far = arg;
    uv_loop_t loop;
    struct end end;
    assert_int_equal(uv_loop_init(&loop), 0);
    end_open(&loop, &end, (struct gw_socket_options){.kind = GW_SOCKET_DEALER, .connect = far->endpoint});
    end.answer_until = far->until;
    check_ok(ping_send(&end, 1));
    RUN_UNTIL(&loop, end.received == far->until / 2);
    far->received = end.received;
    end.socket = gw_socket_free(end.socket);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    return NULL;
}

// One message in flight: a lost edge stops the exchange for ever.
static void one_at_a_time_across_threads(void **state)
{
    (void)state;
    uv_loop_t loop;
    struct end router;
    struct far_end far = {.until = ROUNDS};
    assert_int_equal(uv_loop_init(&loop), 0);
    end_open(&loop, &router, (struct gw_socket_options){.kind = GW_SOCKET_ROUTER, .bind = "tcp://127.0.0.1:*"});
    router.answer_until = ROUNDS;
    snprintf(far.endpoint, sizeof far.endpoint, "%s", gw_socket_endpoint(router.socket));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, far_run, &far), 0);
    RUN_UNTIL(&loop, router.received == ROUNDS / 2);
    pthread_join(thread, NULL);
    assert_int_equal(far.received, ROUNDS / 2);
    router.socket = gw_socket_free(router.socket);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

struct flood {
    struct end *end;
    uint64_t n;
};

static void flood_on_prepare(uv_prepare_t *handle)
{
    struct flood *flood = handle->data;
    pings_send(flood->end, flood->n);
}

static void *far_flood(void *arg)
{
    struct far_end *far = arg;
    uv_loop_t loop;
    uv_prepare_t prepare;
    struct end end;
    struct flood flood = {&end, far->until};
    assert_int_equal(uv_loop_init(&loop), 0);
    end_open(&loop, &end, (struct gw_socket_options){.kind = GW_SOCKET_DEALER, .connect = far->endpoint});
    end.order_matters = true;
    // Sends between our own `prepare` and the poll: the place where an eaten edge would go unseen. libuv runs the
    // newest prepare first, so another one, added before the socket's, would hide the case.
    uv_prepare_init(&loop, &prepare);
    prepare.data = &flood;
    uv_prepare_start(&prepare, flood_on_prepare);
    RUN_UNTIL(&loop, end.received == far->until && end.sent == far->until);
    far->received = end.received;
    end.socket = gw_socket_free(end.socket);
    uv_close((uv_handle_t *)&prepare, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    return NULL;
}

static void floods_across_threads(void **state)
{
    (void)state;
    enum { N = 50000 };
    uv_loop_t loop;
    struct end router;
    struct far_end far = {.until = N};
    assert_int_equal(uv_loop_init(&loop), 0);
    end_open(&loop, &router, (struct gw_socket_options){.kind = GW_SOCKET_ROUTER, .bind = "tcp://127.0.0.1:*"});
    router.order_matters = true;
    snprintf(far.endpoint, sizeof far.endpoint, "%s", gw_socket_endpoint(router.socket));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, far_flood, &far), 0);
    while (router.received < N || router.sent < N) {
        if (router.peer.bytes)
            pings_send(&router, N);
        // While something is left to send the loop must not sleep on an empty socket: the mark may be reached.
        uv_run(&loop, router.sent < N && router.peer.bytes ? UV_RUN_NOWAIT : UV_RUN_ONCE);
    }
    pthread_join(thread, NULL);
    assert_int_equal(far.received, N);
    router.socket = gw_socket_free(router.socket);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

// ---- the edges of the contract

static void a_peer_that_left_is_not_found(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, (struct gw_socket_options){0});
    pings_send(&pair.dealer, 1);
    RUN_UNTIL(&pair.loop, pair.router.received == 1);
    pair.dealer.socket = gw_socket_free(pair.dealer.socket);
    int rc;
    do {
        uv_run(&pair.loop, UV_RUN_NOWAIT);
        rc = ping_send(&pair.router, 1);
    } while (rc == 0);
    check_rc(rc, GW_ENOTFOUND);
    pair.router.peer = (struct gw_peer){.id = {0, 1, 2, 3, 4}, .bytes = 5};
    check_rc(ping_send(&pair.router, 1), GW_ENOTFOUND);
    pair_close(&pair);
}

static void at_the_high_water_mark_nothing_is_sent_or_lost(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, (struct gw_socket_options){.high_water = 50});
    pair.router.order_matters = true;
    // Nobody reads: the queues of both ends and of the kernel fill up.
    Gw__Bye filler = GW__BYE__INIT;
    filler.reason = calloc(1, 60000);
    memset(filler.reason, 'x', 59999);
    uint64_t sent = 0;
    int rc;
    while ((rc = gw_socket_send(pair.dealer.socket, NULL, GW_MSG_BYE, &filler)) == 0)
        sent++;
    check_rc(rc, GW_EAGAIN);
    assert_true(sent >= 50);
    pair.router.order_matters = false;
    RUN_UNTIL(&pair.loop, pair.router.received == sent);
    do {
        uv_run(&pair.loop, UV_RUN_NOWAIT);
        rc = gw_socket_send(pair.dealer.socket, NULL, GW_MSG_BYE, &filler);
    } while (rc == GW_EAGAIN);
    check_ok(rc);
    RUN_UNTIL(&pair.loop, pair.router.received == sent + 1);
    free(filler.reason);
    pair_close(&pair);
}

static void may_be_freed_inside_its_callback(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, (struct gw_socket_options){0});
    pair.router.free_on_message = true;
    pings_send(&pair.dealer, 10);
    RUN_UNTIL(&pair.loop, !pair.router.socket);
    assert_int_equal(pair.router.received, 1);
    pair_close(&pair);
}

static void a_flood_leaves_turns_to_others(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, (struct gw_socket_options){.receive_burst = 10});
    pings_send(&pair.dealer, 5000);
    while (pair.router.received < 5000) {
        uint64_t before = pair.router.received;
        uv_run(&pair.loop, UV_RUN_ONCE);
        assert_in_range(pair.router.received - before, 0, 10);
    }
    pair_close(&pair);
}

static void *raw_dealer(void *context, const char *endpoint)
{
    void *raw = zmq_socket(context, ZMQ_DEALER);
    assert_non_null(raw);
    int zero = 0;
    zmq_setsockopt(raw, ZMQ_LINGER, &zero, sizeof zero);
    assert_int_equal(zmq_connect(raw, endpoint), 0);
    return raw;
}

static void what_is_no_frame_is_reported_with_its_peer(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, (struct gw_socket_options){0});
    void *context = zmq_ctx_new();
    void *raw = raw_dealer(context, gw_socket_endpoint(pair.router.socket));
    zmq_send(raw, "hello", 5, 0);
    RUN_UNTIL(&pair.loop, pair.router.received == 1);
    check_rc(pair.router.last_rc, GW_EPROTO);
    assert_true(pair.router.peer.bytes > 0);
    zmq_send(raw, "", 0, ZMQ_SNDMORE); // as a REQ socket would
    zmq_send(raw, "x", 1, ZMQ_SNDMORE);
    zmq_send(raw, "y", 1, 0);
    RUN_UNTIL(&pair.loop, pair.router.received == 2);
    assert_string_equal(pair.router.reason, "a message of several parts");
    // The socket goes on for others, and for this peer.
    check_ok(ping_send(&pair.router, 1));
    char answer[64];
    assert_int_equal(zmq_recv(raw, answer, sizeof answer, 0), 12);
    pings_send(&pair.dealer, 1);
    RUN_UNTIL(&pair.loop, pair.router.received == 3);
    check_rc(pair.router.last_rc, 0);
    zmq_close(raw);
    zmq_ctx_term(context);
    pair_close(&pair);
}

static void peers_nobody_could_answer_are_dropped(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, (struct gw_socket_options){0});
    void *context = zmq_ctx_new();
    void *raw = zmq_socket(context, ZMQ_DEALER);
    int zero = 0;
    zmq_setsockopt(raw, ZMQ_LINGER, &zero, sizeof zero);
    zmq_setsockopt(raw, ZMQ_ROUTING_ID, "a name of seventeen", 19);
    assert_int_equal(zmq_connect(raw, gw_socket_endpoint(pair.router.socket)), 0);
    zmq_send(raw, "hello", 5, 0);
    void *second = raw_dealer(context, gw_socket_endpoint(pair.router.socket));
    for (uint64_t i = 1; i <= 100; i++) { // turns enough for the first peer's message to come in
        zmq_send(second, "hello", 5, 0);
        RUN_UNTIL(&pair.loop, pair.router.received == i);
        assert_int_equal(pair.router.peer.bytes, 5);
        check_ok(ping_send(&pair.router, 1));
        char answer[64];
        assert_int_equal(zmq_recv(second, answer, sizeof answer, 0), 12);
    }
    zmq_close(raw);
    zmq_close(second);
    zmq_ctx_term(context);
    pair_close(&pair);
}

static void over_the_message_limit_the_peer_is_cut_off(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, (struct gw_socket_options){0});
    void *context = zmq_ctx_new();
    void *raw = raw_dealer(context, gw_socket_endpoint(pair.router.socket));
    char *big = calloc(1, GW_FRAME_MAX + 1);
    zmq_send(raw, "hello", 5, 0);
    RUN_UNTIL(&pair.loop, pair.router.received == 1);
    zmq_send(raw, big, GW_FRAME_MAX + 1, 0);
    int rc;
    do {
        uv_run(&pair.loop, UV_RUN_NOWAIT);
        rc = ping_send(&pair.router, 1);
    } while (rc == 0);
    check_rc(rc, GW_ENOTFOUND);
    pair.router.peer.bytes = 0;
    pair.router.received = 0;
    pings_send(&pair.dealer, 1);
    RUN_UNTIL(&pair.loop, pair.router.received == 1);
    check_rc(pair.router.last_rc, 0);
    free(big);
    zmq_close(raw);
    zmq_ctx_term(context);
    pair_close(&pair);
}

static void endpoints_that_cannot_be(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, (struct gw_socket_options){0});
    struct gw_socket *none = NULL;
    struct gw_socket_options o = {.kind = GW_SOCKET_ROUTER, .on_message = on_message};
    o.bind = gw_socket_endpoint(pair.router.socket);
    check_rc(gw_socket_new(&pair.loop, &o, &none), GW_EEXIST);
    o.bind = "7600";
    check_rc(gw_socket_new(&pair.loop, &o, &none), GW_EINVAL);
    o.bind = "gopher://127.0.0.1:70";
    check_rc(gw_socket_new(&pair.loop, &o, &none), GW_EINVAL);
    o.bind = "tcp://127.0.0.1:99999";
    check_rc(gw_socket_new(&pair.loop, &o, &none), GW_EINVAL);
    o.bind = "tcp://*:0"; // others reach it, and there are no keys
    check_rc(gw_socket_new(&pair.loop, &o, &none), GW_EDENIED);
    o.bind = "ipc:///nowhere/at/all/socket";
    check_rc(gw_socket_new(&pair.loop, &o, &none), GW_EIO);
    assert_null(none);
    pair_close(&pair);
}

static void an_ipc_path_is_taken_only_while_somebody_listens(void **state)
{
    (void)state;
    char dir[] = "/tmp/gw-socket-XXXXXX", endpoint[80], path[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/s", dir);
    snprintf(endpoint, sizeof endpoint, "ipc://%s", path);
    uv_loop_t loop;
    struct end first, second;
    assert_int_equal(uv_loop_init(&loop), 0);
    struct gw_socket_options o = {.kind = GW_SOCKET_ROUTER, .bind = endpoint, .on_message = on_message, .arg = &second};
    end_open(&loop, &first, o);
    struct gw_socket *none = NULL;
    check_rc(gw_socket_new(&loop, &o, &none), GW_EEXIST);
    assert_non_null(strstr(gw_reason(), "another process listens there"));
    gw_socket_free(first.socket);
    uv_run(&loop, UV_RUN_DEFAULT);
    int rc;
    while ((rc = gw_socket_new(&loop, &o, &none)) == GW_EEXIST) // ZeroMQ's own thread closes the listener
        sched_yield();
    check_ok(rc);
    gw_socket_free(none);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    gw_socket_shutdown();
    unlink(path);
    assert_int_equal(rmdir(dir), 0);
}

static int shutdown_all(void **state)
{
    (void)state;
    gw_socket_shutdown();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thousands_both_ways_in_one_loop),
        cmocka_unit_test(a_taken_message_outlives_its_callback),
        cmocka_unit_test(big_messages_arrive_whole),
        cmocka_unit_test(one_at_a_time_across_threads),
        cmocka_unit_test(floods_across_threads),
        cmocka_unit_test(a_peer_that_left_is_not_found),
        cmocka_unit_test(at_the_high_water_mark_nothing_is_sent_or_lost),
        cmocka_unit_test(may_be_freed_inside_its_callback),
        cmocka_unit_test(a_flood_leaves_turns_to_others),
        cmocka_unit_test(what_is_no_frame_is_reported_with_its_peer),
        cmocka_unit_test(peers_nobody_could_answer_are_dropped),
        cmocka_unit_test(over_the_message_limit_the_peer_is_cut_off),
        cmocka_unit_test(endpoints_that_cannot_be),
        cmocka_unit_test(an_ipc_path_is_taken_only_while_somebody_listens),
    };
    return cmocka_run_group_tests_name("wire/socket", tests, NULL, shutdown_all);
}
