// SPDX-License-Identifier: Apache-2.0
// Announcements for benches: as long as asked for, mostly Chinese, no two alike, the same for the same number.
//
// Words are drawn with a few of them frequent and most of them rare, and a third of the text is any characters, so that
// the index meets as many different pairs as it does in real text. Marks are words that nothing else makes: number
// divisible by 100, 1000, 10000.
#ifndef GW_BENCH_ANNOUNCEMENT_H
#define GW_BENCH_ANNOUNCEMENT_H

#include "base/buf.h"

#include "schema/document.pb-c.h"

#include <stdint.h>

struct bench_announcement {
    Gw__Document document; // borrows the rest
    char url[64];
    struct gw_buf title, body;
};

struct bench_mark {
    const char *word;
    uint64_t every;
};
extern const struct bench_mark bench_marks[3];

void bench_announcement_init(struct bench_announcement *a);
// `bytes` of title and body together.
void bench_announcement_write(struct bench_announcement *a, uint64_t number, size_t bytes);
// The address of another number, under the same text.
void bench_announcement_address(struct bench_announcement *a, uint64_t number);
void bench_announcement_fini(struct bench_announcement *a);

#endif
