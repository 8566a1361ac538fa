// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/hash.c" // both ways of its CRC
#include "base/str.h"

static void known_answers(void **state)
{
    (void)state;
    assert_int_equal(gw_crc32c(0, "123456789", 9), 0xE3069283u); // RFC 3720 B.4
    unsigned char zeros[32] = {0};
    assert_int_equal(gw_crc32c(0, zeros, 32), 0x8A9136AAu);
    uint8_t digest[32];
    char hex[65];
    gw_hash128("", 0, digest); // xxHash's own sanity check, seed 0
    gw_hex(digest, GW_HASH128_BYTES, hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
    gw_sha256("abc", 3, digest);
    gw_hex(digest, 32, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); // FIPS 180-2 B.1
    struct gw_sha256 *s = gw_sha256_new();
    gw_sha256_add(s, "a", 1);
    gw_sha256_add(s, "bc", 2);
    uint8_t again[32];
    gw_sha256_final(s, again);
    assert_memory_equal(digest, again, 32);
}

static void both_crcs_agree(void **state)
{
    (void)state;
    unsigned char bytes[3000]; // several rounds of three lanes
    gw_random(bytes, sizeof bytes);
    for (size_t n = 0; n <= sizeof bytes - 8; n++)
        for (size_t from = 0; from < 8; from++)
            assert_int_equal(gw_crc32c((uint32_t)n, bytes + from, n), ~crc32c_by_table(~(uint32_t)n, bytes + from, n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_answers), cmocka_unit_test(both_crcs_agree)};
    return cmocka_run_group_tests_name("base/hash", tests, NULL, NULL);
}
