// SPDX-License-Identifier: Apache-2.0
// What a message must be like beyond its protobuf form, as tables: ceilings, required fields, and the few rules over
// several fields. Internal to this room; validate.h walks messages along it.
#ifndef GW_WIRE_RULES_H
#define GW_WIRE_RULES_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Where the walk stands: a chain on its stack, outermost last.
struct gw_place {
    struct gw_place *parent;
    const ProtobufCMessage *message; // NULL while only bytes are looked at
    const char *name;                // of the field, or of the whole message
    long index;                      // in a repeated field; -1 otherwise
    size_t body_bytes;               // of a Document's body, once a proof has asked: thousands may
};

// One field as the walks need it. A ceiling counts bytes of a string or bytes field, elements of a repeated one, and is
// the largest value of a number; a repeated string has both.
struct gw_shape_field {
    const ProtobufCFieldDescriptor *field;
    const struct gw_shape *shape; // of a message field
    uint64_t max_value;
    uint32_t max_bytes, max_count;
    uint32_t exact_bytes; // 0: any number
    bool required;        // not zero, not empty, present
};

// NULL when the message is right, else what is wrong ("start is behind end").
typedef const char *gw_shape_check_fn(const ProtobufCMessage *message, struct gw_place *place);

struct gw_shape {
    const ProtobufCMessageDescriptor *descriptor;
    struct gw_shape_field *fields; // as many as the descriptor has, in its order
    gw_shape_check_fn *check;      // may be NULL
};

enum { GW_SHAPE_FIELDS_MAX = 64 }; // of one message

// The shape of a message of the schema. Thread-safe; built on first use.
const struct gw_shape *gw_shape_of(const ProtobufCMessageDescriptor *descriptor);

#endif
