// SPDX-License-Identifier: Apache-2.0
#include "spoil.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { BOMB_BLOCK = 1 << 20, COMPRESSED_MAX = 64 << 20, HOSTILE_MAX = 64 << 20 };

char gw_site_filler(uint64_t at)
{
    static const char head[] = "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>公告</title></head><body>\n";
    static const char line[] = "<p>The list of approved workshops is published every month. 名单每月公布一次。</p>\n";
    return at < sizeof head - 1 ? head[at] : line[(at - (sizeof head - 1)) % (sizeof line - 1)];
}

// ---- compression

void gw_site_gzip(const struct gw_buf *in, struct gw_buf *out)
{
    z_stream z = {0};
    gw_assert(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    uLong bound = deflateBound(&z, in->bytes);
    z.next_in = (Bytef *)in->data;
    z.avail_in = (uInt)in->bytes;
    z.next_out = (Bytef *)gw_buf_reserve(out, bound);
    z.avail_out = (uInt)bound;
    gw_assert(z.next_out && deflate(&z, Z_FINISH) == Z_STREAM_END);
    gw_buf_grow(out, z.total_out);
    deflateEnd(&z);
}

// One block of the filler as raw deflate that stands alone, so that it can be repeated.
static void bomb_block(struct gw_buf *out, uLong *ret_crc)
{
    unsigned char *text = malloc(BOMB_BLOCK);
    gw_assert(text);
    for (size_t i = 0; i < BOMB_BLOCK; i++)
        text[i] = (unsigned char)gw_site_filler(i);
    *ret_crc = crc32(0, text, BOMB_BLOCK);
    z_stream z = {0};
    gw_assert(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) == Z_OK);
    z.next_in = text;
    z.avail_in = BOMB_BLOCK;
    z.next_out = (Bytef *)gw_buf_reserve(out, BOMB_BLOCK);
    z.avail_out = BOMB_BLOCK;
    gw_assert(z.next_out && deflate(&z, Z_FULL_FLUSH) == Z_OK);
    gw_buf_grow(out, z.total_out);
    deflateEnd(&z);
    free(text);
}

// RFC 1952: header, deflate data, CRC-32 and length, little-endian.
void gw_site_gzip_bomb(uint64_t decoded, struct gw_buf *out)
{
    struct gw_buf block = GW_BUF(BOMB_BLOCK + 16);
    uLong block_crc, crc = 0;
    bomb_block(&block, &block_crc);
    uint64_t blocks = decoded / BOMB_BLOCK + 1;
    gw_buf_add(out, "\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
    for (uint64_t i = 0; i < blocks; i++) {
        gw_buf_add(out, block.data, block.bytes);
        crc = crc32_combine(crc, block_crc, BOMB_BLOCK);
    }
    gw_buf_add(out, "\x03\0", 2); // an empty last block
    uint64_t length = blocks * BOMB_BLOCK;
    for (int shift = 0; shift < 32; shift += 8)
        gw_buf_putc(out, (char)(crc >> shift));
    for (int shift = 0; shift < 32; shift += 8)
        gw_buf_putc(out, (char)(length >> shift));
    gw_buf_fini(&block);
}

// ---- bodies that hurt a parser; they keep the page's title, so that only the rest is wrong

static void hostile_begin(struct gw_site_answer *answer)
{
    gw_buf_fini(&answer->body);
    answer->body = GW_BUF(HOSTILE_MAX);
    gw_buf_puts(&answer->body, "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>通知</title></head><body>\n"
                               "<h1>通知</h1>\n");
}

static void hostile_end(struct gw_site_answer *answer)
{
    gw_buf_puts(&answer->body, "<p>请各有关单位遵照执行。</p></body></html>\n");
    gw_site_answer_seal(answer);
}

static void repeat(struct gw_buf *out, const char *text, uint64_t n)
{
    for (; n > 0 && gw_buf_ok(out); n--)
        gw_buf_puts(out, text);
}

static void deep(struct gw_site_answer *answer, uint64_t n)
{
    hostile_begin(answer);
    repeat(&answer->body, "<div>", n);
    gw_buf_puts(&answer->body, "内容");
    repeat(&answer->body, "</div>", n);
    hostile_end(answer);
}

static void spans(struct gw_site_answer *answer, uint64_t n)
{
    hostile_begin(answer);
    repeat(&answer->body, "<span>x", n);
    hostile_end(answer);
}

static void attributes(struct gw_site_answer *answer, uint64_t n)
{
    hostile_begin(answer);
    gw_buf_puts(&answer->body, "<div");
    for (uint64_t i = 0; i < n; i++)
        gw_buf_printf(&answer->body, " a%" PRIu64 "=\"%" PRIu64 "\"", i, i);
    gw_buf_puts(&answer->body, ">内容</div>\n");
    hostile_end(answer);
}

// ---- answers

static void challenge(struct gw_site_answer *answer, int status)
{
    gw_buf_reset(&answer->body);
    gw_buf_puts(&answer->body,
                "<html><head><script>var c=[3,1,4,1,5].map(function(n){return String.fromCharCode(96+n)}).join('');"
                "document.cookie='__tc_clearance='+c+';path=/';location.href=location.pathname;</script></head>"
                "<body></body></html>\n");
    answer->status = status;
    answer->content_type = "text/html; charset=utf-8";
    answer->cookie = "__tcl_s=7f3a9c0d5e; path=/; HttpOnly";
    answer->modified_ms = 0;
    answer->etag[0] = '\0';
}

static void redirect(struct gw_site_answer *answer, int status, struct gw_arena *arena, const char *path, uint64_t hop)
{
    gw_site_page_error(answer, status, "Moved", "此页面已移动。");
    answer->location = gw_arena_printf(arena, "%s?_hop=%" PRIu64, path, hop);
}

static void dynamic(struct gw_site_answer *answer)
{
    static uint64_t visits;
    gw_buf_printf(&answer->body, "<!-- visit %" PRIu64 " -->\n", __atomic_add_fetch(&visits, 1, __ATOMIC_RELAXED));
    answer->etag[0] = '\0';
    answer->modified_ms = 0;
}

void gw_site_spoil(struct gw_site_answer *answer, const struct gw_site_fault *fault, const char *path, uint64_t hop,
                   struct gw_arena *arena)
{
    switch (fault->kind) {
    case GW_SITE_FAULT_STATUS:
        gw_site_page_error(answer, (int)fault->value, "服务暂时不可用", "请稍后再试。");
        answer->retry_after_s = fault->second;
        break;
    case GW_SITE_FAULT_SOFT404:
        gw_site_page_error(answer, 200, "您访问的页面不存在", "抱歉，您访问的页面不存在或已被删除。");
        break;
    case GW_SITE_FAULT_NO_ROWS:
        gw_site_page_error(answer, 200, "近岸产业发展部", "栏目内容正在更新，敬请期待。");
        break;
    case GW_SITE_FAULT_LOOP:
        redirect(answer, 302, arena, path, (hop + 1) % 2);
        break;
    case GW_SITE_FAULT_CHAIN:
        if (hop < fault->value)
            redirect(answer, (int)fault->second, arena, path, hop + 1);
        break;
    case GW_SITE_FAULT_BOMB:
        gw_buf_fini(&answer->body);
        answer->body = GW_BUF(COMPRESSED_MAX);
        gw_site_gzip_bomb(fault->value, &answer->body);
        answer->is_gzip = true;
        break;
    case GW_SITE_FAULT_CHARSET:
        answer->content_type = gw_arena_printf(arena, "text/html; charset=%s", fault->text);
        break;
    case GW_SITE_FAULT_TYPE:
        answer->content_type = gw_arena_strdup(arena, fault->text);
        break;
    case GW_SITE_FAULT_CHALLENGE:
        challenge(answer, (int)fault->value);
        break;
    case GW_SITE_FAULT_DEEP:
        deep(answer, fault->value);
        break;
    case GW_SITE_FAULT_SPANS:
        spans(answer, fault->value);
        break;
    case GW_SITE_FAULT_ATTRIBUTES:
        attributes(answer, fault->value);
        break;
    case GW_SITE_FAULT_EMPTY:
        gw_buf_reset(&answer->body);
        gw_site_answer_seal(answer);
        break;
    case GW_SITE_FAULT_DYNAMIC:
        dynamic(answer);
        break;
    default:
        break; // delivery's
    }
}
