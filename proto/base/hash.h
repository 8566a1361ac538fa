// SPDX-License-Identifier: Apache-2.0
// Digests and checksums, over OpenSSL and a table.
#ifndef GW_BASE_HASH_H
#define GW_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { GW_SHA256_BYTES = 32 };
void gw_sha256(const void *bytes, size_t n, uint8_t out[GW_SHA256_BYTES]);
// Incremental form; the object is on the heap and ends with _final (which frees it).
struct gw_sha256 *gw_sha256_new(void);
void gw_sha256_add(struct gw_sha256 *state, const void *bytes, size_t n);
void gw_sha256_final(struct gw_sha256 *state, uint8_t out[GW_SHA256_BYTES]); // out may be NULL: just free

// CRC-32C (Castagnoli, RFC 3720 appendix B.4); start with 0.
uint32_t gw_crc32c(uint32_t crc, const void *bytes, size_t n);
// 64 bits, not for hostile keys: XXH3.
uint64_t gw_hash64(const void *bytes, size_t n);
// 128 bits, XXH3 in its canonical form: finds damage, not forgery, in a thirtieth of the time of SHA-256.
enum { GW_HASH128_BYTES = 16 };
void gw_hash128(const void *bytes, size_t n, uint8_t out[GW_HASH128_BYTES]);

// n random bytes from the system; aborts when it has none.
void gw_random(void *out, size_t n);

#endif
