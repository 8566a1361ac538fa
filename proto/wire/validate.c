// SPDX-License-Identifier: Apache-2.0
#include "validate.h"

#include "rules.h"

#include "base/buf.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void path_print(const struct gw_place *place, struct gw_buf *out)
{
    if (place->parent) {
        path_print(place->parent, out);
        gw_buf_putc(out, '.');
    }
    gw_buf_puts(out, place->name);
    if (place->index >= 0)
        gw_buf_printf(out, "[%ld]", place->index);
}

GW_PRINTF(2, 3) static int wrong(struct gw_place *place, const char *format, ...)
{
    struct gw_buf text = GW_BUF(512);
    path_print(place, &text);
    gw_buf_puts(&text, ": ");
    char what[160];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    gw_buf_puts(&text, what);
    int rc = gw_fail(GW_EPROTO, "%s", gw_buf_str(&text));
    gw_buf_fini(&text);
    return rc;
}

static int wrong_in(struct gw_place *parent, const ProtobufCFieldDescriptor *field, long index, const char *what)
{
    struct gw_place place = {.parent = parent, .name = field->name, .index = index};
    return wrong(&place, "%s", what);
}

// ---- the bytes (protobuf's encoding: https://protobuf.dev/programming-guides/encoding/)

enum wire_type { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct cursor {
    const uint8_t *at, *end;
};

static bool varint(struct cursor *c, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && c->at < c->end; shift += 7) {
        uint8_t byte = *c->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *ret_value = value;
            return shift < 63 || byte <= 1;
        }
    }
    return false;
}

static bool skip(struct cursor *c, size_t n)
{
    if (n > (size_t)(c->end - c->at))
        return false;
    c->at += n;
    return true;
}

// One field's value; `ret_value` is what lies inside a length-delimited one.
static bool value_next(struct cursor *c, enum wire_type type, struct cursor *ret_value)
{
    uint64_t n;
    *ret_value = *c;
    switch (type) {
    case WIRE_VARINT:
        return varint(c, &n);
    case WIRE_64:
        return skip(c, 8);
    case WIRE_32:
        return skip(c, 4);
    case WIRE_BYTES:
        if (!varint(c, &n) || n > (uint64_t)(c->end - c->at))
            return false;
        *ret_value = (struct cursor){c->at, c->at + n};
        c->at += n;
        return true;
    default:
        return false; // groups, and what never existed
    }
}

static bool is_delimited(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES ||
           field->type == PROTOBUF_C_TYPE_MESSAGE;
}

// Elements of a packed repeated number; false when the last one is cut.
static bool packed_count(struct cursor value, size_t *ret_count)
{
    uint64_t ignored;
    size_t n = 0;
    for (; value.at < value.end; n++)
        if (!varint(&value, &ignored))
            return false;
    *ret_count = n;
    return true;
}

// A oneof has one case member in the struct: fields that share it exclude each other.
static bool other_of_oneof_seen(const struct gw_shape *shape, unsigned index, const uint32_t *counts)
{
    const ProtobufCFieldDescriptor *field = shape->fields[index].field;
    for (unsigned i = 0; i < shape->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *other = shape->fields[i].field;
        if (i != index && counts[i] && (other->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
            other->quantifier_offset == field->quantifier_offset)
            return true;
    }
    return false;
}

static int count_field(const struct gw_shape *shape, unsigned index, size_t elements, uint32_t *counts,
                       struct gw_place *place)
{
    const struct gw_shape_field *f = &shape->fields[index];
    if (elements > f->max_count - counts[index])
        return wrong_in(place, f->field, -1, "more elements than may be");
    counts[index] += (uint32_t)elements;
    if (f->field->label == PROTOBUF_C_LABEL_REPEATED)
        return 0;
    if (counts[index] > 1)
        return wrong_in(place, f->field, -1, "said twice");
    if ((f->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) && other_of_oneof_seen(shape, index, counts))
        return wrong_in(place, f->field, -1, "a second choice of one");
    return 0;
}

// What a newer program may say that we do not know is kept, within bounds, and goes on to who asks for the message.
enum { UNKNOWN_FIELDS_MAX = 256, UNKNOWN_BYTES_MAX = 64 * 1024 };

struct unknown {
    bool allowed;
    size_t fields, bytes; // so far
};

static int count_unknown(struct unknown *unknown, uint64_t number, size_t bytes, struct gw_place *place)
{
    if (!unknown->allowed)
        return wrong(place, "field %" PRIu64 " is unknown", number);
    unknown->fields++;
    unknown->bytes += bytes;
    if (unknown->fields > UNKNOWN_FIELDS_MAX || unknown->bytes > UNKNOWN_BYTES_MAX)
        return wrong(place, "more unknown fields than are kept");
    return 0;
}

static int walk_bytes(const struct gw_shape *shape, struct cursor c, struct gw_place *place, struct unknown *unknown);

static int walk_field(const struct gw_shape *shape, unsigned index, enum wire_type type, struct cursor value,
                      uint32_t *counts, struct gw_place *place, struct unknown *unknown)
{
    const struct gw_shape_field *f = &shape->fields[index];
    bool repeated = f->field->label == PROTOBUF_C_LABEL_REPEATED;
    bool packed = repeated && !is_delimited(f->field) && type == WIRE_BYTES;
    if (!packed && type != (is_delimited(f->field) ? WIRE_BYTES : WIRE_VARINT))
        return wrong_in(place, f->field, -1, "encoded as another type");
    long element = repeated ? (long)counts[index] : -1;
    size_t elements = 1;
    if (packed && !packed_count(value, &elements))
        return wrong_in(place, f->field, -1, "cut off");
    int rc = count_field(shape, index, elements, counts, place);
    if (rc)
        return rc;
    // After decoding, a NUL would only look like the string's end.
    if (f->field->type == PROTOBUF_C_TYPE_STRING && memchr(value.at, 0, (size_t)(value.end - value.at)))
        return wrong_in(place, f->field, element, "NUL in a string");
    if (f->field->type == PROTOBUF_C_TYPE_MESSAGE) {
        struct gw_place inner = {.parent = place, .name = f->field->name, .index = element};
        return walk_bytes(f->shape, value, &inner, unknown);
    }
    return 0;
}

static int walk_bytes(const struct gw_shape *shape, struct cursor c, struct gw_place *place, struct unknown *unknown)
{
    uint32_t counts[GW_SHAPE_FIELDS_MAX] = {0};
    while (c.at < c.end) {
        uint64_t tag;
        struct cursor value;
        const uint8_t *begin = c.at;
        if (!varint(&c, &tag) || tag > UINT32_MAX || tag >> 3 == 0 ||
            !value_next(&c, (enum wire_type)(tag & 7), &value))
            return wrong(place, "not a protobuf message");
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field(shape->descriptor, (unsigned)(tag >> 3));
        int rc = field ? walk_field(shape, (unsigned)(field - shape->descriptor->fields), (enum wire_type)(tag & 7),
                                    value, counts, place, unknown)
                       : count_unknown(unknown, tag >> 3, (size_t)(c.at - begin), place);
        if (rc)
            return rc;
    }
    return 0;
}

int gw_validate_bytes(const ProtobufCMessageDescriptor *descriptor, const char *name, const void *bytes, size_t n,
                      bool newer)
{
    struct gw_place root = {.name = name, .index = -1};
    const uint8_t *at = n ? bytes : (const void *)"";
    struct unknown unknown = {.allowed = newer};
    return walk_bytes(gw_shape_of(descriptor), (struct cursor){at, at + n}, &root, &unknown);
}

// ---- the message

static int walk_message(const struct gw_shape *shape, struct gw_place *place);

static const char *length_complaint(const struct gw_shape_field *f, size_t bytes)
{
    if (bytes > f->max_bytes)
        return "too long";
    if (f->exact_bytes && bytes && bytes != f->exact_bytes)
        return "not of its one length";
    return NULL;
}

static const char *string_complaint(const struct gw_shape_field *f, const char *text, bool *ret_empty)
{
    size_t bytes = text ? strlen(text) : 0;
    *ret_empty = bytes == 0;
    const char *complaint = length_complaint(f, bytes);
    if (complaint)
        return complaint;
    return bytes && !gw_utf8_valid(text, bytes, true) ? "not UTF-8" : NULL;
}

static const char *number_complaint(const struct gw_shape_field *f, uint64_t value, bool *ret_empty)
{
    *ret_empty = value == 0;
    return value > f->max_value ? "too large" : NULL;
}

static const char *enum_complaint(const struct gw_shape_field *f, int value, bool *ret_empty)
{
    *ret_empty = value == 0;
    return protobuf_c_enum_descriptor_get_value(f->field->descriptor, value) ? NULL : "not a known value";
}

// One value that is not a message. `ret_empty`: it is what an absent field would be.
static const char *value_complaint(const struct gw_shape_field *f, const void *at, bool *ret_empty)
{
    switch (f->field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return string_complaint(f, *(char *const *)at, ret_empty);
    case PROTOBUF_C_TYPE_BYTES: {
        const ProtobufCBinaryData *data = at;
        *ret_empty = data->len == 0;
        return length_complaint(f, data->len);
    }
    case PROTOBUF_C_TYPE_ENUM:
        return enum_complaint(f, *(const int *)at, ret_empty);
    case PROTOBUF_C_TYPE_BOOL:
        *ret_empty = !*(const protobuf_c_boolean *)at;
        return NULL;
    case PROTOBUF_C_TYPE_UINT32:
        return number_complaint(f, *(const uint32_t *)at, ret_empty);
    case PROTOBUF_C_TYPE_UINT64:
        return number_complaint(f, *(const uint64_t *)at, ret_empty);
    case PROTOBUF_C_TYPE_INT64:
        *ret_empty = *(const int64_t *)at == 0;
        return *(const int64_t *)at < 0 ? "negative" : NULL;
    default:
        gw_assert(0 && "a field type that the schema does not use");
        return NULL;
    }
}

static size_t element_bytes(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_UINT32:
        return sizeof(uint32_t);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_INT64:
        return sizeof(uint64_t);
    default:
        return sizeof(void *);
    }
}

// One value, or one element of a repeated field.
static int walk_value(const struct gw_shape_field *f, const void *at, long index, struct gw_place *place,
                      bool *ret_empty)
{
    if (f->field->type != PROTOBUF_C_TYPE_MESSAGE) {
        const char *complaint = value_complaint(f, at, ret_empty);
        return complaint ? wrong_in(place, f->field, index, complaint) : 0;
    }
    const ProtobufCMessage *message = *(ProtobufCMessage *const *)at;
    *ret_empty = !message;
    if (!message)
        return index < 0 ? 0 : wrong_in(place, f->field, index, "no message");
    struct gw_place inner = {.parent = place, .message = message, .name = f->field->name, .index = index};
    return walk_message(f->shape, &inner);
}

static int walk_repeated(const struct gw_shape_field *f, struct gw_place *place, bool *ret_empty)
{
    const char *base = (const char *)place->message;
    size_t n = *(const size_t *)(base + f->field->quantifier_offset);
    const char *elements = *(const char *const *)(base + f->field->offset);
    *ret_empty = n == 0;
    if (n > f->max_count)
        return wrong_in(place, f->field, -1, "more elements than may be");
    for (size_t i = 0; i < n; i++) {
        bool ignored;
        int rc = walk_value(f, elements + i * element_bytes(f->field), (long)i, place, &ignored);
        if (rc)
            return rc;
    }
    return 0;
}

static bool is_other_choice(const struct gw_shape_field *f, const ProtobufCMessage *message)
{
    return (f->field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
           *(const uint32_t *)((const char *)message + f->field->quantifier_offset) != f->field->id;
}

static int walk_message(const struct gw_shape *shape, struct gw_place *place)
{
    gw_assert(place->message->descriptor == shape->descriptor);
    for (unsigned i = 0; i < shape->descriptor->n_fields; i++) {
        const struct gw_shape_field *f = &shape->fields[i];
        if (is_other_choice(f, place->message))
            continue;
        bool empty;
        int rc = f->field->label == PROTOBUF_C_LABEL_REPEATED
                     ? walk_repeated(f, place, &empty)
                     : walk_value(f, (const char *)place->message + f->field->offset, -1, place, &empty);
        if (rc)
            return rc;
        if (empty && f->required)
            return wrong_in(place, f->field, -1, "missing");
    }
    const char *complaint = shape->check ? shape->check(place->message, place) : NULL;
    return complaint ? wrong(place, "%s", complaint) : 0;
}

int gw_validate_message(const ProtobufCMessage *message, const char *name)
{
    struct gw_place root = {.message = message, .name = name, .index = -1};
    return walk_message(gw_shape_of(message->descriptor), &root);
}
