// SPDX-License-Identifier: Apache-2.0
// Gives a fuzz target many mutated seeds, with any compiler: `mutate_NAME COUNT SEEDS [RANDOM]`. The same RANDOM makes
// the same inputs. What libFuzzer finds by coverage this does by number.
#include <ftw.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEEDS_MAX = 4096, INPUT_MAX = 1 << 20, EDITS_MAX = 8 };

struct input {
    uint8_t *bytes;
    size_t n;
};

static struct input seeds[SEEDS_MAX];
static size_t seed_count;

static int seed_read(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)ftw;
    size_t n = (size_t)info->st_size;
    if (type != FTW_F || seed_count == SEEDS_MAX || n > INPUT_MAX)
        return 0;
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(n ? n : 1);
    if (!file || !bytes || fread(bytes, 1, n, file) != n) {
        fprintf(stderr, "mutate: %s: cannot read\n", path);
        exit(1);
    }
    fclose(file);
    seeds[seed_count++] = (struct input){bytes, n};
    return 0;
}

// xorshift64* (Vigna 2016): repeatable, and good enough here.
static uint64_t state;

static uint64_t random_next(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static size_t below(size_t n)
{
    return n ? (size_t)(random_next() % n) : 0;
}

static void cut(struct input *in)
{
    size_t at = below(in->n), n = below(in->n - at) + 1;
    memmove(in->bytes + at, in->bytes + at + n, in->n - at - n);
    in->n -= n;
}

// A run of another seed, or of this one, or of one byte.
static void put(struct input *in)
{
    const struct input *from = below(2) ? in : &seeds[below(seed_count)];
    uint8_t run[256];
    size_t at = below(in->n + 1), n = below(sizeof run) + 1, source = below(from->n);
    n = n < from->n - source ? n : from->n - source;
    if (n == 0 || in->n + n > INPUT_MAX)
        return;
    if (below(3))
        memcpy(run, from->bytes + source, n);
    else
        memset(run, (int)below(256), n);
    memmove(in->bytes + at + n, in->bytes + at, in->n - at);
    memcpy(in->bytes + at, run, n);
    in->n += n;
}

static void edit(struct input *in)
{
    static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x12};
    switch (in->n ? below(6) : 5) {
    case 0:
        in->bytes[below(in->n)] ^= (uint8_t)(1u << below(8));
        break;
    case 1:
        in->bytes[below(in->n)] = (uint8_t)below(256);
        break;
    case 2:
        in->bytes[below(in->n)] = edges[below(sizeof edges)];
        break;
    case 3:
        in->bytes[below(in->n)]++;
        break;
    case 4:
        cut(in);
        break;
    default:
        put(in);
    }
}

int main(int argc, char **argv)
{
    unsigned long long count = argc > 2 ? strtoull(argv[1], NULL, 10) : 0;
    if (count == 0 || nftw(argv[2], seed_read, 16, FTW_PHYS) != 0 || seed_count == 0) {
        fprintf(stderr, "usage: %s COUNT SEEDS [RANDOM]\n", argv[0]);
        return 2;
    }
    uint64_t random = argc > 3 ? strtoull(argv[3], NULL, 10) : (uint64_t)time(NULL);
    state = random * 2 + 1;
    printf("%llu mutations of %zu seeds, random %" PRIu64 "\n", count, seed_count, random);
    fflush(stdout);
    struct input in = {.bytes = malloc(INPUT_MAX)};
    if (!in.bytes)
        return 1;
    clock_t begin = clock();
    for (unsigned long long i = 0; i < count; i++) {
        const struct input *seed = &seeds[below(seed_count)];
        memcpy(in.bytes, seed->bytes, seed->n);
        in.n = seed->n;
        for (size_t edits = below(EDITS_MAX) + 1; edits > 0; edits--)
            edit(&in);
        uint8_t *exact = malloc(in.n ? in.n : 1); // so that a read behind the input is seen
        if (!exact)
            return 1;
        memcpy(exact, in.bytes, in.n);
        LLVMFuzzerTestOneInput(exact, in.n);
        free(exact);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("no crash, %.1f s of CPU, at most %ld KiB of memory\n", (double)(clock() - begin) / CLOCKS_PER_SEC,
           usage.ru_maxrss);
    free(in.bytes);
    for (size_t i = 0; i < seed_count; i++)
        free(seeds[i].bytes);
    return 0;
}
