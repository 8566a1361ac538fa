// SPDX-License-Identifier: Apache-2.0
#include "arena.h"

#include "err.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 16 * 1024, MAX_BLOCK = 4 * 1024 * 1024, ALIGN = 16 };

struct block {
    struct block *next;
    size_t bytes; // usable, behind this header
    _Alignas(ALIGN) unsigned char data[];
};

struct gw_arena {
    struct block *blocks; // newest first; the last is the one kept by reset
    unsigned char *at, *end;
    size_t limit, taken, used;
    jmp_buf *jump;
    size_t check_every, check_at;
    _Bool (*check)(void *arg);
    void *check_arg;
};

struct gw_arena *gw_arena_new(size_t limit_bytes)
{
    struct gw_arena *arena = calloc(1, sizeof *arena);
    gw_assert(arena);
    arena->limit = limit_bytes;
    arena->check_at = SIZE_MAX;
    return arena;
}

static void free_blocks(struct block *block)
{
    while (block) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
}

struct gw_arena *gw_arena_free(struct gw_arena *arena)
{
    if (arena) {
        free_blocks(arena->blocks);
        free(arena);
    }
    return NULL;
}

void gw_arena_reset(struct gw_arena *arena)
{
    struct block *keep = NULL;
#ifndef GW_SANITIZED
    for (struct block *b = arena->blocks; b;) {
        struct block *next = b->next;
        if (next)
            free(b);
        else
            keep = b;
        b = next;
    }
#else
    free_blocks(arena->blocks);
#endif
    arena->blocks = keep;
    if (keep)
        keep->next = NULL;
    arena->taken = keep ? keep->bytes : 0;
    arena->at = keep ? keep->data : NULL;
    arena->end = keep ? keep->data + keep->bytes : NULL;
    arena->used = 0;
    arena->jump = NULL;
    arena->check = NULL;
    arena->check_at = SIZE_MAX;
}

static void *full(struct gw_arena *arena)
{
    if (arena->jump)
        longjmp(*arena->jump, 1);
    return NULL;
}

static _Bool add_block(struct gw_arena *arena, size_t bytes)
{
#ifdef GW_SANITIZED
    size_t want = bytes;
#else
    size_t want = arena->blocks ? arena->blocks->bytes * 2 : FIRST_BLOCK;
    if (want > MAX_BLOCK)
        want = MAX_BLOCK;
    if (want < bytes)
        want = bytes;
    if (want > arena->limit - arena->taken)
        want = bytes;
#endif
    if (want > arena->limit - arena->taken)
        return 0;
    struct block *block = malloc(sizeof *block + want);
    if (!block)
        return 0;
    block->next = arena->blocks;
    block->bytes = want;
    arena->blocks = block;
    arena->taken += want;
    arena->at = block->data;
    arena->end = block->data + want;
    return 1;
}

static void *take(struct gw_arena *arena, size_t bytes, size_t align)
{
    if (arena->used >= arena->check_at) {
        arena->check_at = arena->used + arena->check_every;
        if (!arena->check(arena->check_arg))
            return full(arena);
    }
    if (bytes == 0)
        bytes = 1;
    size_t pad = (size_t)(-(uintptr_t)arena->at & (align - 1));
#ifdef GW_SANITIZED
    _Bool fits = 0;
#else
    _Bool fits =
        arena->at && pad <= (size_t)(arena->end - arena->at) && bytes <= (size_t)(arena->end - arena->at) - pad;
#endif
    if (!fits) {
        if (bytes > arena->limit || !add_block(arena, bytes))
            return full(arena);
        pad = 0;
    }
    void *result = arena->at + pad;
    arena->at += pad + bytes;
    arena->used += bytes;
    return result;
}

void *gw_arena_alloc(struct gw_arena *arena, size_t bytes)
{
    return take(arena, bytes, ALIGN);
}

void *gw_arena_zalloc(struct gw_arena *arena, size_t bytes)
{
    void *result = take(arena, bytes, ALIGN);
    return result ? memset(result, 0, bytes) : NULL;
}

char *gw_arena_strndup(struct gw_arena *arena, const char *text, size_t bytes)
{
    char *copy = take(arena, bytes + 1, 1);
    if (copy) {
        memcpy(copy, text, bytes);
        copy[bytes] = '\0';
    }
    return copy;
}

char *gw_arena_strdup(struct gw_arena *arena, const char *text)
{
    return gw_arena_strndup(arena, text, strlen(text));
}

char *gw_arena_printf(struct gw_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = n < 0 ? NULL : take(arena, (size_t)n + 1, 1);
    if (text)
        vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return text;
}

void gw_arena_on_limit(struct gw_arena *arena, jmp_buf *point)
{
    arena->jump = point;
}

void gw_arena_on_progress(struct gw_arena *arena, size_t every_bytes, _Bool (*check)(void *arg), void *arg)
{
    arena->check = check;
    arena->check_arg = arg;
    arena->check_every = every_bytes;
    arena->check_at = check ? arena->used + every_bytes : SIZE_MAX;
}

size_t gw_arena_used(const struct gw_arena *arena)
{
    return arena->used;
}

size_t gw_arena_taken(const struct gw_arena *arena)
{
    return arena->taken;
}
