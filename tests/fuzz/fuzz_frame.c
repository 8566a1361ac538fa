// SPDX-License-Identifier: Apache-2.0
// A frame as it came; then the same with length and checksum put right, so that mutations reach the message behind it.
// What is accepted must pass its own check, and packing it must give bytes that are accepted and give the same again.
#include "wire/frame.h"

#include "base/hash.h"

#include "schema/event.pb-c.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA = 4 << 20 };
static struct gw_arena *arena;

static void pack_again(enum gw_msg type, const ProtobufCMessage *message, struct gw_buf *out)
{
    if (gw_message_check(message) != 0 || gw_frame_pack(out, type, message) != 0)
        abort();
}

static void accepted_is_stable(enum gw_msg type, const ProtobufCMessage *message)
{
    struct gw_buf first = GW_BUF(GW_FRAME_MAX), second = GW_BUF(GW_FRAME_MAX);
    pack_again(type, message, &first);
    gw_arena_reset(arena);
    ProtobufCMessage *again = NULL;
    enum gw_msg type_again = 0;
    if (gw_frame_unpack(first.data, first.bytes, arena, &type_again, &again) != 0 || type_again != type)
        abort();
    pack_again(type, again, &second);
    if (first.bytes != second.bytes || memcmp(first.data, second.data, first.bytes) != 0)
        abort();
    gw_buf_fini(&first);
    gw_buf_fini(&second);
}

static void try_frame(const uint8_t *bytes, size_t n)
{
    enum gw_msg type;
    ProtobufCMessage *message = NULL;
    gw_arena_reset(arena);
    // A newer version's unknown fields are dropped on the way, so only ours is compared.
    if (gw_frame_unpack(bytes, n, arena, &type, &message) == 0 && bytes[1] == GW_WIRE_VERSION)
        accepted_is_stable(type, message);
}

static void try_mended(const uint8_t *data, size_t size)
{
    if (size < GW_FRAME_HEADER || size > GW_FRAME_MAX)
        return;
    uint8_t *frame = malloc(size);
    size_t n = size - GW_FRAME_HEADER;
    memcpy(frame, data, size);
    for (int i = 0; i < 4; i++)
        frame[2 + i] = (uint8_t)(n >> (24 - 8 * i));
    uint32_t crc = gw_crc32c(gw_crc32c(0, frame, 6), frame + GW_FRAME_HEADER, n);
    for (int i = 0; i < 4; i++)
        frame[6 + i] = (uint8_t)(crc >> (24 - 8 * i));
    try_frame(frame, size);
    free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!arena)
        arena = gw_arena_new(ARENA);
    size_t frame_bytes;
    (void)!gw_frame_size(data, size, &frame_bytes);
    try_frame(data, size);
    try_mended(data, size);
    ProtobufCMessage *event = NULL;
    gw_arena_reset(arena);
    (void)!gw_message_unpack(&gw__event__descriptor, data, size, arena, &event);
    return 0;
}
