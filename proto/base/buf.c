// SPDX-License-Identifier: Apache-2.0
#include "buf.h"

#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gw_buf_fini(struct gw_buf *buf)
{
    free(buf->data);
    *buf = GW_BUF(buf->limit);
}

void gw_buf_reset(struct gw_buf *buf)
{
    buf->bytes = 0;
    buf->full = false;
    if (buf->data)
        buf->data[0] = '\0';
}

char *gw_buf_take(struct gw_buf *buf)
{
    char *data = buf->data ? buf->data : calloc(1, 1);
    gw_assert(data);
    *buf = GW_BUF(buf->limit);
    return data;
}

char *gw_buf_reserve(struct gw_buf *buf, size_t n)
{
    if (buf->full || n > buf->limit - buf->bytes) {
        buf->full = true;
        return NULL;
    }
    size_t need = buf->bytes + n + 1;
    if (need > buf->capacity) {
        size_t capacity = buf->capacity ? buf->capacity * 2 : 64;
        if (capacity < need)
            capacity = need;
        if (capacity > buf->limit + 1)
            capacity = buf->limit + 1;
        char *data = realloc(buf->data, capacity);
        if (!data) {
            buf->full = true;
            return NULL;
        }
        buf->data = data;
        buf->capacity = capacity;
    }
    return buf->data + buf->bytes;
}

void gw_buf_grow(struct gw_buf *buf, size_t n)
{
    gw_assert(buf->bytes + n < buf->capacity);
    buf->bytes += n;
    buf->data[buf->bytes] = '\0';
}

void gw_buf_add(struct gw_buf *buf, const void *bytes, size_t n)
{
    char *at = gw_buf_reserve(buf, n);
    if (at) {
        if (n)
            memcpy(at, bytes, n);
        gw_buf_grow(buf, n);
    }
}

void gw_buf_puts(struct gw_buf *buf, const char *text)
{
    gw_buf_add(buf, text, strlen(text));
}

void gw_buf_putc(struct gw_buf *buf, char c)
{
    gw_buf_add(buf, &c, 1);
}

void gw_buf_printf(struct gw_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    gw_assert(n >= 0);
    char *at = gw_buf_reserve(buf, (size_t)n);
    if (at) {
        vsnprintf(at, (size_t)n + 1, format, again);
        gw_buf_grow(buf, (size_t)n);
    }
    va_end(again);
}

void gw_buf_truncate(struct gw_buf *buf, size_t bytes)
{
    gw_assert(bytes <= buf->bytes);
    buf->bytes = bytes;
    if (buf->data)
        buf->data[bytes] = '\0';
}

void gw_buf_drop_front(struct gw_buf *buf, size_t n)
{
    gw_assert(n <= buf->bytes);
    if (n) {
        memmove(buf->data, buf->data + n, buf->bytes - n + 1);
        buf->bytes -= n;
    }
}
