// SPDX-License-Identifier: Apache-2.0
// Memory for one page or one message: allocations are never freed one by one, all go at once. Low level: knows only
// err.h.
//
// DESIGN: blocks of growing size, bump allocation, a ceiling at birth. Two ways to meet the ceiling: NULL (the
// default), or longjmp to a point the caller set, for libraries that do not check their allocator (Gumbo crashes on
// NULL). Under ASan each allocation is a block of its own, so that overruns are seen.
#ifndef GW_BASE_ARENA_H
#define GW_BASE_ARENA_H

#include <setjmp.h>
#include <stddef.h>

struct gw_arena;

// Life. `limit_bytes` is the ceiling on what it takes from the system. Small fixed thing: aborts when out of memory.
struct gw_arena *gw_arena_new(size_t limit_bytes);
struct gw_arena *gw_arena_free(struct gw_arena *arena); // accepts NULL, returns NULL
// Forget everything; keeps the first block, so that a worker that resets per page settles at no system calls.
void gw_arena_reset(struct gw_arena *arena);

// Use. Each returns NULL at the ceiling (or jumps, see gw_arena_on_limit); results are aligned to 16 bytes (strings to
// 1).
void *gw_arena_alloc(struct gw_arena *arena, size_t bytes);
void *gw_arena_zalloc(struct gw_arena *arena, size_t bytes);
char *gw_arena_strdup(struct gw_arena *arena, const char *text);
char *gw_arena_strndup(struct gw_arena *arena, const char *text,
                       size_t bytes); // NUL-terminated copy of exactly `bytes`
char *gw_arena_printf(struct gw_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

// From now on the ceiling longjmps to `*point` with value 1 instead of returning NULL; NULL restores that. The point
// must be in a caller that is still running.
void gw_arena_on_limit(struct gw_arena *arena, jmp_buf *point);
// Call `check(arg)` about every `every_bytes` allocated; when it returns false the arena acts as if full. For time
// budgets in code that gives no other hook.
void gw_arena_on_progress(struct gw_arena *arena, size_t every_bytes, _Bool (*check)(void *arg), void *arg);

// Inspect
size_t gw_arena_used(const struct gw_arena *arena);  // bytes handed out since the last reset
size_t gw_arena_taken(const struct gw_arena *arena); // bytes held from the system

#endif
