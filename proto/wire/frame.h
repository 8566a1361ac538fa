// SPDX-License-Identifier: Apache-2.0
// Frames: type u8 · version u8 · length u32 · crc32c u32 · payload, big-endian, at most 1 MiB with the header. The one
// place where bytes become messages and where messages from outside are checked (lengths, UTF-8, counts, required
// fields, nothing left over). CONVERSATION.md says who may send what, and when.
#ifndef GW_WIRE_FRAME_H
#define GW_WIRE_FRAME_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GW_FRAME_HEADER = 10,
    GW_FRAME_MAX = 1024 * 1024,
    GW_WIRE_VERSION = 2,     // of the conversations; raised with any change of meaning (CONVERSATION.md says which)
    GW_WIRE_VERSION_MIN = 1, // oldest that is still spoken: the one before
    GW_REPORT_PAGE = 2500,   // sources in one REPORT or STATUS: of 64 bytes of id and 300 of all else they fit a frame
    GW_REPORT_PAGES_MAX = 64,
};

// High four bits: the conversation. Never reuse a number.
enum gw_msg {
    // agent -> broker
    GW_MSG_HELLO = 0x10,
    GW_MSG_PUBLISH = 0x11,
    GW_MSG_OFFER = 0x12,
    GW_MSG_LEASE_REQ = 0x13,
    GW_MSG_RENEW = 0x14,
    GW_MSG_RELEASE = 0x15,
    GW_MSG_TOMBSTONE = 0x16,
    GW_MSG_PING = 0x17,
    GW_MSG_BYE = 0x18,
    GW_MSG_REPORT = 0x19,
    GW_MSG_DONE = 0x1A,
    // broker -> agent (REFUSE, PONG also to consumers)
    GW_MSG_WELCOME = 0x20,
    GW_MSG_REFUSE = 0x21,
    GW_MSG_ACK = 0x22,
    GW_MSG_NACK = 0x23,
    GW_MSG_CREDIT = 0x24,
    GW_MSG_GRANT = 0x25,
    GW_MSG_SOURCE = 0x26,
    GW_MSG_TARGET = 0x27,
    GW_MSG_REVOKE = 0x28,
    GW_MSG_PONG = 0x29,
    GW_MSG_TASK = 0x2A,
    // agent <-> collector
    GW_MSG_READY = 0x30,
    GW_MSG_JOB = 0x31,
    GW_MSG_STAGE = 0x32,
    GW_MSG_PERMIT_REQ = 0x33,
    GW_MSG_PERMIT = 0x34,
    GW_MSG_ELSEWHERE = 0x35,
    GW_MSG_BODY_PART = 0x36,
    GW_MSG_ROBOTS_SEEN = 0x37,
    GW_MSG_RESULT = 0x38,
    GW_MSG_FAILED = 0x39,
    GW_MSG_STOP = 0x3A,
    // fetcher <-> reader
    GW_MSG_READ_REQ = 0x40,
    GW_MSG_READ_RESULT = 0x41,
    // consumer <-> broker (PING, BYE too)
    GW_MSG_SUBSCRIBE = 0x50,
    GW_MSG_SUBSCRIBED = 0x51,
    GW_MSG_DELIVER = 0x52,
    GW_MSG_MARK = 0x53,
    GW_MSG_CAUGHT_UP = 0x54,
    GW_MSG_GAP = 0x55,
    GW_MSG_CACK = 0x56,
    // operator <-> broker
    GW_MSG_STATUS_REQ = 0x60,
    GW_MSG_STATUS = 0x61,
    GW_MSG_ASK = 0x62, // of a reader, too
    GW_MSG_ORDER = 0x63,
    GW_MSG_ANSWER = 0x64,
};

// "PUBLISH"; NULL for an unknown type.
const char *gw_msg_name(int type);
// The payload's message; NULL for an unknown type.
const ProtobufCMessageDescriptor *gw_msg_descriptor(int type);
// Who may say it to a broker (bits of enum gw_role, keys.h); 0: nobody.
unsigned gw_msg_roles(int type);

// Append the whole frame, of our version. The message's class must be the type's (a programming error otherwise).
// GW_ELIMIT: over GW_FRAME_MAX, nothing appended.
GW_MUST_CHECK int gw_frame_pack(struct gw_buf *out, enum gw_msg type, const void *message);

// The version both speak, given what the other side does; 0: there is none.
unsigned gw_wire_version(uint32_t their_min, uint32_t their_max);
// Make a whole frame of n bytes (as packed, perhaps by an earlier program) one of this version.
void gw_frame_speak(void *frame, size_t n, unsigned version);
// Its version; 0 when there are too few bytes.
unsigned gw_frame_version(const void *bytes, size_t n);

// Bytes of the frame that begins at `bytes`, for streams: 0 when more than n bytes are needed to know, or GW_EPROTO.
GW_MUST_CHECK int gw_frame_size(const void *bytes, size_t n, size_t *ret_frame_bytes);

// Decode and check exactly one frame of n bytes. The message lives in `arena`, whose ceiling bounds what a hostile
// frame can make us allocate. GW_EPROTO: not a frame, bad checksum, unknown type, not valid (the reason names the
// field); GW_EVERSION: of a version we do not speak; GW_ELIMIT: the arena is too small for it.
GW_MUST_CHECK int gw_frame_unpack(const void *bytes, size_t n, struct gw_arena *arena, enum gw_msg *ret_type,
                                  ProtobufCMessage **ret_message);

// A message alone (stored events, definitions): as gw_frame_unpack without the header. A newer program may have made
// it.
GW_MUST_CHECK int gw_message_unpack(const ProtobufCMessageDescriptor *descriptor, const void *bytes, size_t n,
                                    struct gw_arena *arena, ProtobufCMessage **ret_message);
// The checks alone, for what this program is about to send.
GW_MUST_CHECK int gw_message_check(const ProtobufCMessage *message);
// Append the packed message. GW_ELIMIT: the buffer is full.
GW_MUST_CHECK int gw_message_pack(struct gw_buf *out, const void *message);

#endif
