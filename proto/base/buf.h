// SPDX-License-Identifier: Apache-2.0
// A growing byte buffer with a ceiling at birth. Low level: knows only err.h.
//
// A write that would pass the ceiling marks the buffer `full`, changes nothing more, and every later write is ignored:
// a chain of appends is checked once at its end with gw_buf_ok().
#ifndef GW_BASE_BUF_H
#define GW_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct gw_buf {
    char *data; // NUL-terminated behind `bytes` once anything was appended; NULL before
    size_t bytes, capacity, limit;
    bool full;
};

// Life. Storage belongs to the caller: `struct gw_buf b = GW_BUF(limit)`.
#define GW_BUF(limit_bytes) ((struct gw_buf){.limit = (limit_bytes)})
void gw_buf_fini(struct gw_buf *buf);
void gw_buf_reset(struct gw_buf *buf); // empty, memory kept, no longer full
char *gw_buf_take(struct gw_buf *buf); // the bytes as a malloc'd string ("" when empty); buf is empty afterwards

// Use
void gw_buf_add(struct gw_buf *buf, const void *bytes, size_t n);
void gw_buf_puts(struct gw_buf *buf, const char *text);
void gw_buf_putc(struct gw_buf *buf, char c);
void gw_buf_printf(struct gw_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Room for `n` more bytes to be written by the caller at the returned place, then claimed with gw_buf_grow(); NULL when
// full.
char *gw_buf_reserve(struct gw_buf *buf, size_t n);
void gw_buf_grow(struct gw_buf *buf, size_t n);
void gw_buf_truncate(struct gw_buf *buf, size_t bytes);
void gw_buf_drop_front(struct gw_buf *buf, size_t n); // remove the first n bytes

// Inspect
static inline bool gw_buf_ok(const struct gw_buf *buf)
{
    return !buf->full;
}
static inline const char *gw_buf_str(const struct gw_buf *buf)
{
    return buf->data ? buf->data : "";
}

#endif
