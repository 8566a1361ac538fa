// SPDX-License-Identifier: Apache-2.0
// What is put into blocks comes out of them, and damaged blocks say so.
#include "kit/check.h"

#include "base/buf.h"
#include "base/hash.h"
#include "search/segment.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCKS = 400, PUTS = 200000 };

struct blocks {
    uint64_t terms[BLOCKS];
    struct gw_buf data[BLOCKS];
    size_t count;
};

static int keep(uint64_t term, struct gw_span block, void *arg)
{
    struct blocks *b = arg;
    assert_true(b->count < BLOCKS && block.bytes <= GW_SEGMENT_BLOCK_BYTES);
    b->terms[b->count] = term;
    b->data[b->count] = GW_BUF(GW_SEGMENT_BLOCK_BYTES);
    gw_buf_add(&b->data[b->count++], block.at, block.bytes);
    return GW_OK;
}

static struct gw_span block_at(const struct blocks *b, size_t i)
{
    return (struct gw_span){b->data[i].data, b->data[i].bytes};
}

static void free_blocks(struct blocks *b)
{
    for (size_t i = 0; i < b->count; i++)
        gw_buf_fini(&b->data[i]);
    free(b);
}

// Some terms with one place, some with thousands; steps from 1 to what takes six bytes.
static void next_put(unsigned *seed, uint64_t *term, uint32_t *place)
{
    if (rand_r(seed) % 8 && *place < 1u << 30) {
        *place += 1 + (uint32_t)(rand_r(seed) % 3 ? 0 : rand_r(seed) % 100000);
    } else {
        *term += 1 + (rand_r(seed) % 4 ? 0 : (uint64_t)rand_r(seed) << rand_r(seed) % 9);
        *place = (uint32_t)rand_r(seed) % 5;
    }
    if (rand_r(seed) % 5000 == 0)
        *place += 70000;
}

static void what_is_put_comes_out(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL), first_seed = seed;
    struct blocks *b = calloc(1, sizeof *b);
    struct gw_segment_writer *writer = malloc(sizeof *writer);
    assert_non_null(b);
    assert_non_null(writer);
    gw_segment_writer_init(writer, keep, b);
    uint64_t term = 0;
    uint32_t place = 0;
    for (int i = 0; i < PUTS; i++) {
        next_put(&seed, &term, &place);
        check_ok(gw_segment_put(writer, term, place));
    }
    check_ok(gw_segment_end(writer));
    free(writer);

    int left = PUTS;
    seed = first_seed;
    term = place = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct gw_segment_entry entry;
        int rc;
        check_ok(gw_segment_open(block_at(b, i), &entry));
        assert_int_equal(entry.term, b->terms[i]);
        while ((rc = gw_segment_next(&entry)) == GW_OK)
            for (uint32_t got = UINT32_MAX; gw_segment_place(&entry, &got); left--) {
                next_put(&seed, &term, &place);
                if (entry.term != term || got != place)
                    fail_msg("seed %u: term %llu place %u instead of %llu %u", first_seed,
                             (unsigned long long)entry.term, got, (unsigned long long)term, place);
            }
        check_rc(rc, GW_ENOTFOUND);
    }
    assert_int_equal(left, 0);
    assert_true(b->count > 1);
    free_blocks(b);
}

static void damaged_blocks_say_so(void **state)
{
    (void)state;
    struct blocks *b = calloc(1, sizeof *b);
    struct gw_segment_writer *writer = malloc(sizeof *writer);
    struct gw_segment_entry entry;
    assert_non_null(b);
    assert_non_null(writer);
    gw_segment_writer_init(writer, keep, b);
    for (uint32_t i = 0; i < 100; i++)
        check_ok(gw_segment_put(writer, i / 3, i));
    check_ok(gw_segment_end(writer));
    free(writer);
    char *data = b->data[0].data;
    size_t bytes = b->data[0].bytes;
    for (size_t i = 0; i < bytes; i++) {
        data[i] ^= 0x10;
        check_rc(gw_segment_open(block_at(b, 0), &entry), GW_ECORRUPT);
        data[i] ^= 0x10;
        check_rc(gw_segment_open((struct gw_span){data, i}, &entry), GW_ECORRUPT);
    }
    // A wrong block with a right checksum never reads behind its end.
    for (size_t n = 16; n < bytes; n++) {
        uint64_t check = gw_hash64(data + 8, n - 8);
        memcpy(data, &check, sizeof check);
        char *exact = malloc(n);
        assert_non_null(exact);
        memcpy(exact, data, n);
        check_ok(gw_segment_open((struct gw_span){exact, n}, &entry));
        int rc;
        while ((rc = gw_segment_next(&entry)) == GW_OK)
            for (uint32_t place = UINT32_MAX; gw_segment_place(&entry, &place);)
                assert_true(place < 100);
        assert_true(rc == GW_ENOTFOUND || rc == GW_ECORRUPT);
        free(exact);
    }
    free_blocks(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_comes_out),
        cmocka_unit_test(damaged_blocks_say_so),
    };
    return cmocka_run_group_tests_name("search/segment", tests, NULL, NULL);
}
