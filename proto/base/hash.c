// SPDX-License-Identifier: Apache-2.0
#include "hash.h"

#include "err.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>
#ifdef __x86_64__
#include <nmmintrin.h>
#include <wmmintrin.h>
#endif

// Fetched once: EVP_sha256() is looked up by name at each use.
static const EVP_MD *algorithm;

static void fetch(void)
{
    algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    gw_assert(algorithm);
}

static const EVP_MD *sha256(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fetch);
    return algorithm;
}

struct gw_sha256 *gw_sha256_new(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    gw_assert(context && EVP_DigestInit_ex(context, sha256(), NULL) == 1);
    return (struct gw_sha256 *)context;
}

void gw_sha256_add(struct gw_sha256 *state, const void *bytes, size_t n)
{
    gw_assert(EVP_DigestUpdate((EVP_MD_CTX *)state, bytes, n) == 1);
}

void gw_sha256_final(struct gw_sha256 *state, uint8_t out[GW_SHA256_BYTES])
{
    if (out)
        gw_assert(EVP_DigestFinal_ex((EVP_MD_CTX *)state, out, NULL) == 1);
    EVP_MD_CTX_free((EVP_MD_CTX *)state);
}

void gw_sha256(const void *bytes, size_t n, uint8_t out[GW_SHA256_BYTES])
{
    gw_assert(EVP_Digest(bytes, n, out, NULL, sha256(), NULL) == 1);
}

// Reflected polynomial 0x82F63B78; eight tables for eight bytes a step ("slicing-by-8", Kounavis and Berry 2005).
static uint32_t table[8][256];

static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ 0x82F63B78u : c >> 1;
        table[0][i] = c;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int t = 1; t < 8; t++)
            table[t][i] = table[t - 1][i] >> 8 ^ table[0][table[t - 1][i] & 0xFF];
}

static uint32_t crc32c_by_table(uint32_t crc, const unsigned char *p, size_t n)
{
    for (; n >= 8; n -= 8, p += 8) {
        uint32_t low, high;
        memcpy(&low, p, 4);
        memcpy(&high, p + 4, 4);
        low ^= crc; // little-endian hosts only, like the rest of the wire code's hosts; see base/README.md
        crc = table[7][low & 0xFF] ^ table[6][low >> 8 & 0xFF] ^ table[5][low >> 16 & 0xFF] ^ table[4][low >> 24] ^
              table[3][high & 0xFF] ^ table[2][high >> 8 & 0xFF] ^ table[1][high >> 16 & 0xFF] ^ table[0][high >> 24];
    }
    while (n--)
        crc = crc >> 8 ^ table[0][(crc ^ *p++) & 0xFF];
    return crc;
}

static uint32_t (*crc32c)(uint32_t crc, const unsigned char *p, size_t n) = crc32c_by_table;

#ifdef __x86_64__
// SSE 4.2 has this very polynomial. An instruction takes three cycles, and one can begin in each: so three lanes beside
// each other, which are then moved to their places (Gopal et al. 2011, "Fast CRC Computation for iSCSI Polynomial Using
// CRC32 Instruction").
enum { LANE = 256 };
static uint32_t by_lane, by_two_lanes;

static uint64_t eight_at(const unsigned char *p)
{
    uint64_t eight;
    memcpy(&eight, p, sizeof eight);
    return eight;
}

// x to the power of n, reflected.
static uint32_t power(unsigned n)
{
    uint32_t c = 0x80000000;
    while (n--)
        c = c & 1 ? c >> 1 ^ 0x82F63B78u : c >> 1;
    return c;
}

// The state as if the bytes of `by` followed, all zero.
__attribute__((target("sse4.2,pclmul"))) static uint64_t moved(uint64_t state, uint32_t by)
{
    __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)state), _mm_cvtsi32_si128((int)by), 0);
    return _mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t crc32c_by_cpu(uint32_t crc, const unsigned char *p, size_t n)
{
    uint64_t state = crc;
    for (; n >= 3 * LANE; n -= 3 * LANE, p += 3 * LANE) {
        uint64_t second = 0, third = 0;
        for (size_t i = 0; i < LANE; i += 8) {
            state = _mm_crc32_u64(state, eight_at(p + i));
            second = _mm_crc32_u64(second, eight_at(p + LANE + i));
            third = _mm_crc32_u64(third, eight_at(p + 2 * LANE + i));
        }
        state = moved(state, by_two_lanes) ^ moved(second, by_lane) ^ third;
    }
    for (; n >= 8; n -= 8, p += 8)
        state = _mm_crc32_u64(state, eight_at(p));
    crc = (uint32_t)state;
    while (n--)
        crc = _mm_crc32_u8(crc, *p++);
    return crc;
}
#endif

static void prepare_crc32c(void)
{
    make_table();
#ifdef __x86_64__
    if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul")) {
        by_lane = power(8 * LANE - 33); // 33: what the product is short of, being reflected
        by_two_lanes = power(16 * LANE - 33);
        crc32c = crc32c_by_cpu;
    }
#endif
}

uint32_t gw_crc32c(uint32_t crc, const void *bytes, size_t n)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare_crc32c);
    return ~crc32c(~crc, bytes, n);
}

uint64_t gw_hash64(const void *bytes, size_t n)
{
    return XXH3_64bits(bytes, n);
}

void gw_hash128(const void *bytes, size_t n, uint8_t out[GW_HASH128_BYTES])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, n));
    memcpy(out, canonical.digest, GW_HASH128_BYTES);
}

void gw_random(void *out, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = getrandom((char *)out + done, n - done, 0);
        gw_assert(got > 0);
        done += (size_t)got;
    }
}
