// SPDX-License-Identifier: Apache-2.0
#include "frame.h"

#include "keys.h"
#include "validate.h"

#include "base/hash.h"

#include "schema/job.pb-c.h"
#include "schema/link.pb-c.h"
#include "schema/stream.pb-c.h"

struct kind {
    const char *name;
    const ProtobufCMessageDescriptor *message;
    unsigned roles; // who may say it to a broker
    bool opens;     // said before a version is settled, so it is read whatever its own is
};

#define OF(message) &gw__##message##__descriptor

enum { AGENT = GW_ROLE_AGENT, OPERATOR = GW_ROLE_OPERATOR, READER = GW_ROLE_CONSUMER | GW_ROLE_OPERATOR };
enum { ALL = AGENT | READER, NONE = GW_ROLE_NONE };

static const struct kind kinds[256] = {
    [GW_MSG_HELLO] = {"HELLO", OF(hello), AGENT, true},
    [GW_MSG_PUBLISH] = {"PUBLISH", OF(publish), AGENT},
    [GW_MSG_OFFER] = {"OFFER", OF(offer), AGENT},
    [GW_MSG_LEASE_REQ] = {"LEASE_REQ", OF(lease_req), AGENT},
    [GW_MSG_RENEW] = {"RENEW", OF(renew), AGENT},
    [GW_MSG_RELEASE] = {"RELEASE", OF(release), AGENT},
    [GW_MSG_TOMBSTONE] = {"TOMBSTONE", OF(tombstone), AGENT},
    [GW_MSG_PING] = {"PING", OF(ping), ALL},
    [GW_MSG_BYE] = {"BYE", OF(bye), ALL},
    [GW_MSG_REPORT] = {"REPORT", OF(report), AGENT},
    [GW_MSG_DONE] = {"DONE", OF(done), AGENT},
    [GW_MSG_WELCOME] = {"WELCOME", OF(welcome), NONE, true},
    [GW_MSG_REFUSE] = {"REFUSE", OF(refuse), NONE, true},
    [GW_MSG_ACK] = {"ACK", OF(ack)},
    [GW_MSG_NACK] = {"NACK", OF(nack)},
    [GW_MSG_CREDIT] = {"CREDIT", OF(credit)},
    [GW_MSG_GRANT] = {"GRANT", OF(grant)},
    [GW_MSG_SOURCE] = {"SOURCE", OF(source_def)},
    [GW_MSG_TARGET] = {"TARGET", OF(target_def)},
    [GW_MSG_REVOKE] = {"REVOKE", OF(revoke)},
    [GW_MSG_PONG] = {"PONG", OF(pong)},
    [GW_MSG_TASK] = {"TASK", OF(task)},
    [GW_MSG_READY] = {"READY", OF(ready)},
    [GW_MSG_JOB] = {"JOB", OF(job)},
    [GW_MSG_STAGE] = {"STAGE", OF(stage)},
    [GW_MSG_PERMIT_REQ] = {"PERMIT_REQ", OF(permit_req)},
    [GW_MSG_PERMIT] = {"PERMIT", OF(permit)},
    [GW_MSG_ELSEWHERE] = {"ELSEWHERE", OF(elsewhere)},
    [GW_MSG_BODY_PART] = {"BODY_PART", OF(body_part)},
    [GW_MSG_ROBOTS_SEEN] = {"ROBOTS_SEEN", OF(robots_seen)},
    [GW_MSG_RESULT] = {"RESULT", OF(result)},
    [GW_MSG_FAILED] = {"FAILED", OF(failed)},
    [GW_MSG_STOP] = {"STOP", OF(stop)},
    [GW_MSG_READ_REQ] = {"READ_REQ", OF(read_req)},
    [GW_MSG_READ_RESULT] = {"READ_RESULT", OF(read_result)},
    [GW_MSG_SUBSCRIBE] = {"SUBSCRIBE", OF(subscribe), READER, true},
    [GW_MSG_SUBSCRIBED] = {"SUBSCRIBED", OF(subscribed), NONE, true},
    [GW_MSG_DELIVER] = {"DELIVER", OF(deliver)},
    [GW_MSG_MARK] = {"MARK", OF(mark)},
    [GW_MSG_CAUGHT_UP] = {"CAUGHT_UP", OF(caught_up)},
    [GW_MSG_GAP] = {"GAP", OF(gap)},
    [GW_MSG_CACK] = {"CACK", OF(cack), READER},
    [GW_MSG_STATUS_REQ] = {"STATUS_REQ", OF(status_req), OPERATOR, true},
    [GW_MSG_STATUS] = {"STATUS", OF(status), NONE, true},
    [GW_MSG_ASK] = {"ASK", OF(ask), READER, true},
    [GW_MSG_ORDER] = {"ORDER", OF(order), OPERATOR, true},
    [GW_MSG_ANSWER] = {"ANSWER", OF(answer), NONE, true},
};

static const struct kind *kind_of(int type)
{
    return type >= 0 && type < (int)GW_COUNT(kinds) && kinds[type].name ? &kinds[type] : NULL;
}

const char *gw_msg_name(int type)
{
    const struct kind *kind = kind_of(type);
    return kind ? kind->name : NULL;
}

const ProtobufCMessageDescriptor *gw_msg_descriptor(int type)
{
    const struct kind *kind = kind_of(type);
    return kind ? kind->message : NULL;
}

unsigned gw_msg_roles(int type)
{
    const struct kind *kind = kind_of(type);
    return kind ? kind->roles : GW_ROLE_NONE;
}

// ---- header

enum { UNKNOWN_SINCE = 2 }; // from this version on a message may have fields that its reader does not know
enum { AT_TYPE = 0, AT_VERSION = 1, AT_LENGTH = 2, AT_CRC = 6 };

static void u32_put(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

static uint32_t u32_get(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

unsigned gw_wire_version(uint32_t their_min, uint32_t their_max)
{
    unsigned version = their_max < GW_WIRE_VERSION ? their_max : GW_WIRE_VERSION;
    return version >= GW_WIRE_VERSION_MIN && version >= their_min ? version : 0;
}

unsigned gw_frame_version(const void *bytes, size_t n)
{
    return n > AT_VERSION ? ((const uint8_t *)bytes)[AT_VERSION] : 0;
}

static uint32_t frame_crc(const uint8_t *frame, size_t payload_bytes)
{
    return gw_crc32c(gw_crc32c(0, frame, AT_CRC), frame + GW_FRAME_HEADER, payload_bytes);
}

int gw_frame_pack(struct gw_buf *out, enum gw_msg type, const void *message)
{
    const struct kind *kind = kind_of((int)type);
    gw_assert(kind && ((const ProtobufCMessage *)message)->descriptor == kind->message);
    size_t payload_bytes = protobuf_c_message_get_packed_size(message);
    if (payload_bytes > GW_FRAME_MAX - GW_FRAME_HEADER)
        return gw_fail(GW_ELIMIT, "%s of %zu bytes is over the frame limit", kind->name, payload_bytes);
    uint8_t *frame = (uint8_t *)gw_buf_reserve(out, GW_FRAME_HEADER + payload_bytes);
    if (!frame)
        return gw_fail(GW_ELIMIT, "no room for %s of %zu bytes", kind->name, payload_bytes);
    frame[AT_TYPE] = (uint8_t)type;
    frame[AT_VERSION] = GW_WIRE_VERSION;
    u32_put(frame + AT_LENGTH, (uint32_t)payload_bytes);
    protobuf_c_message_pack(message, frame + GW_FRAME_HEADER);
    u32_put(frame + AT_CRC, frame_crc(frame, payload_bytes));
    gw_buf_grow(out, GW_FRAME_HEADER + payload_bytes);
    return 0;
}

void gw_frame_speak(void *bytes, size_t n, unsigned version)
{
    uint8_t *frame = bytes;
    gw_assert(n >= GW_FRAME_HEADER && version >= GW_WIRE_VERSION_MIN && version <= GW_WIRE_VERSION);
    if (frame[AT_VERSION] == version)
        return;
    frame[AT_VERSION] = (uint8_t)version;
    u32_put(frame + AT_CRC, frame_crc(frame, n - GW_FRAME_HEADER));
}

int gw_frame_size(const void *bytes, size_t n, size_t *ret_frame_bytes)
{
    const uint8_t *frame = bytes;
    if (n > AT_TYPE && !kind_of(frame[AT_TYPE]))
        return gw_fail(GW_EPROTO, "not a frame: type 0x%02x is unknown", frame[AT_TYPE]);
    if (n < AT_CRC) {
        *ret_frame_bytes = 0;
        return 0;
    }
    uint32_t payload_bytes = u32_get(frame + AT_LENGTH);
    if (payload_bytes > GW_FRAME_MAX - GW_FRAME_HEADER)
        return gw_fail(GW_EPROTO, "not a frame: %s claims %u bytes", gw_msg_name(frame[AT_TYPE]), payload_bytes);
    *ret_frame_bytes = GW_FRAME_HEADER + payload_bytes;
    return 0;
}

// ---- decoding

struct arena_use {
    struct gw_arena *arena;
    bool full;
};

static void *arena_alloc(void *arg, size_t bytes)
{
    struct arena_use *use = arg;
    void *at = gw_arena_alloc(use->arena, bytes);
    if (!at)
        use->full = true;
    return at;
}

static void arena_forget(void *arg, void *at)
{
    (void)arg;
    (void)at;
}

static int decode(const ProtobufCMessageDescriptor *descriptor, const char *name, const void *bytes, size_t n,
                  bool newer, struct gw_arena *arena, ProtobufCMessage **ret_message)
{
    int rc = gw_validate_bytes(descriptor, name, bytes, n, newer);
    if (rc)
        return rc;
    struct arena_use use = {.arena = arena};
    ProtobufCAllocator allocator = {.alloc = arena_alloc, .free = arena_forget, .allocator_data = &use};
    ProtobufCMessage *message = protobuf_c_message_unpack(descriptor, &allocator, n, bytes);
    if (!message && use.full)
        return gw_fail(GW_ELIMIT, "%s of %zu bytes does not fit into its arena", name, n);
    if (!message)
        return gw_fail(GW_EPROTO, "%s: not a protobuf message", name);
    rc = gw_validate_message(message, name);
    if (rc)
        return rc;
    *ret_message = message;
    return 0;
}

int gw_frame_unpack(const void *bytes, size_t n, struct gw_arena *arena, enum gw_msg *ret_type,
                    ProtobufCMessage **ret_message)
{
    const uint8_t *frame = bytes;
    size_t frame_bytes;
    int rc = gw_frame_size(bytes, n, &frame_bytes);
    if (rc)
        return rc;
    if (n < GW_FRAME_HEADER || n != frame_bytes)
        return gw_fail(GW_EPROTO, "not a frame: %zu bytes where it claims %zu", n, frame_bytes);
    const struct kind *kind = kind_of(frame[AT_TYPE]);
    if (u32_get(frame + AT_CRC) != frame_crc(frame, n - GW_FRAME_HEADER))
        return gw_fail(GW_EPROTO, "%s: bad checksum", kind->name);
    uint8_t version = frame[AT_VERSION];
    bool spoken = version >= GW_WIRE_VERSION_MIN && version <= GW_WIRE_VERSION;
    if (!spoken && !kind->opens)
        return gw_fail(GW_EVERSION, "%s of version %u; this program speaks %d to %d", kind->name, version,
                       GW_WIRE_VERSION_MIN, GW_WIRE_VERSION);
    rc = decode(kind->message, kind->name, frame + GW_FRAME_HEADER, n - GW_FRAME_HEADER, version >= UNKNOWN_SINCE,
                arena, ret_message);
    if (rc == 0)
        *ret_type = (enum gw_msg)frame[AT_TYPE];
    return rc;
}

// ---- messages alone

int gw_message_unpack(const ProtobufCMessageDescriptor *descriptor, const void *bytes, size_t n, struct gw_arena *arena,
                      ProtobufCMessage **ret_message)
{
    if (n > GW_FRAME_MAX)
        return gw_fail(GW_EPROTO, "%s: %zu bytes, more than a message may have", descriptor->short_name, n);
    return decode(descriptor, descriptor->short_name, bytes, n, true, arena, ret_message);
}

int gw_message_check(const ProtobufCMessage *message)
{
    return gw_validate_message(message, message->descriptor->short_name);
}

int gw_message_pack(struct gw_buf *out, const void *message)
{
    size_t bytes = protobuf_c_message_get_packed_size(message);
    uint8_t *at = (uint8_t *)gw_buf_reserve(out, bytes);
    if (!at)
        return gw_fail(GW_ELIMIT, "no room for a message of %zu bytes", bytes);
    protobuf_c_message_pack(message, at);
    gw_buf_grow(out, bytes);
    return 0;
}
