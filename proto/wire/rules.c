// SPDX-License-Identifier: Apache-2.0
#include "rules.h"

#include "frame.h"

#include "schema/event.pb-c.h"
#include "schema/job.pb-c.h"
#include "schema/link.pb-c.h"
#include "schema/stream.pb-c.h"

#include <pthread.h>
#include <string.h>

enum {
    KIB = 1024,
    ERRAND_ORDERED = 16, // from here on errands change something
    STRING_MAX = 64 * KIB,
    BYTES_MAX = 64 * KIB,
    COUNT_MAX = 4096,
    BODY_MAX = 768 * KIB,
    NAME_MAX_BYTES = 256,
    ID_MAX = 128,
    DEPTH_MAX = 8, // Deliver does not count: its event is a message of its own
};

enum rule_kind {
    REQUIRED, // string or bytes not empty, number or enum not zero, message present, repeated not empty
    MAX_BYTES,
    MAX_COUNT,
    MAX_VALUE,
    EXACT_BYTES, // or empty, unless REQUIRED too
};

struct rule {
    const ProtobufCMessageDescriptor *message;
    const char *field;
    enum rule_kind kind;
    uint64_t n;
};

#define OF(message) &gw__##message##__descriptor

static const struct rule rules[] = {
    // document
    {OF(document), "body", MAX_BYTES, BODY_MAX},
    {OF(proof), "quote", REQUIRED},
    {OF(proof), "confidence", MAX_VALUE, 1000},
    {OF(evidence), "field", REQUIRED},
    {OF(evidence), "from", REQUIRED},
    {OF(evidence), "confidence", MAX_VALUE, 1000},
    {OF(evidence), "alternatives", MAX_COUNT, 64},
    {OF(attachment), "url", REQUIRED},

    // source
    {OF(source), "id", REQUIRED},
    {OF(source), "id", MAX_BYTES, ID_MAX},
    {OF(source), "name", MAX_COUNT, 64},
    {OF(source), "revisit_ms", MAX_COUNT, 64},
    {OF(pair), "key", REQUIRED},
    {OF(list_rule), "host_names", MAX_COUNT, 256},
    {OF(list_rule), "values", MAX_COUNT, 256},
    {OF(request), "headers", MAX_COUNT, 256},
    {OF(request), "form", MAX_COUNT, 256},
    {OF(article_rule), "remove", MAX_COUNT, 256},

    // observation
    {OF(hop), "url", REQUIRED},
    {OF(hop), "status", MAX_VALUE, 999},
    {OF(response), "status", MAX_VALUE, 999},
    {OF(response), "sha256", EXACT_BYTES, 32},
    {OF(response), "hops", MAX_COUNT, 64},
    {OF(row), "url", REQUIRED},
    {OF(rows), "rows", MAX_COUNT, 5000},
    {OF(rows), "next", MAX_COUNT, 5000}, // a sitemap index lists its children here
    {OF(rows), "feeds", MAX_COUNT, 64},
    {OF(no_article), "reason", REQUIRED},
    {OF(target), "url", REQUIRED},
    {OF(target), "source_id", REQUIRED},
    {OF(target), "source_id", MAX_BYTES, ID_MAX},
    {OF(target), "purpose", REQUIRED},
    {OF(target), "digest", EXACT_BYTES, 32},
    {OF(target), "answer", EXACT_BYTES, 16},
    {OF(health), "state", REQUIRED},
    {OF(observation), "source_id", REQUIRED},
    {OF(observation), "source_id", MAX_BYTES, ID_MAX},
    {OF(observation), "url", REQUIRED},
    {OF(observation), "purpose", REQUIRED},

    // event
    {OF(event), "stream", REQUIRED},
    {OF(event), "event_id", REQUIRED},
    {OF(event), "type", REQUIRED},
    {OF(event), "stored_ms", REQUIRED},
    {OF(field_change), "field", REQUIRED},
    {OF(field_change), "before", MAX_BYTES, BODY_MAX},
    {OF(field_change), "after", MAX_BYTES, BODY_MAX},
    {OF(paragraph_change), "op", REQUIRED},
    {OF(paragraph_change), "before", MAX_BYTES, BODY_MAX},
    {OF(paragraph_change), "after", MAX_BYTES, BODY_MAX},
    {OF(cluster), "id", REQUIRED},
    {OF(source_change), "state", REQUIRED},
    {OF(coverage), "status", REQUIRED},

    // agent -> broker
    {OF(hello), "node", MAX_BYTES, NAME_MAX_BYTES},
    {OF(hello), "incarnation", REQUIRED},
    {OF(hello), "incarnation", EXACT_BYTES, 16},
    {OF(publish), "msgno", REQUIRED},
    {OF(publish), "host", REQUIRED},
    {OF(publish), "host", MAX_BYTES, NAME_MAX_BYTES + 6},
    {OF(publish), "epoch", REQUIRED},
    {OF(publish), "observation", REQUIRED},
    {OF(offer), "url", REQUIRED},
    {OF(offer), "source_id", REQUIRED},
    {OF(host_epoch), "host", REQUIRED},
    {OF(host_epoch), "epoch", REQUIRED},
    {OF(release), "held", REQUIRED},
    {OF(tombstone), "msgno", REQUIRED},
    {OF(source_report), "source_id", REQUIRED},
    {OF(counter), "name", REQUIRED},
    {OF(report), "activity", MAX_COUNT, 256},
    {OF(report), "page", MAX_VALUE, GW_REPORT_PAGES_MAX - 1},
    {OF(report), "pages", MAX_VALUE, GW_REPORT_PAGES_MAX},

    {OF(done), "task", REQUIRED},
    {OF(done), "answer", REQUIRED},
    {OF(answer), "part", MAX_BYTES, GW_FRAME_MAX}, // an event may be as long
    {OF(answer), "reason", MAX_BYTES, 4 * KIB},

    // broker -> agent
    {OF(task), "task", REQUIRED},
    {OF(task), "errand", REQUIRED},
    {OF(task), "subject", MAX_BYTES, 4 * KIB},
    {OF(welcome), "version", REQUIRED},
    {OF(welcome), "session", REQUIRED},
    {OF(welcome), "session", EXACT_BYTES, 16},
    {OF(welcome), "store_id", REQUIRED},
    {OF(welcome), "heartbeat_ms", REQUIRED},
    {OF(refuse), "code", REQUIRED},
    {OF(nack), "msgno", REQUIRED},
    {OF(nack), "code", REQUIRED},
    {OF(grant), "host", REQUIRED},
    {OF(grant), "epoch", REQUIRED},
    {OF(grant), "ttl_ms", REQUIRED},
    {OF(target_def), "host", REQUIRED},
    {OF(revoke), "held", REQUIRED},

    // agent <-> collector
    {OF(ready), "slots", REQUIRED},
    {OF(job), "job", REQUIRED},
    {OF(job), "purpose", REQUIRED},
    {OF(job), "url", REQUIRED},
    {OF(job), "source", REQUIRED},
    {OF(stage), "job", REQUIRED},
    {OF(stage), "stage", REQUIRED},
    {OF(permit_req), "job", REQUIRED},
    {OF(permit_req), "url", REQUIRED},
    {OF(permit), "job", REQUIRED},
    {OF(permit), "url", REQUIRED},
    {OF(elsewhere), "job", REQUIRED},
    {OF(elsewhere), "url", REQUIRED},
    {OF(body_part), "job", REQUIRED},
    {OF(body_part), "bytes", MAX_BYTES, 512 * KIB},
    {OF(robots_seen), "host", REQUIRED},
    {OF(robots_seen), "status", MAX_VALUE, 999},
    {OF(robots_seen), "text", MAX_BYTES, 512 * KIB},
    {OF(result), "job", REQUIRED},
    {OF(result), "observation", REQUIRED},
    {OF(failed), "job", REQUIRED},
    {OF(failed), "observation", REQUIRED},

    // fetcher <-> reader
    {OF(read_req), "job", REQUIRED},
    {OF(read_req), "purpose", REQUIRED},
    {OF(read_req), "url", REQUIRED},
    {OF(read_req), "source", REQUIRED},
    {OF(read_result), "job", REQUIRED},

    // consumer and operator <-> broker
    {OF(subscribe), "name", MAX_BYTES, NAME_MAX_BYTES},
    {OF(subscribe), "stream", REQUIRED},
    {OF(subscribed), "version", REQUIRED},
    {OF(subscribed), "store_id", REQUIRED},
    {OF(deliver), "seq", REQUIRED},
    {OF(deliver), "event", REQUIRED},
    {OF(deliver), "event", MAX_BYTES, GW_FRAME_MAX},
    {OF(mark), "seq", REQUIRED},
    {OF(gap), "from", REQUIRED},
    {OF(gap), "to", REQUIRED},
    {OF(ask), "errand", REQUIRED},
    {OF(ask), "subject", MAX_BYTES, 4 * KIB},
    {OF(order), "errand", REQUIRED},
    {OF(order), "subject", MAX_BYTES, 4 * KIB},
};

// ---- rules over several fields

static const char *check_versions(uint32_t min, uint32_t max)
{
    return min > max ? "version_min is above version_max" : NULL;
}

static const char *check_hello(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    const Gw__Hello *hello = (const Gw__Hello *)message;
    return check_versions(hello->version_min, hello->version_max);
}

static const char *check_subscribe(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    const Gw__Subscribe *subscribe = (const Gw__Subscribe *)message;
    return check_versions(subscribe->version_min, subscribe->version_max);
}

static struct gw_place *document_around(struct gw_place *place)
{
    while (place && !(place->message && place->message->descriptor == OF(document)))
        place = place->parent;
    return place;
}

// A consumer that trusts body[start, end) == quote never has to look for the quote.
static const char *check_proof(const ProtobufCMessage *message, struct gw_place *place)
{
    const Gw__Proof *proof = (const Gw__Proof *)message;
    if (proof->place != GW__PLACE__PLACE_BODY)
        return proof->start || proof->end ? "offsets of a quote that is not from the body" : NULL;
    if (proof->start > proof->end)
        return "start is behind end";
    struct gw_place *around = document_around(place);
    if (!around)
        return NULL;
    const char *body = ((const Gw__Document *)around->message)->body;
    if (!around->body_bytes)
        around->body_bytes = body ? strlen(body) : 0;
    size_t quote_bytes = strlen(proof->quote);
    if (proof->end > around->body_bytes)
        return "the span leaves the body";
    if (quote_bytes != proof->end - proof->start)
        return "the quote is not as long as its span";
    return memcmp(body + proof->start, proof->quote, quote_bytes) != 0 ? "the quote is not what the body says" : NULL;
}

static const char *check_observation(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    const Gw__Observation *observation = (const Gw__Observation *)message;
    bool failed = observation->failure != GW__FAILURE__FAILURE_NONE;
    bool read = observation->reading_case != GW__OBSERVATION__READING__NOT_SET;
    if (!failed && !read)
        return "neither a reading nor a failure";
    return failed && read ? "both a reading and a failure" : NULL;
}

static const char *check_read_result(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    const Gw__ReadResult *result = (const Gw__ReadResult *)message;
    bool failed = result->failure != GW__FAILURE__FAILURE_NONE;
    bool read = result->reading_case != GW__READ_RESULT__READING__NOT_SET;
    if (!failed && !read)
        return "neither a reading nor a failure";
    return failed && read ? "both a reading and a failure" : NULL;
}

static const char *check_failed(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    const Gw__Failed *failed = (const Gw__Failed *)message;
    bool said = failed->observation && failed->observation->failure != GW__FAILURE__FAILURE_NONE;
    return said ? NULL : "the observation does not say how";
}

static const char *check_permit(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    const Gw__Permit *permit = (const Gw__Permit *)message;
    return permit->not_before_ms > permit->not_after_ms ? "not_before_ms is behind not_after_ms" : NULL;
}

static const char *check_source_def(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    const Gw__SourceDef *def = (const Gw__SourceDef *)message;
    return def->source || def->last ? NULL : "neither a source nor the end of the set";
}

static const char *check_target_def(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    const Gw__TargetDef *def = (const Gw__TargetDef *)message;
    return def->target || def->last ? NULL : "neither a target nor the end of the set";
}

static const char *check_event(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    const Gw__Event *event = (const Gw__Event *)message;
    switch (event->stream) {
    case GW__STREAM__STREAM_POLICY:
        if (!event->document)
            return "a policy event without a document";
        return event->revision ? NULL : "a policy event without a revision";
    case GW__STREAM__STREAM_SOURCE:
        return event->source_change ? NULL : "a source event without a source_change";
    case GW__STREAM__STREAM_COVERAGE:
        return event->coverage ? NULL : "a coverage event without a coverage";
    default:
        return "of no stream";
    }
}

static const char *check_deliver(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    const Gw__Deliver *deliver = (const Gw__Deliver *)message;
    return deliver->prev_seq >= deliver->seq ? "prev_seq is not before seq" : NULL;
}

// Roles are looked up by the type of message: no errand may come in the other's clothes.
static const char *check_ask(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    return (int)((const Gw__Ask *)message)->errand < ERRAND_ORDERED ? NULL : "an errand that is not for ASK";
}

static const char *check_order(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    return (int)((const Gw__Order *)message)->errand >= ERRAND_ORDERED ? NULL : "an errand that is not for ORDER";
}

static const char *check_gap(const ProtobufCMessage *message, struct gw_place *place)
{
    (void)place;
    const Gw__Gap *gap = (const Gw__Gap *)message;
    return gap->from > gap->to ? "from is behind to" : NULL;
}

static const struct {
    const ProtobufCMessageDescriptor *message;
    gw_shape_check_fn *check;
} checks[] = {
    {OF(ask), check_ask},
    {OF(deliver), check_deliver},
    {OF(event), check_event},
    {OF(failed), check_failed},
    {OF(gap), check_gap},
    {OF(hello), check_hello},
    {OF(observation), check_observation},
    {OF(order), check_order},
    {OF(permit), check_permit},
    {OF(proof), check_proof},
    {OF(read_result), check_read_result},
    {OF(source_def), check_source_def},
    {OF(subscribe), check_subscribe},
    {OF(target_def), check_target_def},
};

// ---- the shapes, built once: no string is compared while messages are checked

enum { SHAPES_MAX = 128, FIELDS_MAX = 768 };
static struct gw_shape shapes[SHAPES_MAX];
static struct gw_shape_field fields[FIELDS_MAX];
static size_t shape_count, field_count;

static struct gw_shape *shape_find(const ProtobufCMessageDescriptor *descriptor)
{
    for (size_t i = 0; i < shape_count; i++)
        if (shapes[i].descriptor == descriptor)
            return &shapes[i];
    return NULL;
}

static struct gw_shape *shape_add(const ProtobufCMessageDescriptor *descriptor, int depth)
{
    // A message that contains itself would let a peer choose the depth of our stack.
    gw_assert(depth < DEPTH_MAX);
    struct gw_shape *shape = shape_find(descriptor);
    if (!shape) {
        gw_assert(shape_count < SHAPES_MAX && field_count + descriptor->n_fields <= FIELDS_MAX);
        gw_assert(descriptor->n_fields <= GW_SHAPE_FIELDS_MAX);
        shape = &shapes[shape_count++];
        *shape = (struct gw_shape){.descriptor = descriptor, .fields = &fields[field_count]};
        field_count += descriptor->n_fields;
    }
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        shape->fields[i] = (struct gw_shape_field){
            .field = field,
            .max_value = UINT64_MAX,
            .max_bytes = field->type == PROTOBUF_C_TYPE_BYTES ? BYTES_MAX : STRING_MAX,
            .max_count = COUNT_MAX,
        };
        if (field->type == PROTOBUF_C_TYPE_MESSAGE)
            shape->fields[i].shape = shape_add(field->descriptor, depth + 1);
    }
    return shape;
}

static struct gw_shape_field *field_named(const struct rule *rule)
{
    struct gw_shape *shape = shape_find(rule->message);
    gw_assert(shape);
    for (unsigned i = 0; i < shape->descriptor->n_fields; i++)
        if (strcmp(shape->fields[i].field->name, rule->field) == 0)
            return &shape->fields[i];
    gw_assert(0 && "a rule about a field that the schema does not have");
    return NULL;
}

static void rule_apply(const struct rule *rule)
{
    struct gw_shape_field *field = field_named(rule);
    switch (rule->kind) {
    case REQUIRED:
        field->required = true;
        break;
    case MAX_BYTES:
        field->max_bytes = (uint32_t)rule->n;
        break;
    case MAX_COUNT:
        field->max_count = (uint32_t)rule->n;
        break;
    case MAX_VALUE:
        field->max_value = rule->n;
        break;
    case EXACT_BYTES:
        field->exact_bytes = (uint32_t)rule->n;
        break;
    }
}

static void shapes_build(void)
{
    for (int type = 0; type < 256; type++)
        if (gw_msg_descriptor(type))
            shape_add(gw_msg_descriptor(type), 0);
    shape_add(OF(event), 0);
    for (size_t i = 0; i < GW_COUNT(rules); i++)
        rule_apply(&rules[i]);
    for (size_t i = 0; i < GW_COUNT(checks); i++)
        shape_find(checks[i].message)->check = checks[i].check;
}

const struct gw_shape *gw_shape_of(const ProtobufCMessageDescriptor *descriptor)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, shapes_build);
    const struct gw_shape *shape = shape_find(descriptor);
    gw_assert(shape); // every message of the schema is reachable from a frame type or from Event
    return shape;
}
