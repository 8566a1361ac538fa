// SPDX-License-Identifier: Apache-2.0
// Three kinds of proof: promises of the schema written out by hand; every row of the rules' table, by spoiling each
// field of right messages in turn; and bytes no honest encoder makes.
#include "kit/check.h"

#include "samples.h"

#include "wire/rules.h"

#include <stdio.h>
#include <stdlib.h>

// ---- promises

static void expect(const ProtobufCMessage *message, const char *reason)
{
    int rc = gw_message_check(message);
    if (rc != GW_EPROTO || strcmp(gw_reason(), reason) != 0)
        fail_msg("expected \"%s\", got %s \"%s\"", reason, gw_rc_name(rc), rc ? gw_reason() : "");
}

#define SPOIL(type, Message, reason, ...)                                                                              \
    do {                                                                                                               \
        Message *m = (Message *)sample_message(type);                                                                  \
        __VA_ARGS__;                                                                                                   \
        expect(&m->base, reason);                                                                                      \
    } while (0)

static void the_link(void **state)
{
    (void)state;
    SPOIL(GW_MSG_HELLO, Gw__Hello, "Hello.incarnation: missing", m->incarnation.len = 0);
    SPOIL(GW_MSG_HELLO, Gw__Hello, "Hello.incarnation: not of its one length", m->incarnation.len = 15);
    SPOIL(GW_MSG_HELLO, Gw__Hello, "Hello: version_min is above version_max", m->version_min = 2);
    SPOIL(GW_MSG_PUBLISH, Gw__Publish, "Publish.msgno: missing", m->msgno = 0);
    SPOIL(GW_MSG_PUBLISH, Gw__Publish, "Publish.host: missing", m->host = "");
    SPOIL(GW_MSG_PUBLISH, Gw__Publish, "Publish.epoch: missing", m->epoch = 0);
    SPOIL(GW_MSG_PUBLISH, Gw__Publish, "Publish.observation: missing", m->observation = NULL);
    SPOIL(GW_MSG_PUBLISH, Gw__Publish, "Publish.observation.source_id: missing", m->observation->source_id = "");
    SPOIL(GW_MSG_PUBLISH, Gw__Publish, "Publish.observation.url: missing", m->observation->url = NULL);
    SPOIL(GW_MSG_PUBLISH, Gw__Publish, "Publish.observation.purpose: missing", m->observation->purpose = 0);
    SPOIL(GW_MSG_PUBLISH, Gw__Publish, "Publish.observation.purpose: not a known value", m->observation->purpose = 77);
    SPOIL(GW_MSG_PUBLISH, Gw__Publish, "Publish.observation.document.title: not UTF-8",
          m->observation->document->title = "\xb9\xab\xb8\xe6");
    SPOIL(GW_MSG_PUBLISH, Gw__Publish, "Publish.observation.response.hops[0].url: missing",
          m->observation->response->hops[0]->url = "");
    SPOIL(GW_MSG_PUBLISH, Gw__Publish, "Publish.observation.fetched_ms: negative", m->observation->fetched_ms = -1);
    SPOIL(GW_MSG_WELCOME, Gw__Welcome, "Welcome.store_id: missing", m->store_id = "");
    SPOIL(GW_MSG_REFUSE, Gw__Refuse, "Refuse.code: missing", m->code = 0);
    SPOIL(GW_MSG_GRANT, Gw__Grant, "Grant.ttl_ms: missing", m->ttl_ms = 0);
    SPOIL(GW_MSG_RENEW, Gw__Renew, "Renew.held[0].epoch: missing", m->held[0]->epoch = 0);
    SPOIL(GW_MSG_RENEW, Gw__Renew, "Renew.held[0]: no message", m->held[0] = NULL);
    SPOIL(GW_MSG_SOURCE, Gw__SourceDef, "SourceDef: neither a source nor the end of the set",
          (m->source = NULL, m->last = 0));
    SPOIL(GW_MSG_SOURCE, Gw__SourceDef, "SourceDef.source.id: missing", m->source->id = "");
    SPOIL(GW_MSG_TARGET, Gw__TargetDef, "TargetDef: neither a target nor the end of the set",
          (m->target = NULL, m->last = 0));
    SPOIL(GW_MSG_TARGET, Gw__TargetDef, "TargetDef.target.digest: not of its one length", m->target->digest.len = 31);
}

static void the_ends_of_sets_need_nothing_else(void **state)
{
    (void)state;
    Gw__SourceDef sources = GW__SOURCE_DEF__INIT;
    sources.last = 1;
    check_ok(gw_message_check(&sources.base));
    Gw__TargetDef targets = GW__TARGET_DEF__INIT;
    targets.last = 1;
    targets.host = "gxj.hailan.example:443";
    check_ok(gw_message_check(&targets.base));
}

static void jobs_and_readings(void **state)
{
    (void)state;
    SPOIL(GW_MSG_JOB, Gw__Job, "Job.job: missing", m->job = 0);
    SPOIL(GW_MSG_JOB, Gw__Job, "Job.source: missing", m->source = NULL);
    SPOIL(GW_MSG_JOB, Gw__Job, "Job.permit: not_before_ms is behind not_after_ms", m->permit->not_after_ms = 1);
    SPOIL(GW_MSG_STAGE, Gw__Stage, "Stage.stage: missing", m->stage = 0);
    SPOIL(GW_MSG_BODY_PART, Gw__BodyPart, "BodyPart.bytes: too long", m->bytes.len = 512 * 1024 + 1);
    SPOIL(GW_MSG_RESULT, Gw__Result, "Result.observation: both a reading and a failure",
          m->observation->failure = GW__FAILURE__FAILURE_TIMEOUT);
    SPOIL(GW_MSG_RESULT, Gw__Result, "Result.observation: neither a reading nor a failure",
          m->observation->reading_case = GW__OBSERVATION__READING__NOT_SET);
    SPOIL(GW_MSG_FAILED, Gw__Failed, "Failed: the observation does not say how", m->observation = sample_observation());
    SPOIL(GW_MSG_READ_RESULT, Gw__ReadResult, "ReadResult: neither a reading nor a failure",
          m->reading_case = GW__READ_RESULT__READING__NOT_SET);
    SPOIL(GW_MSG_READ_RESULT, Gw__ReadResult, "ReadResult.rows.rows[0].url: missing", m->rows->rows[0]->url = "");
}

static void streams_and_events(void **state)
{
    (void)state;
    SPOIL(GW_MSG_SUBSCRIBE, Gw__Subscribe, "Subscribe.stream: missing", m->stream = 0);
    SPOIL(GW_MSG_SUBSCRIBE, Gw__Subscribe, "Subscribe: version_min is above version_max", m->version_min = 3);
    SPOIL(GW_MSG_DELIVER, Gw__Deliver, "Deliver: prev_seq is not before seq", m->prev_seq = m->seq);
    SPOIL(GW_MSG_GAP, Gw__Gap, "Gap: from is behind to", m->from = m->to + 1);
    Gw__Event *e = sample_event();
    check_ok(gw_message_check(&e->base));
    e->document = NULL;
    expect(&e->base, "Event: a policy event without a document");
    e = sample_event();
    e->revision = 0;
    expect(&e->base, "Event: a policy event without a revision");
    e = sample_event();
    e->stream = GW__STREAM__STREAM_SOURCE;
    expect(&e->base, "Event: a source event without a source_change");
    e->stream = GW__STREAM__STREAM_COVERAGE;
    expect(&e->base, "Event: a coverage event without a coverage");
    e = sample_event();
    e->document->amounts[0]->proof->end++;
    expect(&e->base, "Event.document.amounts[0].proof: the quote is not as long as its span");
}

static void a_quote_is_what_the_body_says(void **state)
{
    (void)state;
    Gw__Document *d = sample_document();
    check_ok(gw_message_check(&d->base));
    Gw__Proof *p = d->dates[0]->proof;
    p->start++, p->end++;
    expect(&d->base, "Document.dates[0].proof: the quote is not what the body says");
    d = sample_document();
    d->dates[0]->proof->end += 4, d->dates[0]->proof->start += 4; // a mark of three bytes ends the body
    expect(&d->base, "Document.dates[0].proof: the span leaves the body");
    d = sample_document();
    d->amounts[0]->proof->start -= 3, d->amounts[0]->proof->end -= 3;
    expect(&d->base, "Document.amounts[0].proof: the quote is not what the body says");
    d = sample_document();
    d->amounts[0]->proof->start = UINT32_MAX;
    expect(&d->base, "Document.amounts[0].proof: start is behind end");
    d = sample_document();
    d->amounts[0]->proof->end = UINT32_MAX;
    expect(&d->base, "Document.amounts[0].proof: the span leaves the body");
    d = sample_document();
    d->amounts[0]->proof->quote = "";
    expect(&d->base, "Document.amounts[0].proof.quote: missing");
    d = sample_document();
    d->issuers[0]->proof->end = 1;
    expect(&d->base, "Document.issuers[0].proof: offsets of a quote that is not from the body");
    d = sample_document();
    d->body = NULL;
    expect(&d->base, "Document.amounts[0].proof: the span leaves the body");
}

// A peer may send a long body with thousands of facts; measuring the body for each would take minutes.
static void thousands_of_proofs_cost_no_more_than_their_bytes(void **state)
{
    (void)state;
    enum { N = 4096 };
    Gw__Document d = GW__DOCUMENT__INIT;
    static Gw__Measure measures[N];
    static Gw__Measure *list[N];
    Gw__Proof proof = GW__PROOF__INIT;
    d.body = calloc(1, 700 * 1024 + 1);
    memset(d.body, 'a', 700 * 1024);
    proof.quote = "a";
    proof.start = 700 * 1024 - 1;
    proof.end = 700 * 1024;
    for (int i = 0; i < N; i++) {
        gw__measure__init(&measures[i]);
        measures[i].proof = &proof;
        list[i] = &measures[i];
    }
    d.measures = list, d.n_measures = N;
    for (int i = 0; i < 100; i++)
        check_ok(gw_message_check(&d.base)); // 287 GB to measure, were it done for each
    free(d.body);
}

// ---- every field, every row of the table

struct spoiler {
    const ProtobufCMessage *root;
    bool seen[1024]; // by number_of()
};

// Fields lie in one array that begins with those of the lowest frame type.
static size_t number_of(const struct gw_shape_field *f)
{
    return (size_t)(f - gw_shape_of(gw_msg_descriptor(GW_MSG_HELLO))->fields);
}

static void seen(struct spoiler *s, const struct gw_shape_field *f)
{
    assert_in_range(number_of(f), 0, GW_COUNT(s->seen) - 1);
    s->seen[number_of(f)] = true;
}

static void refused(const struct spoiler *s, const struct gw_shape_field *f, const char *what)
{
    int rc = gw_message_check(s->root);
    const char *reason = rc ? gw_reason() : "fine";
    size_t n = strlen(reason), k = strlen(what);
    if (rc != GW_EPROTO || n < k || strcmp(reason + n - k, what) != 0 || !strstr(reason, f->field->name))
        fail_msg("%s.%s: expected \"%s\", got \"%s\"", s->root->descriptor->name, f->field->name, what, reason);
}

static void spoil_string(struct spoiler *s, const struct gw_shape_field *f, char **at)
{
    char *right = *at;
    *at = "ab\xc0\xaf";
    refused(s, f, ": not UTF-8");
    *at = "\xed\xa0\x80"; // a surrogate
    refused(s, f, ": not UTF-8");
    *at = calloc(1, (size_t)f->max_bytes + 2);
    memset(*at, 'x', (size_t)f->max_bytes + 1);
    refused(s, f, ": too long");
    free(*at);
    *at = right;
}

static void spoil_bytes(struct spoiler *s, const struct gw_shape_field *f, ProtobufCBinaryData *data)
{
    ProtobufCBinaryData right = *data;
    data->len = (size_t)f->max_bytes + 1; // the data is not looked at before its length
    refused(s, f, ": too long");
    if (f->exact_bytes) {
        data->len = f->exact_bytes + 1;
        refused(s, f, ": not of its one length");
    }
    *data = right;
}

static void spoil_number(struct spoiler *s, const struct gw_shape_field *f, void *at)
{
    switch (f->field->type) {
    case PROTOBUF_C_TYPE_ENUM: {
        int *value = at, right = *value;
        *value = 30000;
        refused(s, f, ": not a known value");
        *value = -1;
        refused(s, f, ": not a known value");
        *value = right;
        return;
    }
    case PROTOBUF_C_TYPE_INT64: {
        int64_t *value = at, right = *value;
        *value = INT64_MIN;
        refused(s, f, ": negative");
        *value = right;
        return;
    }
    case PROTOBUF_C_TYPE_UINT32: {
        uint32_t *value = at, right = *value;
        if (f->max_value < UINT32_MAX) {
            *value = (uint32_t)f->max_value + 1;
            refused(s, f, ": too large");
        }
        *value = right;
        return;
    }
    default:
        return;
    }
}

static size_t value_bytes(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_UINT32:
        return 4;
    default:
        return 8;
    }
}

static void spoil_message(struct spoiler *s, ProtobufCMessage *message);

static void spoil_value(struct spoiler *s, const struct gw_shape_field *f, void *at)
{
    switch (f->field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        if (*(ProtobufCMessage **)at)
            spoil_message(s, *(ProtobufCMessage **)at);
        return;
    case PROTOBUF_C_TYPE_STRING:
        spoil_string(s, f, at);
        return;
    case PROTOBUF_C_TYPE_BYTES:
        spoil_bytes(s, f, at);
        return;
    default:
        spoil_number(s, f, at);
    }
}

static void spoil_required(struct spoiler *s, const struct gw_shape_field *f, void *at)
{
    char right[16];
    memcpy(right, at, value_bytes(f->field));
    memset(at, 0, value_bytes(f->field));
    refused(s, f, ": missing");
    memcpy(at, right, value_bytes(f->field));
}

static void spoil_count(struct spoiler *s, const struct gw_shape_field *f, size_t *n, void **elements)
{
    size_t right_n = *n;
    void *right = *elements;
    *n = (size_t)f->max_count + 1; // nothing is looked at before it is counted
    refused(s, f, ": more elements than may be");
    *n = right_n;
    *elements = right;
}

static void spoil_field(struct spoiler *s, const struct gw_shape_field *f, ProtobufCMessage *message)
{
    char *base = (char *)message;
    void *at = base + f->field->offset;
    size_t *n = (size_t *)(base + f->field->quantifier_offset);
    if (f->field->label == PROTOBUF_C_LABEL_REPEATED) {
        spoil_count(s, f, n, at);
        for (size_t i = 0; i < *n; i++)
            spoil_value(s, f, *(char **)at + i * value_bytes(f->field));
        if (*n || f->field->type != PROTOBUF_C_TYPE_MESSAGE)
            seen(s, f);
        return;
    }
    if ((f->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) && *(uint32_t *)n != f->field->id)
        return;
    if (f->field->type != PROTOBUF_C_TYPE_MESSAGE || *(void **)at)
        seen(s, f);
    spoil_value(s, f, at);
    if (f->required)
        spoil_required(s, f, at);
}

static void spoil_message(struct spoiler *s, ProtobufCMessage *message)
{
    const struct gw_shape *shape = gw_shape_of(message->descriptor);
    for (unsigned i = 0; i < shape->descriptor->n_fields; i++)
        spoil_field(s, &shape->fields[i], message);
}

static void spoil_root(struct spoiler *s, ProtobufCMessage *root)
{
    s->root = root;
    check_ok(gw_message_check(root));
    spoil_message(s, root);
    check_ok(gw_message_check(root)); // all was put back
}

// Readings that the samples, which have one each, do not have.
static void spoil_other_readings(struct spoiler *s)
{
    Gw__NoArticle none = GW__NO_ARTICLE__INIT;
    none.reason = "list";
    Gw__Request then = GW__REQUEST__INIT;
    Gw__Observation *o = sample_observation();
    o->reading_case = GW__OBSERVATION__READING_NO_ARTICLE;
    o->no_article = &none;
    spoil_root(s, &o->base);
    o->reading_case = GW__OBSERVATION__READING_UNCHANGED;
    o->unchanged = 1;
    spoil_root(s, &o->base);
    Gw__ReadResult *r = (Gw__ReadResult *)sample_message(GW_MSG_READ_RESULT);
    o->reading_case = GW__OBSERVATION__READING_ROWS;
    o->rows = r->rows;
    spoil_root(s, &o->base);
    r->reading_case = GW__READ_RESULT__READING_NO_ARTICLE;
    r->no_article = &none;
    spoil_root(s, &r->base);
    r->reading_case = GW__READ_RESULT__READING_THEN;
    r->then = &then;
    spoil_root(s, &r->base);
    r->reading_case = GW__READ_RESULT__READING_DOCUMENT;
    r->document = sample_document();
    spoil_root(s, &r->base);
}

// Whole places that only some messages fill.
static void spoil_the_rest(struct spoiler *s)
{
    Gw__SourceChange change = GW__SOURCE_CHANGE__INIT;
    change.state = "broken";
    Gw__Coverage coverage = GW__COVERAGE__INIT;
    coverage.status = "ok";
    Gw__Event *e = sample_event();
    e->source_change = &change;
    e->coverage = &coverage;
    spoil_root(s, &e->base);
    Gw__ReadReq *request = (Gw__ReadReq *)sample_message(GW_MSG_READ_REQ);
    request->row = ((Gw__Publish *)sample_message(GW_MSG_PUBLISH))->observation->target->row;
    spoil_root(s, &request->base);
    Gw__Offer *offer = (Gw__Offer *)sample_message(GW_MSG_OFFER);
    offer->row = request->row;
    spoil_root(s, &offer->base);
    Gw__Job *job = (Gw__Job *)sample_message(GW_MSG_JOB);
    job->target = ((Gw__TargetDef *)sample_message(GW_MSG_TARGET))->target;
    spoil_root(s, &job->base);
    Gw__Request body = GW__REQUEST__INIT;
    Gw__Pair *pairs[] = {job->source->list->request->headers[0]};
    body.form = pairs, body.n_form = 1;
    job->source->list->then = &body;
    job->source->list->values = pairs, job->source->list->n_values = 1;
    spoil_root(s, &job->base);
    Gw__SourceDef *def = (Gw__SourceDef *)sample_message(GW_MSG_SOURCE);
    def->health = ((Gw__Publish *)sample_message(GW_MSG_PUBLISH))->observation->health;
    spoil_root(s, &def->base);
    Gw__Status *status = (Gw__Status *)sample_message(GW_MSG_STATUS);
    status->sources = status->agents[0]->report->sources, status->n_sources = 1;
    status->counters = status->agents[0]->report->counters, status->n_counters = 1;
    spoil_root(s, &status->base);
}

static void unseen_fields(const struct spoiler *s, const ProtobufCMessageDescriptor *descriptor)
{
    const struct gw_shape *shape = gw_shape_of(descriptor);
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const struct gw_shape_field *f = &shape->fields[i];
        if (!s->seen[number_of(f)])
            fail_msg("no sample fills %s.%s: give it a place in samples.c", descriptor->name, f->field->name);
        if (f->shape)
            unseen_fields(s, f->shape->descriptor);
    }
}

static void every_field_of_every_message_is_guarded(void **state)
{
    (void)state;
    static struct spoiler s;
    for (const enum gw_msg *type = sample_types(); *type; type++)
        spoil_root(&s, sample_message(*type));
    spoil_other_readings(&s);
    spoil_the_rest(&s);
    for (const enum gw_msg *type = sample_types(); *type; type++)
        unseen_fields(&s, gw_msg_descriptor(*type));
    unseen_fields(&s, &gw__event__descriptor);
}

// ---- bytes

static void expect_bytes(const ProtobufCMessageDescriptor *descriptor, const char *bytes, size_t n, const char *reason)
{
    struct gw_arena *arena = gw_arena_new(1 << 20);
    ProtobufCMessage *message = NULL;
    char *copy = malloc(n ? n : 1); // exactly n bytes, so that a read behind them is seen
    memcpy(copy, bytes, n);
    int rc = gw_message_unpack(descriptor, copy, n, arena, &message);
    if (reason) {
        if (rc != GW_EPROTO || strcmp(gw_reason(), reason) != 0)
            fail_msg("expected \"%s\", got %s \"%s\"", reason, gw_rc_name(rc), rc ? gw_reason() : "");
        assert_int_equal(gw_arena_used(arena), 0); // refused before anything was allocated
    } else {
        check_ok(rc);
    }
    free(copy);
    gw_arena_free(arena);
}
#define BYTES(message, literal, reason) expect_bytes(&gw__##message##__descriptor, literal, sizeof(literal) - 1, reason)

static void bytes_no_honest_encoder_makes(void **state)
{
    (void)state;
    BYTES(ping, "\x08\x05", NULL);
    BYTES(ping, "", NULL);
    BYTES(ping, "\x08", "Ping: not a protobuf message");
    BYTES(ping, "\x08\x80", "Ping: not a protobuf message");
    BYTES(ping, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "Ping: not a protobuf message"); // over 64 bits
    BYTES(ping, "\x00\x01", "Ping: not a protobuf message");                                     // field 0
    BYTES(ping, "\x0b\x0c", "Ping: not a protobuf message");                                     // a group
    BYTES(ping, "\x08\x05\x08\x06", "Ping.nonce: said twice");
    BYTES(ping, "\x0a\x01x", "Ping.nonce: encoded as another type");
    BYTES(ping, "\x09\x01\x02\x03\x04\x05\x06\x07\x08", "Ping.nonce: encoded as another type");
    BYTES(ping, "\x12\x01x", NULL); // a newer program's field
    BYTES(bye,
          "\x0a\x03"
          "a\0b",
          "Bye.reason: NUL in a string");
    BYTES(bye,
          "\x0a\x7f"
          "ab",
          "Bye: not a protobuf message");
    BYTES(bye, "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "Bye: not a protobuf message");
    BYTES(rows, "\x0a\x03\x12\x01u\x0a\x03\x12\x01\0", "Rows.rows[1].url: NUL in a string");
    BYTES(rows, "\x0a\x03\x12\x01u\x1a\x01p\x1a\x01\0", "Rows.next[1]: NUL in a string");
    BYTES(source, "\x0a\x01i\x4a\x02\x01\x80", "Source.revisit_ms: cut off");
    BYTES(source, "\x0a\x01i\x4a\x02\x01\x02\x48\x03", NULL); // packed and not packed are one list
    BYTES(observation, "\x52\x00\x68\x01", "Observation.unchanged: a second choice of one");
}

static void too_many_elements_cost_nothing(void **state)
{
    (void)state;
    struct gw_buf rows = GW_BUF(1 << 20);
    for (int i = 0; i < 5001; i++)
        gw_buf_add(&rows, "\x0a\x00", 2);
    expect_bytes(&gw__rows__descriptor, rows.data, rows.bytes, "Rows.rows: more elements than may be");
    gw_buf_reset(&rows);
    gw_buf_add(&rows, "\x0a\x01i\x4a\x41", 5); // 65 packed numbers where 64 may be
    for (int i = 0; i < 65; i++)
        gw_buf_putc(&rows, 1);
    expect_bytes(&gw__source__descriptor, rows.data, rows.bytes, "Source.revisit_ms: more elements than may be");
    gw_buf_fini(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_link),
        cmocka_unit_test(the_ends_of_sets_need_nothing_else),
        cmocka_unit_test(jobs_and_readings),
        cmocka_unit_test(streams_and_events),
        cmocka_unit_test(a_quote_is_what_the_body_says),
        cmocka_unit_test(thousands_of_proofs_cost_no_more_than_their_bytes),
        cmocka_unit_test(every_field_of_every_message_is_guarded),
        cmocka_unit_test(bytes_no_honest_encoder_makes),
        cmocka_unit_test(too_many_elements_cost_nothing),
    };
    return cmocka_run_group_tests_name("wire/validate", tests, NULL, NULL);
}
