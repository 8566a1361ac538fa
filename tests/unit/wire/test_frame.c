// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "samples.h"

#include "base/hash.h"

#include <stdlib.h>

enum { ARENA = 16 << 20 };

struct fixture {
    struct gw_arena *arena;
    struct gw_buf buf;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = gw_arena_new(ARENA);
    f->buf = GW_BUF(4 << 20);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    gw_arena_free(f->arena);
    gw_buf_fini(&f->buf);
    free(f);
    return 0;
}

static int unpack(struct fixture *f, ProtobufCMessage **ret_message)
{
    enum gw_msg type;
    gw_arena_reset(f->arena);
    return gw_frame_unpack(f->buf.data, f->buf.bytes, f->arena, &type, ret_message);
}

// As a peer would make it: right checksum, any payload.
static void forge(struct fixture *f, int type, int version, const void *payload, size_t n)
{
    uint8_t header[GW_FRAME_HEADER] = {(uint8_t)type,      (uint8_t)version,  (uint8_t)(n >> 24),
                                       (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    uint32_t crc = gw_crc32c(gw_crc32c(0, header, 6), payload, n);
    for (int i = 0; i < 4; i++)
        header[6 + i] = (uint8_t)(crc >> (24 - 8 * i));
    gw_buf_reset(&f->buf);
    gw_buf_add(&f->buf, header, sizeof header);
    gw_buf_add(&f->buf, payload, n);
}

static void every_kind_comes_back_as_it_went(void **state)
{
    struct fixture *f = *state;
    struct gw_buf again = GW_BUF(4 << 20);
    for (const enum gw_msg *type = sample_types(); *type; type++) {
        gw_buf_reset(&f->buf);
        gw_buf_reset(&again);
        check_ok(gw_frame_pack(&f->buf, *type, sample_message(*type)));
        enum gw_msg came = 0;
        ProtobufCMessage *message = NULL;
        gw_arena_reset(f->arena);
        check_ok(gw_frame_unpack(f->buf.data, f->buf.bytes, f->arena, &came, &message));
        assert_int_equal(came, *type);
        assert_ptr_equal(message->descriptor, gw_msg_descriptor(*type));
        check_ok(gw_message_check(message));
        check_ok(gw_frame_pack(&again, came, message));
        assert_int_equal(again.bytes, f->buf.bytes);
        assert_memory_equal(again.data, f->buf.data, again.bytes);
    }
    gw_buf_fini(&again);
}

static void header_is_as_written_down(void **state)
{
    struct fixture *f = *state;
    Gw__Ping ping = GW__PING__INIT;
    ping.nonce = 5;
    check_ok(gw_frame_pack(&f->buf, GW_MSG_PING, &ping));
    // The checksum was computed bit by bit with the polynomial of RFC 3720, by another program.
    const uint8_t expected[] = {0x17, 2, 0, 0, 0, 2, 0xc5, 0x8b, 0x62, 0x03, 0x08, 0x05};
    assert_int_equal(f->buf.bytes, sizeof expected);
    assert_memory_equal(f->buf.data, expected, sizeof expected);
}

static void names_are_known_both_ways(void **state)
{
    (void)state;
    assert_string_equal(gw_msg_name(GW_MSG_PUBLISH), "PUBLISH");
    assert_ptr_equal(gw_msg_descriptor(GW_MSG_SOURCE), &gw__source_def__descriptor);
    assert_null(gw_msg_name(0));
    assert_null(gw_msg_name(-1));
    assert_null(gw_msg_name(256));
    assert_null(gw_msg_descriptor(0xFF));
}

static void a_stream_says_when_a_frame_is_whole(void **state)
{
    struct fixture *f = *state;
    check_ok(gw_frame_pack(&f->buf, GW_MSG_PUBLISH, sample_message(GW_MSG_PUBLISH)));
    size_t bytes = 99;
    for (size_t n = 0; n < 6; n++) {
        check_ok(gw_frame_size(f->buf.data, n, &bytes));
        assert_int_equal(bytes, 0);
    }
    check_ok(gw_frame_size(f->buf.data, 6, &bytes));
    assert_int_equal(bytes, f->buf.bytes);
    const uint8_t huge[] = {GW_MSG_PUBLISH, 1, 0x7f, 0xff, 0xff, 0xff};
    check_rc(gw_frame_size(huge, sizeof huge, &bytes), GW_EPROTO);
    check_rc(gw_frame_size("GET / HTTP/1.1", 14, &bytes), GW_EPROTO);
}

static void over_the_limit_nothing_is_appended(void **state)
{
    struct fixture *f = *state;
    Gw__BodyPart part = GW__BODY_PART__INIT;
    part.job = 1;
    part.bytes.len = GW_FRAME_MAX;
    part.bytes.data = calloc(1, part.bytes.len);
    check_rc(gw_frame_pack(&f->buf, GW_MSG_BODY_PART, &part), GW_ELIMIT);
    assert_int_equal(f->buf.bytes, 0);
    struct gw_buf small = GW_BUF(100);
    part.bytes.len = 200;
    check_rc(gw_frame_pack(&small, GW_MSG_BODY_PART, &part), GW_ELIMIT);
    check_rc(gw_message_pack(&small, &part), GW_ELIMIT);
    assert_int_equal(small.bytes, 0);
    gw_buf_fini(&small);
    free(part.bytes.data);
}

static void every_cut_is_refused(void **state)
{
    struct fixture *f = *state;
    check_ok(gw_frame_pack(&f->buf, GW_MSG_PUBLISH, sample_message(GW_MSG_PUBLISH)));
    enum gw_msg type;
    ProtobufCMessage *message = NULL;
    for (size_t n = 0; n < f->buf.bytes; n++) {
        char *copy = malloc(n ? n : 1); // exactly n bytes, so that a read behind them is seen
        memcpy(copy, f->buf.data, n);
        check_rc(gw_frame_unpack(copy, n, f->arena, &type, &message), GW_EPROTO);
        free(copy);
    }
    assert_null(message);
    gw_buf_putc(&f->buf, '\0');
    check_rc(unpack(f, &message), GW_EPROTO);
}

static void every_flipped_bit_is_refused(void **state)
{
    struct fixture *f = *state;
    check_ok(gw_frame_pack(&f->buf, GW_MSG_GRANT, sample_message(GW_MSG_GRANT)));
    ProtobufCMessage *message = NULL;
    for (size_t bit = 0; bit < f->buf.bytes * 8; bit++) {
        f->buf.data[bit / 8] ^= (char)(1 << bit % 8);
        assert_int_not_equal(unpack(f, &message), 0);
        f->buf.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    check_ok(unpack(f, &message));
}

// With a right checksum a mutated payload must be refused or be a message that passes its own check; never crash, never
// take more than the arena.
static void mutated_payloads_are_refused_or_right(void **state)
{
    struct fixture *f = *state;
    struct gw_buf payload = GW_BUF(1 << 20);
    unsigned seed = 1, refused = 0, right = 0;
    for (const enum gw_msg *type = sample_types(); *type; type++)
        for (int round = 0; round < 500; round++) {
            gw_buf_reset(&payload);
            check_ok(gw_message_pack(&payload, sample_message(*type)));
            if (payload.bytes == 0)
                continue;
            for (int i = rand_r(&seed) % 3; i >= 0; i--)
                payload.data[(size_t)rand_r(&seed) % payload.bytes] = (char)rand_r(&seed);
            forge(f, *type, GW_WIRE_VERSION, payload.data, payload.bytes);
            ProtobufCMessage *message = NULL;
            int rc = unpack(f, &message);
            assert_true(rc == 0 || rc == GW_EPROTO);
            if (rc == 0)
                check_ok(gw_message_check(message));
            *(rc == 0 ? &right : &refused) += 1;
        }
    gw_buf_fini(&payload);
    assert_true(refused > right / 4);
    assert_true(right > 0);
}

static void versions_we_do_not_speak(void **state)
{
    struct fixture *f = *state;
    ProtobufCMessage *message = NULL;
    struct gw_buf payload = GW_BUF(1 << 20);
    check_ok(gw_message_pack(&payload, sample_message(GW_MSG_ACK)));
    forge(f, GW_MSG_ACK, GW_WIRE_VERSION + 1, payload.data, payload.bytes);
    check_rc(unpack(f, &message), GW_EVERSION);
    forge(f, GW_MSG_ACK, GW_WIRE_VERSION_MIN - 1, payload.data, payload.bytes);
    check_rc(unpack(f, &message), GW_EVERSION);

    // The first word of a newer peer is read all the same, with fields we cannot know: it settles the version.
    gw_buf_reset(&payload);
    check_ok(gw_message_pack(&payload, sample_message(GW_MSG_HELLO)));
    gw_buf_add(&payload, "\xfa\x3e\x01x", 4); // field 1007, bytes "x"
    forge(f, GW_MSG_HELLO, GW_WIRE_VERSION + 1, payload.data, payload.bytes);
    check_ok(unpack(f, &message));
    assert_int_equal(((Gw__Hello *)message)->last_msgno, 9);
    // Since version 2 such fields are kept wherever they stand; before, they were a mistake.
    forge(f, GW_MSG_HELLO, 2, payload.data, payload.bytes);
    check_ok(unpack(f, &message));
    struct gw_buf again = GW_BUF(1 << 20);
    check_ok(gw_message_pack(&again, message));
    assert_int_equal(again.bytes, payload.bytes);
    assert_memory_equal(again.data, payload.data, payload.bytes);
    forge(f, GW_MSG_HELLO, 1, payload.data, payload.bytes);
    check_rc(unpack(f, &message), GW_EPROTO);
    assert_string_equal(gw_reason(), "HELLO: field 1007 is unknown");
    for (int i = 0; i < 300; i++)
        gw_buf_add(&payload, "\xfa\x3e\x01x", 4);
    forge(f, GW_MSG_HELLO, 2, payload.data, payload.bytes);
    check_rc(unpack(f, &message), GW_EPROTO);
    assert_string_equal(gw_reason(), "HELLO: more unknown fields than are kept");
    gw_buf_fini(&again);
    gw_buf_fini(&payload);
}

static void the_common_version_is_the_highest(void **state)
{
    (void)state;
    assert_int_equal(gw_wire_version(1, 1), 1);
    assert_int_equal(gw_wire_version(1, 9), GW_WIRE_VERSION);
    assert_int_equal(gw_wire_version(GW_WIRE_VERSION, UINT32_MAX), GW_WIRE_VERSION);
    assert_int_equal(gw_wire_version(GW_WIRE_VERSION + 1, UINT32_MAX), 0);
    assert_int_equal(gw_wire_version(0, GW_WIRE_VERSION_MIN - 1), 0);
}

static void a_frame_is_said_again_in_another_version(void **state)
{
    struct fixture *f = *state;
    ProtobufCMessage *message = NULL;
    check_ok(gw_frame_pack(&f->buf, GW_MSG_ACK, sample_message(GW_MSG_ACK)));
    assert_int_equal(gw_frame_version(f->buf.data, f->buf.bytes), GW_WIRE_VERSION);
    gw_frame_speak(f->buf.data, f->buf.bytes, GW_WIRE_VERSION_MIN);
    assert_int_equal(gw_frame_version(f->buf.data, f->buf.bytes), GW_WIRE_VERSION_MIN);
    check_ok(unpack(f, &message));
}

static void a_small_arena_bounds_what_a_frame_takes(void **state)
{
    struct fixture *f = *state;
    check_ok(gw_frame_pack(&f->buf, GW_MSG_PUBLISH, sample_message(GW_MSG_PUBLISH)));
    struct gw_arena *small = gw_arena_new(1024);
    enum gw_msg type;
    ProtobufCMessage *message = NULL;
    check_rc(gw_frame_unpack(f->buf.data, f->buf.bytes, small, &type, &message), GW_ELIMIT);
    gw_arena_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind_comes_back_as_it_went, set_up, tear_down),
        cmocka_unit_test_setup_teardown(header_is_as_written_down, set_up, tear_down),
        cmocka_unit_test(names_are_known_both_ways),
        cmocka_unit_test_setup_teardown(a_stream_says_when_a_frame_is_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(over_the_limit_nothing_is_appended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_cut_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_flipped_bit_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mutated_payloads_are_refused_or_right, set_up, tear_down),
        cmocka_unit_test_setup_teardown(versions_we_do_not_speak, set_up, tear_down),
        cmocka_unit_test(the_common_version_is_the_highest),
        cmocka_unit_test_setup_teardown(a_frame_is_said_again_in_another_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_small_arena_bounds_what_a_frame_takes, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("wire/frame", tests, NULL, NULL);
}
