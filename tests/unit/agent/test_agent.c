// SPDX-License-Identifier: Apache-2.0
// A whole agent between a broker and a collector of our own, in one loop: what it says to each, and what it does when
// they fail. Files, sockets and outbox are real; only the two peers are played here.
#include "kit/check.h"

#include "agent/agent.h"
#include "agent/quarantine.h"
#include "base/clock.h"
#include "base/fs.h"
#include "model/url.h"
#include "schema/job.pb-c.h"
#include "schema/link.pb-c.h"
#include "wire/socket.h"

#include <stdio.h>
#include <stdlib.h>

enum { PUBLISHED_MAX = 512, ROWS = 3, STEP_MS = 10000 };

// What the broker was told, in order of arrival (repeats included).
struct published {
    uint64_t msgno;
    uint32_t epoch;
    Gw__Purpose purpose;
    Gw__Failure failure;
    Gw__Observation__ReadingCase reading;
    bool backlog, tombstone, has_digest;
    char url[128], quarantine_id[64], state[16];
    int64_t next_due_ms;
};

struct world {
    uv_loop_t loop;
    uv_timer_t deadline;
    bool late;
    char root[64], dir[80], broker_at[100], jobs_at[100];
    struct gw_agent *agent;
    struct gw_agent_options options;

    // the broker
    struct gw_socket *broker;
    struct gw_peer agent_peer;
    struct published seen[PUBLISHED_MAX];
    size_t seen_count;
    uint64_t acked, taken; // taken: highest msgno accepted
    uint64_t credit;       // messages beyond `acked`
    bool silent;           // takes PUBLISH, never answers
    bool away;             // hears nothing, says nothing
    bool anew;             // does not believe the outbox it hears of first
    uint32_t ttl_ms;       // of leases
    uint64_t refuses;      // this msgno ends the session each time
    uint64_t nacks;        // this msgno is a dead letter
    uint32_t sessions, epoch, reports;
    uint64_t hello_last;
    uint8_t incarnation[16];
    bool source_sent;
    const char *list_url;

    // the collector
    struct gw_socket *collector;
    uint32_t jobs_seen, rows;
    uint32_t crash_url_2; // so many jobs of row 2 end in a reader's death
    uint32_t vanish;      // so many jobs of row 1 take the whole collector with them
    uint32_t fail_url_3;  // so many jobs of row 3 time out
    uint32_t unpermitted; // first jobs that came without a permit
    uint32_t list_jobs, running, running_max;
    uint32_t gather; // articles are answered when so many are under way
    uint64_t gathered[8];
    uint32_t gathered_count;
    bool list_validators[8]; // of the first list jobs
    uint64_t poll_ms;        // of the source; 0: adaptive
};

static struct world w;

// ---- the broker

static void broker_say(enum gw_msg type, const void *message)
{
    if (w.broker)
        check_ok(gw_socket_send(w.broker, &w.agent_peer, type, message));
}

static void send_source(void)
{
    Gw__Source source = GW__SOURCE__INIT;
    Gw__FetchRule fetch = GW__FETCH_RULE__INIT;
    Gw__SourceDef def = GW__SOURCE_DEF__INIT;
    source.id = "town";
    source.url = (char *)w.list_url;
    source.fetch = &fetch;
    fetch.delay_set = 1;
    source.poll = w.poll_ms ? GW__POLL__POLL_EVERY : GW__POLL__POLL_ADAPTIVE;
    source.poll_ms = w.poll_ms;
    fetch.allow_private_networks = 1;
    def.source = &source;
    def.last = 1;
    broker_say(GW_MSG_SOURCE, &def);
}

static void on_hello(const Gw__Hello *hello)
{
    Gw__Welcome welcome = GW__WELCOME__INIT;
    static uint8_t session[16] = {1};
    if (w.anew) {
        Gw__Refuse refuse = GW__REFUSE__INIT;
        refuse.code = GW__REFUSE_CODE__REFUSE_BEGIN_ANEW;
        refuse.reason = "it lost its end";
        memcpy(w.incarnation, hello->incarnation.data, 16);
        w.anew = false;
        broker_say(GW_MSG_REFUSE, &refuse);
        w.agent_peer = (struct gw_peer){0};
        return;
    }
    w.sessions++;
    w.hello_last = hello->last_msgno;
    if (w.sessions > 1)
        assert_memory_equal(w.incarnation, hello->incarnation.data, 16);
    memcpy(w.incarnation, hello->incarnation.data, 16);
    welcome.version = 1;
    welcome.session.data = session;
    welcome.session.len = sizeof session;
    welcome.store_id = "store";
    welcome.generation = 1;
    welcome.acked_msgno = w.acked;
    welcome.credit_messages = w.acked + w.credit;
    welcome.credit_bytes = 1 << 20;
    welcome.heartbeat_ms = 200;
    broker_say(GW_MSG_WELCOME, &welcome);
    send_source();
}

static void on_lease_req(const Gw__LeaseReq *req)
{
    for (size_t i = 0; i < req->n_hosts; i++) {
        Gw__Grant grant = GW__GRANT__INIT;
        Gw__TargetDef end = GW__TARGET_DEF__INIT;
        grant.host = end.host = req->hosts[i];
        grant.epoch = ++w.epoch;
        grant.ttl_ms = w.ttl_ms;
        end.last = 1;
        broker_say(GW_MSG_GRANT, &grant);
        broker_say(GW_MSG_TARGET, &end);
    }
}

static void ack(void)
{
    Gw__Ack message = GW__ACK__INIT;
    Gw__Credit credit = GW__CREDIT__INIT;
    message.msgno = w.acked = w.taken;
    credit.messages = w.acked + w.credit;
    credit.bytes = 1 << 20;
    broker_say(GW_MSG_ACK, &message);
    broker_say(GW_MSG_CREDIT, &credit);
}

static void note(const Gw__Publish *publish)
{
    assert_true(w.seen_count < PUBLISHED_MAX);
    const Gw__Observation *o = publish->observation;
    struct published *p = &w.seen[w.seen_count++];
    *p = (struct published){.msgno = publish->msgno,
                            .epoch = publish->epoch,
                            .purpose = o->purpose,
                            .failure = o->failure,
                            .reading = o->reading_case,
                            .backlog = o->backlog,
                            .has_digest = o->target && o->target->digest.len == 32,
                            .next_due_ms = o->target ? o->target->next_due_ms : 0};
    snprintf(p->url, sizeof p->url, "%s", o->url);
    snprintf(p->quarantine_id, sizeof p->quarantine_id, "%s", o->quarantine_id);
    snprintf(p->state, sizeof p->state, "%s", o->health ? o->health->state : "");
}

static void send_targets(const Gw__Rows *rows)
{
    struct gw_arena *arena = gw_arena_new(1 << 20);
    for (size_t i = 0; i < rows->n_rows; i++) {
        Gw__Target target = GW__TARGET__INIT;
        Gw__TargetDef def = GW__TARGET_DEF__INIT;
        target.url = gw_url_canonical(arena, rows->rows[i]->url);
        target.source_id = "town";
        target.purpose = GW__PURPOSE__PURPOSE_ARTICLE;
        target.row = rows->rows[i];
        target.backlog = 1;
        target.first_seen_ms = gw_clock_unix_ms();
        def.target = &target;
        def.host = gw_url_host_key(arena, rows->rows[i]->url);
        broker_say(GW_MSG_TARGET, &def);
    }
    gw_arena_free(arena);
}

static bool refused(uint64_t msgno)
{
    if (msgno != w.refuses)
        return false;
    Gw__Refuse refuse = GW__REFUSE__INIT;
    refuse.code = GW__REFUSE_CODE__REFUSE_BAD_FRAME;
    refuse.reason = "PUBLISH: it does not please";
    broker_say(GW_MSG_REFUSE, &refuse);
    w.agent_peer = (struct gw_peer){0}; // the session is over
    return true;
}

static void take(uint64_t msgno)
{
    if (msgno <= w.taken) // a repeat
        return;
    assert_int_equal(msgno, w.taken + 1); // dense
    assert_true(msgno <= w.acked + w.credit);
    w.taken = msgno;
}

static void on_publish(const Gw__Publish *publish)
{
    note(publish);
    if (refused(publish->msgno))
        return;
    bool is_new = publish->msgno > w.taken;
    take(publish->msgno);
    if (w.silent)
        return;
    if (is_new && publish->observation->reading_case == GW__OBSERVATION__READING_ROWS)
        send_targets(publish->observation->rows);
    if (publish->msgno == w.nacks) {
        Gw__Nack nack = GW__NACK__INIT;
        nack.msgno = publish->msgno;
        nack.code = "invalid";
        broker_say(GW_MSG_NACK, &nack);
    }
    ack();
}

static void on_broker(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                      const ProtobufCMessage *message, void *arg)
{
    (void)arg;
    if (socket != w.broker || w.away)
        return;
    check_ok(rc);
    if (type == GW_MSG_HELLO)
        w.agent_peer = *peer;
    if (!gw_peer_eq(&w.agent_peer, peer))
        return;
    Gw__Pong pong = GW__PONG__INIT;
    switch (type) {
    case GW_MSG_HELLO:
        on_hello((const Gw__Hello *)message);
        break;
    case GW_MSG_LEASE_REQ:
        on_lease_req((const Gw__LeaseReq *)message);
        break;
    case GW_MSG_PUBLISH:
        on_publish((const Gw__Publish *)message);
        break;
    case GW_MSG_TOMBSTONE: {
        uint64_t msgno = ((const Gw__Tombstone *)message)->msgno;
        take(msgno);
        w.seen[w.seen_count++] = (struct published){.msgno = msgno, .tombstone = true};
        ack();
        break;
    }
    case GW_MSG_PING:
        broker_say(GW_MSG_PONG, &pong);
        break;
    case GW_MSG_REPORT:
        w.reports++;
        break;
    default:
        break;
    }
}

// False while ZeroMQ's own thread still closes the socket that was there before.
static bool broker_starts(void)
{
    struct gw_socket_options options = {.kind = GW_SOCKET_ROUTER, .bind = w.broker_at, .on_message = on_broker};
    int rc = gw_socket_new(&w.loop, &options, &w.broker);
    if (rc != GW_EEXIST)
        check_ok(rc);
    return rc == GW_OK;
}

// ---- the collector

static void say_ready(void)
{
    Gw__Ready ready = GW__READY__INIT;
    ready.pid = 1;
    ready.slots = 4;
    ready.program = "played";
    ready.extractor = 7;
    check_ok(gw_socket_send(w.collector, NULL, GW_MSG_READY, &ready));
}

// A page says the same each time it is read.
static bool known_digest[256]; // by job: the target that came with it had it
static uint8_t digest[32] = {1};

static void answer(uint64_t job, Gw__Observation *observation)
{
    Gw__Result result = GW__RESULT__INIT;
    Gw__Target target = GW__TARGET__INIT;
    target.url = observation->url;
    target.source_id = "town";
    target.purpose = observation->purpose;
    target.etag = "\"e\"";
    target.extractor = 7;
    target.digest.data = digest;
    target.digest.len = 32;
    observation->target = &target;
    observation->extractor = 7;
    observation->fetched_ms = gw_clock_unix_ms();
    result.job = job;
    result.observation = observation;
    w.running--;
    check_ok(gw_socket_send(w.collector, NULL, GW_MSG_RESULT, &result));
}

static void fail_job(uint64_t job, Gw__Observation *observation, Gw__Failure failure, bool quarantine)
{
    Gw__Failed failed = GW__FAILED__INIT;
    if (quarantine) {
        Gw__BodyPart part = GW__BODY_PART__INIT;
        part.job = job;
        part.bytes.data = (uint8_t *)"<evil>";
        part.bytes.len = 6;
        part.last = 1;
        check_ok(gw_socket_send(w.collector, NULL, GW_MSG_BODY_PART, &part));
    }
    observation->failure = failure;
    observation->fetched_ms = gw_clock_unix_ms();
    failed.job = job;
    failed.observation = observation;
    failed.quarantine = quarantine;
    w.running--;
    check_ok(gw_socket_send(w.collector, NULL, GW_MSG_FAILED, &failed));
}

static void settle_unchanged(uint64_t job, Gw__Observation *observation)
{
    observation->reading_case = GW__OBSERVATION__READING_UNCHANGED;
    observation->unchanged = 1;
    answer(job, observation);
}

static void read_list(uint64_t job, Gw__Observation *observation)
{
    char urls[ROWS][64], titles[ROWS][32];
    Gw__Row rows[ROWS], *list[ROWS];
    Gw__Rows all = GW__ROWS__INIT;
    for (uint32_t i = 0; i < w.rows; i++) {
        gw__row__init(&rows[i]);
        snprintf(urls[i], sizeof urls[i], "http://127.0.0.1:8080/%u.html", i + 1);
        snprintf(titles[i], sizeof titles[i], "Notice %u", i + 1);
        rows[i].url = urls[i];
        rows[i].title = titles[i];
        list[i] = &rows[i];
    }
    all.rows = list;
    all.n_rows = w.rows;
    all.how = "site";
    observation->reading_case = GW__OBSERVATION__READING_ROWS;
    observation->rows = &all;
    answer(job, observation);
}

static void read_article(uint64_t job, const char *url, Gw__Observation *observation)
{
    Gw__Document document = GW__DOCUMENT__INIT;
    document.url = (char *)url;
    document.title = "A notice";
    document.body = "Its text.";
    observation->reading_case = GW__OBSERVATION__READING_DOCUMENT;
    observation->document = &document;
    answer(job, observation);
}

static char job_urls[256][64]; // of jobs that wait for a permit
static Gw__Purpose job_purposes[256];

static void do_job(uint64_t job)
{
    const char *url = job_urls[job % 256];
    Gw__Observation observation = GW__OBSERVATION__INIT;
    observation.source_id = "town";
    observation.url = (char *)url;
    observation.purpose = job_purposes[job % 256];
    if (strstr(url, "/2.html") && w.crash_url_2) {
        w.crash_url_2--;
        fail_job(job, &observation, GW__FAILURE__FAILURE_READER_CRASH, true);
    } else if (strstr(url, "/3.html") && w.fail_url_3) {
        w.fail_url_3--;
        fail_job(job, &observation, GW__FAILURE__FAILURE_TIMEOUT, false);
    } else if (strstr(url, "/1.html") && w.vanish) {
        w.vanish--;
        w.running = 0;
        say_ready(); // as a new process on the connection would
    } else if (known_digest[job % 256]) {
        settle_unchanged(job, &observation);
    } else if (observation.purpose == GW__PURPOSE__PURPOSE_LIST) {
        read_list(job, &observation);
    } else if (w.gathered_count < w.gather) {
        w.gathered[w.gathered_count++] = job;
        if (w.gathered_count == w.gather)
            for (uint32_t i = 0; i < w.gather; i++)
                do_job(w.gathered[i]);
    } else {
        read_article(job, url, &observation);
    }
}

static void on_job(const Gw__Job *job)
{
    w.jobs_seen++;
    if (job->purpose == GW__PURPOSE__PURPOSE_LIST && w.list_jobs < 8)
        w.list_validators[w.list_jobs] = job->target->etag[0] != '\0';
    w.list_jobs += job->purpose == GW__PURPOSE__PURPOSE_LIST;
    w.running++;
    w.running_max = w.running > w.running_max ? w.running : w.running_max;
    known_digest[job->job % 256] = job->target->digest.len == 32;
    snprintf(job_urls[job->job % 256], sizeof job_urls[0], "%s", job->url);
    job_purposes[job->job % 256] = job->purpose;
    if (job->permit) {
        assert_true(job->robots || job->source->fetch->robots == GW__ROBOTS__ROBOTS_IGNORE);
        assert_string_equal(job->permit->url, job->url);
        do_job(job->job);
        return;
    }
    w.unpermitted++;
    Gw__RobotsSeen robots = GW__ROBOTS_SEEN__INIT;
    robots.host = "127.0.0.1:8080";
    robots.status = 404;
    check_ok(gw_socket_send(w.collector, NULL, GW_MSG_ROBOTS_SEEN, &robots));
    Gw__PermitReq req = GW__PERMIT_REQ__INIT;
    req.job = job->job;
    req.url = job->url;
    check_ok(gw_socket_send(w.collector, NULL, GW_MSG_PERMIT_REQ, &req));
}

static void on_collector(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                         const ProtobufCMessage *message, void *arg)
{
    (void)socket, (void)peer, (void)arg;
    check_ok(rc);
    if (type == GW_MSG_JOB)
        on_job((const Gw__Job *)message);
    else if (type == GW_MSG_PERMIT)
        do_job(((const Gw__Permit *)message)->job);
}

static void collector_starts(void)
{
    struct gw_socket_options options = {.kind = GW_SOCKET_DEALER, .connect = w.jobs_at, .on_message = on_collector};
    check_ok(gw_socket_new(&w.loop, &options, &w.collector));
    say_ready();
}

// ---- the world

static void on_deadline(uv_timer_t *timer)
{
    (void)timer;
    w.late = true;
    uv_stop(&w.loop);
}

static int set_up(void **state)
{
    (void)state;
    w = (struct world){.credit = 100, .ttl_ms = 15000, .rows = ROWS, .list_url = "http://127.0.0.1:8080/index.html"};
    memcpy(w.root, "/tmp/gw-agent-XXXXXX", 21);
    assert_non_null(mkdtemp(w.root));
    snprintf(w.dir, sizeof w.dir, "%s/d", w.root);
    snprintf(w.broker_at, sizeof w.broker_at, "ipc://%s/broker", w.root);
    snprintf(w.jobs_at, sizeof w.jobs_at, "ipc://%s/jobs", w.root);
    check_ok(gw_fs_mkdir(w.dir, 0700));
    assert_int_equal(uv_loop_init(&w.loop), 0);
    uv_timer_init(&w.loop, &w.deadline);
    w.options = (struct gw_agent_options){.dir = w.dir,
                                          .broker = w.broker_at,
                                          .jobs = w.jobs_at,
                                          .node = "here",
                                          .program = "test",
                                          .outbox_max = 100 << 20,
                                          .quarantine_max = 10 << 20,
                                          .once = true};
    return 0;
}

// Turn the loop until `condition` holds.
#define UNTIL(condition)                                                                                               \
    do {                                                                                                               \
        w.late = false;                                                                                                \
        uv_timer_start(&w.deadline, on_deadline, STEP_MS, 0);                                                          \
        while (!(condition) && !w.late)                                                                                \
            uv_run(&w.loop, UV_RUN_ONCE);                                                                              \
        uv_timer_stop(&w.deadline);                                                                                    \
        if (w.late)                                                                                                    \
            fail_msg("waited in vain for: %s", #condition);                                                            \
    } while (0)

static bool agent_could_start(void)
{
    int rc = gw_agent_new(&w.loop, &w.options, &w.agent);
    if (rc != GW_EEXIST) // as with the broker's socket
        check_ok(rc);
    return rc == GW_OK;
}

static void agent_is_gone(void)
{
    w.agent = gw_agent_free(w.agent);
}

// The agent has closed everything of its own: only our sockets and no timer are left to it.
static bool ended;
static void on_walk(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (handle->type == UV_SIGNAL && !uv_is_closing(handle))
        ended = false;
}

static bool agent_ended(void)
{
    ended = true;
    uv_walk(&w.loop, on_walk, NULL);
    return ended;
}

static void run_once(enum gw_exit expected)
{
    UNTIL(agent_could_start());
    collector_starts();
    UNTIL(agent_ended());
    assert_int_equal(gw_agent_exit(w.agent), expected);
    w.collector = gw_socket_free(w.collector);
    for (int i = 0; i < 5; i++)
        uv_run(&w.loop, UV_RUN_NOWAIT);
    agent_is_gone();
}

static int tear_down(void **state)
{
    (void)state;
    if (w.agent && !agent_ended()) {
        gw_agent_stop(w.agent, GW_EXIT_OK);
        UNTIL(agent_ended());
    }
    gw_socket_free(w.broker);
    gw_socket_free(w.collector);
    uv_close((uv_handle_t *)&w.deadline, NULL);
    while (uv_run(&w.loop, UV_RUN_DEFAULT))
        ;
    agent_is_gone();
    assert_int_equal(uv_loop_close(&w.loop), 0);
    return gw_fs_remove(w.root);
}

static const struct published *seen_of(const char *part)
{
    for (size_t i = w.seen_count; i-- > 0;)
        if (strstr(w.seen[i].url, part))
            return &w.seen[i];
    fail_msg("nothing was published of %s", part);
    return NULL;
}

// ---- the stories

static void once_reads_the_list_and_what_it_found(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.gather = ROWS;
    run_once(GW_EXIT_OK);
    assert_int_equal(w.seen_count, 1 + ROWS);
    for (size_t i = 0; i < w.seen_count; i++)
        assert_int_equal(w.seen[i].msgno, i + 1);
    const struct published *list = &w.seen[0];
    assert_int_equal(list->purpose, GW__PURPOSE__PURPOSE_LIST);
    assert_true(list->backlog && list->has_digest);
    assert_string_equal(list->state, "ok");
    assert_true(list->next_due_ms > gw_clock_unix_ms());
    assert_int_equal(list->epoch, 1);
    const struct published *article = seen_of("/2.html");
    assert_int_equal(article->reading, GW__OBSERVATION__READING_DOCUMENT);
    assert_true(article->backlog && article->has_digest);
    assert_int_equal(w.unpermitted, 1); // robots.txt was asked for once
    assert_int_equal(w.acked, 1 + ROWS);
    assert_int_equal(w.running_max, ROWS); // no delay: several at once
}

static void an_unreachable_article_is_tried_twice_and_told(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.fail_url_3 = 1;
    run_once(GW_EXIT_OK); // the second try was fine
    assert_int_equal(w.seen_count, 2 + ROWS);
    assert_int_equal(seen_of("/3.html")->failure, GW__FAILURE__FAILURE_NONE);
}

static void an_article_left_unread_fails_the_run(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.fail_url_3 = 2;
    run_once(GW_EXIT_FAILED);
    assert_int_equal(seen_of("/3.html")->failure, GW__FAILURE__FAILURE_TIMEOUT);
    assert_int_equal(w.seen_count, 2 + ROWS);
}

static void an_empty_list_is_a_state_not_a_failure(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.rows = 0;
    run_once(GW_EXIT_OK);
    assert_int_equal(w.seen_count, 1);
    assert_string_equal(w.seen[0].state, "broken");
}

static void a_killed_reader_costs_nothing_but_time(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.crash_url_2 = 2;
    run_once(GW_EXIT_OK);
    assert_int_equal(w.seen_count, 1 + ROWS); // the deaths were not published
    assert_int_equal(seen_of("/2.html")->reading, GW__OBSERVATION__READING_DOCUMENT);
}

static int keep_id(const char *id, void *arg)
{
    snprintf(arg, 64, "%s", id);
    return 0;
}

static void a_page_that_kills_goes_to_quarantine_with_its_bytes(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.crash_url_2 = 100;
    run_once(GW_EXIT_FAILED);
    assert_int_equal(w.crash_url_2, 97);
    const struct published *page = seen_of("/2.html");
    assert_int_equal(page->failure, GW__FAILURE__FAILURE_READER_CRASH);
    char dir[120], id[64] = "";
    snprintf(dir, sizeof dir, "%s/state/quarantine", w.dir);
    check_ok(gw_quarantine_each(dir, keep_id, id));
    assert_string_equal(page->quarantine_id, id);
    struct gw_buf bytes = GW_BUF(1000);
    check_ok(gw_quarantine_bytes(dir, id, &bytes));
    assert_string_equal(gw_buf_str(&bytes), "<evil>");
    gw_buf_fini(&bytes);
    assert_int_equal(seen_of("/1.html")->failure, GW__FAILURE__FAILURE_NONE); // the others arrive
    assert_int_equal(seen_of("/3.html")->failure, GW__FAILURE__FAILURE_NONE);
}

static void a_vanished_collectors_jobs_are_given_out_again(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.vanish = 1;
    run_once(GW_EXIT_OK);
    assert_int_equal(w.seen_count, 1 + ROWS);
}

static void what_the_broker_did_not_acknowledge_is_sent_again(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.silent = true;
    UNTIL(agent_could_start());
    collector_starts();
    UNTIL(w.taken == 1); // the list; without targets nothing else
    // The broker dies before its commit, and comes back.
    w.broker = gw_socket_free(w.broker);
    w.taken = 0;
    w.silent = false;
    UNTIL(broker_starts());
    UNTIL(agent_ended());
    assert_int_equal(gw_agent_exit(w.agent), GW_EXIT_OK);
    assert_int_equal(w.taken, 1 + ROWS);
    assert_int_equal(w.seen[0].msgno, 1);
    assert_int_equal(w.seen[1].msgno, 1); // the very same
    assert_string_equal(w.seen[1].url, w.seen[0].url);
    assert_int_equal(w.hello_last, 1);
    assert_int_equal(w.list_jobs, 1); // nothing was fetched twice
}

static void an_agent_that_was_killed_goes_on_where_it_was(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.silent = true;
    UNTIL(agent_could_start());
    collector_starts();
    UNTIL(w.taken == 1);
    // The files are as a kill would leave them; only the process's handles are closed in order here.
    gw_agent_stop(w.agent, GW_EXIT_OK);
    UNTIL(agent_ended());
    w.collector = gw_socket_free(w.collector);
    for (int i = 0; i < 5; i++)
        uv_run(&w.loop, UV_RUN_NOWAIT);
    agent_is_gone();
    w.taken = 0;
    w.silent = false;
    run_once(GW_EXIT_OK);
    assert_int_equal(w.seen[1].msgno, 1);
    assert_string_equal(w.seen[1].url, w.seen[0].url);
    for (uint64_t m = 1; m <= w.taken; m++) { // dense, none used for two things
        const char *url = NULL;
        for (size_t i = 0; i < w.seen_count; i++)
            if (w.seen[i].msgno == m) {
                if (url)
                    assert_string_equal(url, w.seen[i].url);
                url = w.seen[i].url;
            }
        assert_non_null(url);
    }
}

static void an_outbox_that_lost_its_end_goes_on_under_a_new_name(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.anew = true;
    UNTIL(agent_could_start());
    collector_starts();
    UNTIL(!w.anew);
    uint8_t old_name[16];
    memcpy(old_name, w.incarnation, 16);
    UNTIL(agent_ended());
    assert_int_equal(gw_agent_exit(w.agent), GW_EXIT_OK);
    assert_memory_not_equal(w.incarnation, old_name, 16);
    assert_int_equal(w.taken, 1 + ROWS);
}

static void credit_is_kept(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.credit = 1; // take() checks each
    run_once(GW_EXIT_OK);
    assert_int_equal(w.taken, 1 + ROWS);
}

static void a_message_the_broker_cannot_take_is_buried_alone(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.refuses = 3;
    run_once(GW_EXIT_OK);
    assert_int_equal(w.taken, 1 + ROWS);
    uint32_t tombstones = 0, tries = 0;
    for (size_t i = 0; i < w.seen_count; i++) {
        tombstones += w.seen[i].tombstone;
        tries += w.seen[i].msgno == 3 && !w.seen[i].tombstone;
    }
    assert_int_equal(tombstones, 1);
    assert_in_range(tries, 3, 4);
    char dir[120], id[64] = "";
    snprintf(dir, sizeof dir, "%s/state/quarantine", w.dir);
    check_ok(gw_quarantine_each(dir, keep_id, id));
    assert_string_not_equal(id, "");
}

static void a_dead_letter_is_read_again_without_validators(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.options.once = false;
    w.poll_ms = 50;
    w.rows = 0;
    w.nacks = 1; // the first list
    UNTIL(agent_could_start());
    collector_starts();
    UNTIL(w.seen_count >= 3);
    assert_false(w.list_validators[0]);
    assert_false(w.list_validators[1]); // what was lost must not hide behind a 304 ...
    assert_true(w.list_validators[2]);
    assert_int_equal(w.seen[1].reading, GW__OBSERVATION__READING_ROWS); // ... nor behind its digest
    assert_int_equal(w.seen[2].reading, GW__OBSERVATION__READING_UNCHANGED);
}

static void a_full_outbox_stops_fetching_until_there_is_room(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.options.outbox_max = 1 << 20; // no room for one more message of the largest size once something waits
    w.silent = true;
    UNTIL(agent_could_start());
    collector_starts();
    UNTIL(w.taken == 1);
    send_source();
    Gw__Row row = GW__ROW__INIT, *list[] = {&row};
    Gw__Rows rows = GW__ROWS__INIT;
    row.url = "http://127.0.0.1:8080/1.html";
    rows.rows = list;
    rows.n_rows = 1;
    send_targets(&rows); // work, but the list's message still waits
    uint32_t before = w.jobs_seen, reports = w.reports;
    UNTIL(w.reports >= reports + 1);
    assert_int_equal(w.jobs_seen, before);
    w.silent = false;
    ack();
    UNTIL(agent_ended());
    assert_int_equal(seen_of("/1.html")->reading, GW__OBSERVATION__READING_DOCUMENT);
}

static bool passed(int64_t moment_ms)
{
    return gw_clock_boot_ms() >= moment_ms;
}

static void with_the_broker_away_fetching_ends_with_the_lease(void **state)
{
    (void)state;
    assert_true(broker_starts());
    w.options.once = false;
    w.poll_ms = 20;
    w.rows = 0;
    w.ttl_ms = 1500;
    UNTIL(agent_could_start());
    collector_starts();
    UNTIL(w.list_jobs >= 2);
    w.away = true;
    int64_t gone_ms = gw_clock_boot_ms();
    uint32_t then = w.list_jobs;
    UNTIL(w.list_jobs >= then + 3); // the lease still holds
    UNTIL(passed(gone_ms + 1500));
    then = w.list_jobs;
    UNTIL(passed(gone_ms + 2000));
    assert_int_equal(w.list_jobs, then);
    assert_true(w.seen_count < PUBLISHED_MAX);
    w.away = false;
    UNTIL(w.list_jobs > then); // and goes on, with all that was seen meanwhile delivered
    assert_true(w.sessions >= 2);
    for (size_t i = 1; i < w.seen_count; i++)
        assert_true(w.seen[i].msgno <= w.seen[i - 1].msgno + 1);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(once_reads_the_list_and_what_it_found),
        STORY(an_unreachable_article_is_tried_twice_and_told),
        STORY(an_article_left_unread_fails_the_run),
        STORY(an_empty_list_is_a_state_not_a_failure),
        STORY(a_killed_reader_costs_nothing_but_time),
        STORY(a_page_that_kills_goes_to_quarantine_with_its_bytes),
        STORY(a_vanished_collectors_jobs_are_given_out_again),
        STORY(what_the_broker_did_not_acknowledge_is_sent_again),
        STORY(an_agent_that_was_killed_goes_on_where_it_was),
        STORY(an_outbox_that_lost_its_end_goes_on_under_a_new_name),
        STORY(credit_is_kept),
        STORY(a_message_the_broker_cannot_take_is_buried_alone),
        STORY(a_dead_letter_is_read_again_without_validators),
        STORY(with_the_broker_away_fetching_ends_with_the_lease),
        STORY(a_full_outbox_stops_fetching_until_there_is_room),
    };
    int failed = cmocka_run_group_tests_name("agent/agent", tests, NULL, NULL);
    gw_socket_shutdown();
    return failed;
}
