// SPDX-License-Identifier: Apache-2.0
// DESIGN: one walk over protobuf-c's descriptors writes every message, so that a new field of the schema is in the JSON
// the day it is added. The rules by kind are in put_field(); what departs from them is a row of `exceptions`. Names in
// _ms are times: "since_ms" becomes "since", in RFC 3339.
#include "json.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// ---- strings and numbers

void gw_json_string_n(struct gw_buf *out, const char *text, size_t bytes)
{
    static const char short_escapes[32] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    const char *at = text, *end = text + bytes, *clean = text;
    gw_buf_putc(out, '"');
    while (at < end) {
        const char *from = at;
        unsigned char c = (unsigned char)*at;
        if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
            at++;
            continue;
        }
        uint32_t point = gw_utf8_next(&at, end);
        if (point >= 0x80 && !(point == 0xFFFD && at - from == 1))
            continue;
        gw_buf_add(out, clean, (size_t)(from - clean));
        clean = at;
        if (point >= 0x80)
            gw_buf_puts(out, "\xef\xbf\xbd");
        else if (point >= 0x20)
            gw_buf_printf(out, "\\%c", (char)point);
        else if (short_escapes[point])
            gw_buf_printf(out, "\\%c", short_escapes[point]);
        else
            gw_buf_printf(out, "\\u%04x", point);
    }
    gw_buf_add(out, clean, (size_t)(end - clean));
    gw_buf_putc(out, '"');
}

void gw_json_string(struct gw_buf *out, const char *text)
{
    gw_json_string_n(out, text ? text : "", text ? strlen(text) : 0);
}

// A separator where one is due, which the byte before tells, then the key.
static void put_key(struct gw_buf *out, struct gw_span name)
{
    char last = out->bytes ? out->data[out->bytes - 1] : '{';
    if (last != '{' && last != '[')
        gw_buf_putc(out, ',');
    gw_json_string_n(out, name.at, name.bytes);
    gw_buf_putc(out, ':');
}

static void put_text(struct gw_buf *out, const char *name, const char *text)
{
    if (text && text[0]) {
        put_key(out, gw_span_of(name));
        gw_json_string(out, text);
    }
}

static void put_time(struct gw_buf *out, struct gw_span name, int64_t unix_ms)
{
    const int64_t first = INT64_C(-62135596800000), last = INT64_C(253402300799999); // years 1 to 9999, RFC 3339 §1
    char text[GW_RFC3339_BYTES];
    if (unix_ms != 0 && unix_ms >= first && unix_ms <= last) {
        put_key(out, name);
        gw_json_string(out, gw_rfc3339_ms(unix_ms, text));
    }
}

// Per mille as a fraction in as many digits as it has: 980 is 0.98.
static void put_confidence(struct gw_buf *out, uint32_t per_mille)
{
    if (per_mille >= 1000) {
        gw_buf_puts(out, "1");
        return;
    }
    char digits[8];
    size_t n = (size_t)snprintf(digits, sizeof digits, "0.%03u", per_mille);
    while (digits[n - 1] == '0')
        n--;
    gw_buf_add(out, digits, digits[n - 1] == '.' ? n - 1 : n);
}

// RFC 8259 §6 without exponent, and within what readers of JSON hold.
static bool is_number(const char *text)
{
    enum { LONGEST = 40 };
    if (strnlen(text, LONGEST + 1) > LONGEST)
        return false;
    size_t digits = strspn(text += *text == '-', "0123456789");
    if (digits == 0 || (digits > 1 && text[0] == '0'))
        return false;
    text += digits;
    if (*text != '.')
        return *text == '\0';
    digits = strspn(++text, "0123456789");
    return digits && text[digits] == '\0';
}

// ---- what departs from the rules

static void put_fields(struct gw_buf *out, const ProtobufCMessage *message);

typedef void put_fn(struct gw_buf *out, const char *name, const void *member, size_t count);

static void put_nothing(struct gw_buf *out, const char *name, const void *member, size_t count)
{
    (void)out, (void)name, (void)member, (void)count;
}

static void put_decimal(struct gw_buf *out, const char *name, const void *member, size_t count)
{
    const char *text = *(char *const *)member;
    (void)count;
    if (text && is_number(text)) {
        put_key(out, gw_span_of(name));
        gw_buf_puts(out, text);
    } else {
        put_text(out, name, text);
    }
}

static void put_fraction(struct gw_buf *out, const char *name, const void *member, size_t count)
{
    uint32_t per_mille = *(const uint32_t *)member;
    (void)count;
    if (per_mille) {
        put_key(out, gw_span_of(name));
        put_confidence(out, per_mille);
    }
}

static void put_zero_too(struct gw_buf *out, const char *name, const void *member, size_t count)
{
    (void)count;
    put_key(out, gw_span_of(name));
    gw_buf_printf(out, "%" PRIu32, *(const uint32_t *)member);
}

static void put_if_several(struct gw_buf *out, const char *name, const void *member, size_t count)
{
    if (*(const uint32_t *)member > 1)
        put_zero_too(out, name, member, count);
}

// A proof has no object of its own: its parts stand in the fact it proves.
static void put_proof(struct gw_buf *out, const char *name, const void *member, size_t count)
{
    const Gw__Proof *proof = *(Gw__Proof *const *)member;
    (void)name, (void)count;
    if (!proof)
        return;
    put_text(out, "quote", proof->quote);
    if (proof->place == GW__PLACE__PLACE_TITLE || proof->place == GW__PLACE__PLACE_META) {
        put_text(out, "in", proof->place == GW__PLACE__PLACE_TITLE ? "title" : "meta");
    } else if (proof->end > proof->start) {
        put_key(out, GW_SPAN("span"));
        gw_buf_printf(out, "[%" PRIu32 ",%" PRIu32 "]", proof->start, proof->end);
    }
    put_fraction(out, "confidence", &proof->confidence, 0);
}

static bool is_field_name(const char *text)
{
    return text && text[0] && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

// An object keyed by field. The first word on a field holds, and there are far fewer fields than MOST.
static void put_evidence(struct gw_buf *out, const char *name, const void *member, size_t count)
{
    enum { MOST = 64 };
    Gw__Evidence *const *all = *(Gw__Evidence *const *const *)member;
    put_key(out, gw_span_of(name));
    gw_buf_putc(out, '{');
    for (size_t i = 0; i < count && i < MOST; i++) {
        bool known = !is_field_name(all[i]->field);
        for (size_t k = 0; k < i && !known; k++)
            known = gw_str_eq(all[i]->field, all[k]->field);
        if (known)
            continue;
        put_key(out, gw_span_of(all[i]->field));
        gw_buf_putc(out, '{');
        Gw__Evidence unnamed = *all[i];
        unnamed.field = (char *)"";
        put_fields(out, &unnamed.base);
        gw_buf_putc(out, '}');
    }
    gw_buf_putc(out, '}');
}

static const struct {
    const ProtobufCMessageDescriptor *message; // NULL: any
    const char *field;
    put_fn *put;
} exceptions[] = {
    {NULL, "proof", put_proof},
    {NULL, "confidence", put_fraction},
    {&gw__amount__descriptor, "value", put_decimal},
    {&gw__quantity__descriptor, "value", put_decimal},
    {&gw__document__descriptor, "evidence", put_evidence},
    {&gw__document__descriptor, "pages", put_if_several},
    {&gw__document__descriptor, "next_url", put_nothing}, // a step of the reading, not of the result
    {&gw__paragraph_change__descriptor, "paragraph", put_zero_too},
};

static put_fn *exception(const ProtobufCMessageDescriptor *message, const char *field)
{
    for (size_t i = 0; i < GW_COUNT(exceptions); i++)
        if ((!exceptions[i].message || exceptions[i].message == message) && strcmp(exceptions[i].field, field) == 0)
            return exceptions[i].put;
    return NULL;
}

// ---- the walk

static void put_message(struct gw_buf *out, const ProtobufCMessage *message)
{
    gw_buf_putc(out, '{');
    put_fields(out, message);
    gw_buf_putc(out, '}');
}

static void put_list(struct gw_buf *out, const ProtobufCFieldDescriptor *field, const void *member, size_t count)
{
    put_key(out, gw_span_of(field->name));
    gw_buf_putc(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            gw_buf_putc(out, ',');
        if (field->type == PROTOBUF_C_TYPE_STRING)
            gw_json_string(out, (*(char *const *const *)member)[i]);
        else if (field->type == PROTOBUF_C_TYPE_UINT64)
            gw_buf_printf(out, "%" PRIu64, (*(const uint64_t *const *)member)[i]);
        else
            put_message(out, (*(ProtobufCMessage *const *const *)member)[i]);
    }
    gw_buf_putc(out, ']');
}

// "DIFF_ADDED" is "added"; a value of a newer schema has no name here.
static void put_enum(struct gw_buf *out, const ProtobufCFieldDescriptor *field, int number)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(field->descriptor, number);
    const char *text = value && number ? strchr(value->name, '_') : NULL;
    char lower[32] = "";
    for (size_t i = 0; text && text[i + 1] && i + 1 < sizeof lower; i++)
        lower[i] = gw_lower(text[i + 1]);
    put_text(out, field->name, lower);
}

static void put_integer(struct gw_buf *out, const ProtobufCFieldDescriptor *field, uint64_t number)
{
    if (number) {
        put_key(out, gw_span_of(field->name));
        gw_buf_printf(out, "%" PRIu64, number);
    }
}

static void put_one(struct gw_buf *out, const ProtobufCFieldDescriptor *field, const void *member)
{
    struct gw_span name = gw_span_of(field->name);
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        put_text(out, field->name, *(char *const *)member);
        return;
    case PROTOBUF_C_TYPE_MESSAGE:
        if (*(ProtobufCMessage *const *)member) {
            put_key(out, name);
            put_message(out, *(ProtobufCMessage *const *)member);
        }
        return;
    case PROTOBUF_C_TYPE_BOOL:
        if (*(const protobuf_c_boolean *)member) {
            put_key(out, name);
            gw_buf_puts(out, "true");
        }
        return;
    case PROTOBUF_C_TYPE_ENUM:
        put_enum(out, field, *(const int *)member);
        return;
    case PROTOBUF_C_TYPE_UINT32:
        put_integer(out, field, *(const uint32_t *)member);
        return;
    case PROTOBUF_C_TYPE_UINT64:
        put_integer(out, field, *(const uint64_t *)member);
        return;
    default: // the published messages use no other type
        gw_assert(field->type == PROTOBUF_C_TYPE_INT64 && gw_ends_with(name, "_ms"));
        name.bytes -= strlen("_ms");
        put_time(out, name, *(const int64_t *)member);
    }
}

static void put_field(struct gw_buf *out, const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const char *base = (const char *)message;
    const void *member = base + field->offset;
    bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
    size_t count = repeated ? *(const size_t *)(const void *)(base + field->quantifier_offset) : 1;
    gw_assert(!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF));
    if (count == 0)
        return;
    put_fn *put = exception(message->descriptor, field->name);
    if (put)
        put(out, field->name, member, count);
    else if (repeated)
        put_list(out, field, member, count);
    else
        put_one(out, field, member);
}

static void put_fields(struct gw_buf *out, const ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++)
        put_field(out, message, &message->descriptor->fields[i]);
}

// ---- the records

void gw_json_document(struct gw_buf *out, const char *id, const Gw__Document *document)
{
    gw_buf_putc(out, '{');
    if (id) {
        put_key(out, GW_SPAN("id"));
        gw_json_string(out, id);
    }
    put_fields(out, &document->base);
    gw_buf_putc(out, '}');
}

static void put_text_or_null(struct gw_buf *out, const char *name, const char *text)
{
    put_key(out, gw_span_of(name));
    if (text && text[0])
        gw_json_string(out, text);
    else
        gw_buf_puts(out, "null");
}

void gw_json_source(struct gw_buf *out, const Gw__Source *source)
{
    put_message(out, &source->base);
}

void gw_json_source_brief(struct gw_buf *out, const Gw__Source *source, const char *state, const char *reason)
{
    Gw__Source brief = *source;
    brief.list = NULL;
    brief.article = NULL;
    brief.fetch = NULL;
    gw_json_source(out, &brief);
    gw_buf_truncate(out, out->bytes - 1); // the closing brace
    gw_buf_puts(out, ",\"state\":");
    gw_json_string(out, state);
    gw_buf_puts(out, ",\"reason\":");
    gw_json_string(out, reason);
    gw_buf_putc(out, '}');
}

void gw_json_rows(struct gw_buf *out, const char *id, const char *url, const Gw__Rows *rows)
{
    gw_buf_putc(out, '{');
    put_text(out, "id", id);
    put_text(out, "url", url);
    put_text(out, "how", rows->how);
    put_key(out, GW_SPAN("items"));
    gw_buf_putc(out, '[');
    for (size_t i = 0; i < rows->n_rows; i++) {
        gw_buf_puts(out, i ? ",{" : "{");
        put_key(out, GW_SPAN("title"));
        gw_json_string(out, rows->rows[i]->title);
        put_key(out, GW_SPAN("url"));
        gw_json_string(out, rows->rows[i]->url);
        put_text_or_null(out, "date", rows->rows[i]->date);
        gw_buf_putc(out, '}');
    }
    gw_buf_putc(out, ']');
    if (rows->n_next > 1) {
        put_key(out, GW_SPAN("next"));
        for (size_t i = 0; i < rows->n_next; i++) {
            gw_buf_putc(out, i ? ',' : '[');
            gw_json_string(out, rows->next[i]);
        }
        gw_buf_putc(out, ']');
    } else {
        put_text_or_null(out, "next", rows->n_next ? rows->next[0] : NULL);
    }
    gw_buf_putc(out, '}');
}

static void put_joined(struct gw_buf *out, const char *name, const char *first, const char *second)
{
    struct gw_buf joined = GW_BUF(4096);
    gw_buf_puts(&joined, first);
    gw_buf_puts(&joined, second);
    put_text(out, name, gw_buf_str(&joined));
    gw_buf_fini(&joined);
}

static void put_part(struct gw_buf *out, const char *name, const ProtobufCMessage *message)
{
    if (message) {
        put_key(out, gw_span_of(name));
        put_message(out, message);
    }
}

static void put_policy(struct gw_buf *out, const Gw__Event *event)
{
    gw_buf_printf(out, ",\"backlog\":%s", event->backlog ? "true" : "false");
    put_part(out, "document", event->document ? &event->document->base : NULL);
    put_part(out, "change", event->change ? &event->change->base : NULL);
    put_part(out, "cluster", event->cluster ? &event->cluster->base : NULL);
    put_part(out, "provenance", event->provenance ? &event->provenance->base : NULL);
    put_time(out, GW_SPAN("first_seen"), event->first_seen_ms);
    put_time(out, GW_SPAN("fetched"), event->fetched_ms);
    if (event->revision)
        gw_buf_printf(out, ",\"revision\":%" PRIu32, event->revision);
}

void gw_json_event(struct gw_buf *out, uint64_t seq, const Gw__Event *event)
{
    static const char *const types[] = {
        [GW__STREAM__STREAM_NONE] = "gov.",
        [GW__STREAM__STREAM_POLICY] = "gov.policy.",
        [GW__STREAM__STREAM_SOURCE] = "gov.source.",
        [GW__STREAM__STREAM_COVERAGE] = "gov.coverage.",
    };
    size_t stream = (size_t)event->stream < GW_COUNT(types) ? (size_t)event->stream : GW__STREAM__STREAM_NONE;
    gw_buf_puts(out, "{\"specversion\":\"1.0\"");
    put_joined(out, "type", types[stream], event->type);
    put_text(out, "id", event->event_id);
    put_joined(out, "source", "/sources/", event->source_id);
    put_text(out, "subject", event->subject);
    put_time(out, GW_SPAN("time"), event->stored_ms);
    gw_buf_printf(out, ",\"sequence\":\"%020" PRIu64 "\"", seq);
    gw_buf_puts(out, ",\"datacontenttype\":\"application/json\"");
    gw_buf_printf(out, ",\"data\":{\"seq\":%" PRIu64, seq);
    if (stream == GW__STREAM__STREAM_POLICY)
        put_policy(out, event);
    else if (stream == GW__STREAM__STREAM_SOURCE && event->source_change)
        put_fields(out, &event->source_change->base);
    else if (stream == GW__STREAM__STREAM_COVERAGE && event->coverage)
        put_fields(out, &event->coverage->base);
    gw_buf_puts(out, "}}");
}
