// SPDX-License-Identifier: Apache-2.0
// Reading pages against the bare parser: CPU time and instructions of decode + cut + parse + extract over an arena,
// beside Debian's Gumbo as it comes (malloc, parse, destroy) on the same bytes in the same run, and peak memory.
//
// usage: bench_extract [--rounds N] [--goal RATIO] FILE|DIR…     without files: GOVWIRE_CORPUS, or exit 77 (skipped)
#include "article/article.h"
#include "base/clock.h"
#include "base/fs.h"

#include <ftw.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct file {
    char *bytes;
    size_t length;
    bool text;
};

static struct file *files;
static size_t file_count, file_room, total_bytes;

static int add(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info, (void)ftw;
    const char *end = strrchr(path, '.');
    if (type != FTW_F || !end || (strcmp(end, ".html") != 0 && strcmp(end, ".htm") != 0 && strcmp(end, ".shtml") != 0))
        return 0;
    struct gw_buf bytes = GW_BUF(64 * 1024 * 1024);
    if (gw_fs_read(path, &bytes) < 0)
        return 0;
    if (file_count == file_room) {
        file_room = file_room ? file_room * 2 : 256;
        files = realloc(files, file_room * sizeof *files);
        gw_assert(files);
    }
    total_bytes += bytes.bytes;
    size_t n = bytes.bytes;
    files[file_count++] = (struct file){gw_buf_take(&bytes), n, false};
    return 0;
}

struct cost {
    double cpu_s;
    uint64_t instructions; // 0: not allowed to count
};

static int open_counter(void)
{
    struct perf_event_attr attributes = {.type = PERF_TYPE_HARDWARE,
                                         .size = sizeof attributes,
                                         .config = PERF_COUNT_HW_INSTRUCTIONS,
                                         .exclude_kernel = 1,
                                         .exclude_hv = 1};
    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
}

static uint64_t read_counter(int fd)
{
    uint64_t value = 0;
    return fd >= 0 && read(fd, &value, sizeof value) == sizeof value ? value : 0;
}

static void bare(void)
{
    for (size_t i = 0; i < file_count; i++) {
        GumboOutput *output = gumbo_parse_with_options(&kGumboDefaultOptions, files[i].bytes, files[i].length);
        gumbo_destroy_output(&kGumboDefaultOptions, output);
    }
}

static size_t articles;

static void ours(void)
{
    struct gw_arena *arena = gw_arena_new(GW_PAGE_ARENA);
    articles = 0;
    for (size_t i = 0; i < file_count; i++) {
        struct gw_page_input input = {.bytes = files[i].bytes, .length = files[i].length, .lean = true};
        struct gw_page page;
        Gw__Document *document = NULL;
        const char *reason;
        gw_arena_reset(arena);
        if (gw_page_parse(arena, &input, &page) == GW_OK && gw_article_read(&page, NULL, &document, &reason) == GW_OK)
            articles += document != NULL;
    }
    gw_arena_free(arena);
}

static void only_parse(void)
{
    struct gw_arena *arena = gw_arena_new(GW_PAGE_ARENA);
    for (size_t i = 0; i < file_count; i++) {
        struct gw_page_input input = {.bytes = files[i].bytes, .length = files[i].length, .lean = true};
        struct gw_page page;
        gw_arena_reset(arena);
        if (gw_page_parse(arena, &input, &page) < 0)
            continue;
    }
    gw_arena_free(arena);
}

static struct cost measure(void (*work)(void))
{
    int counter = open_counter();
    uint64_t before = read_counter(counter);
    int64_t start_us = gw_clock_cpu_us();
    work();
    struct cost cost = {(double)(gw_clock_cpu_us() - start_us) / 1e6, read_counter(counter) - before};
    if (counter >= 0)
        close(counter);
    return cost;
}

// What reading adds to the memory of a process that holds the pages, in a child of its own.
static long peak_kib(void)
{
    int ends[2];
    gw_assert(pipe(ends) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct rusage before, after;
        getrusage(RUSAGE_SELF, &before);
        ours();
        getrusage(RUSAGE_SELF, &after);
        long grown = after.ru_maxrss - before.ru_maxrss;
        _exit(write(ends[1], &grown, sizeof grown) == sizeof grown ? 0 : 1);
    }
    long grown = -1;
    if (read(ends[0], &grown, sizeof grown) != sizeof grown)
        grown = -1;
    close(ends[0]);
    close(ends[1]);
    waitpid(pid, NULL, 0);
    return grown;
}

static void show(const char *name, struct cost cost, struct cost base)
{
    printf("%-28s %8.1f pages/CPU s  %6.2f s  x %.3f", name, (double)file_count / cost.cpu_s, cost.cpu_s,
           cost.cpu_s / base.cpu_s);
    if (cost.instructions && base.instructions)
        printf("  %7.2f G instructions  x %.3f", (double)cost.instructions / 1e9,
               (double)cost.instructions / (double)base.instructions);
    printf("\n");
}

static struct cost least(struct cost a, struct cost b)
{
    return a.cpu_s == 0 || b.cpu_s < a.cpu_s ? b : a;
}

int main(int argc, char **argv)
{
    int rounds = 3;
    double goal = 0;
    const char *corpus = getenv("GOVWIRE_CORPUS");
    int at = 1;
    for (; at + 1 < argc && argv[at][0] == '-'; at += 2) {
        if (strcmp(argv[at], "--rounds") == 0)
            rounds = atoi(argv[at + 1]);
        else if (strcmp(argv[at], "--goal") == 0)
            goal = atof(argv[at + 1]);
    }
    for (int i = at; i < argc; i++)
        nftw(argv[i], add, 16, FTW_PHYS);
    if (at == argc && corpus) {
        char path[4096];
        snprintf(path, sizeof path, "%s/corpus", corpus);
        nftw(path, add, 16, FTW_PHYS);
    }
    if (file_count == 0) {
        printf("skipped: no pages (GOVWIRE_CORPUS names the folder with corpus/)\n");
        return 77;
    }
    long peak = peak_kib();
    struct cost base = {0}, parse = {0}, whole = {0};
    for (int i = 0; i < rounds; i++) { // in turn, so that a busy machine slows all alike
        base = least(base, measure(bare));
        parse = least(parse, measure(only_parse));
        whole = least(whole, measure(ours));
    }
    printf("%zu pages, %.1f MB, %zu articles\n", file_count, (double)total_bytes / 1e6, articles);
    show("bare Gumbo parse + destroy", base, base);
    show("decode + cut + parse", parse, base);
    show("and the article", whole, base);
    printf("peak memory of reading       %.1f MiB\n", (double)peak / 1024);
    double ratio =
        base.instructions ? (double)whole.instructions / (double)base.instructions : whole.cpu_s / base.cpu_s;
    if (goal > 0 && ratio > goal) {
        printf("over the goal of x %.3f\n", goal);
        return 1;
    }
    return 0;
}
