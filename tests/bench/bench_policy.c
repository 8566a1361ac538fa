// SPDX-License-Identifier: Apache-2.0
// What the understanding of a document costs, for bench_policy.py, which counts instructions.
//
//     bench_policy grow BYTES     a document of that size, made of every form the readers know
//     bench_policy hard BYTES     documents of that size that are all openings: 《《《, 一是一是, 1,1,1, names in a row
//     bench_policy worst BYTES FILE   documents that repeat each line of FILE: milliseconds of CPU of the slowest
//     bench_policy pages FILE…    pages: parsed, read, understood
#include "article/article.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fs.h"
#include "html/page.h"
#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 1 << 30, FILE_MAX = 1 << 26, BUDGET_MS = 600 * 1000, UNIT_MAX = 256 };

static const char PARAGRAPHS[] =
    "为贯彻落实《国务院关于加快设备更新的意见》（国发〔2022〕9号）精神，现将有关事项通知如下。\n"
    "一、加大支持力度。单个项目补助不超过300万元，贴息比例为2.5个百分点，惠及企业1200多家，投资超过6.4亿元。\n"
    "二、严格申报时限。各地于2023年9月底前报送，局长王建国、副局长李晓明负责。杭州市经信局、宁波市财政局会同国家发展改"
    "革委组织实施。\n"
    "（一）主要任务。一是扩大范围，覆盖80%以上的规模以上工业企业；二是提高标准；三是优化服务。\n"
    "7月22日至25日，江苏省南京市召开制造业数字化转型推进会，副市长吴伟出席并讲话。人工智能、大数据、工业互联网加快应用"
    "。\n"
    "The City Council of Riverton has scheduled a hearing on May 12 to 14, 2022, Mayor Jane Doe said. Grants of up to "
    "$20,000 "
    "reach more than 1,250 households, a rise of 12.5 percent, the Department of Transportation announced.\n";

static const char *const HARD[] = {"《",         "一是",     "1,",     "第1号", "〔2018〕1号", "国务院",
                                   "北京市、",   "January ", "局长王", "(",     "City of ",    "1.",
                                   "二〇〇四年", "A ",       "“",      "10月"};

static void understand(struct gw_arena *arena, const char *title, const char *body)
{
    Gw__Document document = GW__DOCUMENT__INIT;
    document.title = (char *)title;
    document.body = (char *)body;
    document.published = (char *)"2023-07-21";
    int rc = gw_policy_read(arena, NULL, &document);
    if (rc < 0)
        fprintf(stderr, "bench_policy: %s\n", gw_reason());
}

static char *repeat(struct gw_arena *arena, const char *unit, size_t bytes)
{
    size_t n = strlen(unit);
    char *text = gw_arena_alloc(arena, bytes + 1);
    gw_assert(text && n);
    size_t at = 0;
    for (; at + n <= bytes; at += n)
        memcpy(text + at, unit, n);
    text[at] = '\0';
    return text;
}

// `unit` over and over; '#' becomes a number and '@' two characters that no other repetition has, "\\n" a line end.
static char *vary(struct gw_arena *arena, const char *unit, size_t bytes)
{
    struct gw_buf text = GW_BUF(bytes + UNIT_MAX);
    for (unsigned round = 1000; text.bytes + UNIT_MAX < bytes && *unit; round++)
        for (const char *p = unit; *p; p++) {
            if (*p == '#')
                gw_buf_printf(&text, "%u", round);
            else if (*p == '@') // U+4E00 + 64 * …
                gw_buf_printf(&text, "\xe4%c%c\xe5%c%c", 0xb8 + round % 7, 0x80 + round / 7 % 64,
                              0x80 + round / 448 % 64, 0x80 + round % 64);
            else if (*p == '\\' && p[1] == 'n')
                gw_buf_putc(&text, *++p == 'n' ? '\n' : *p);
            else
                gw_buf_putc(&text, *p);
        }
    char *copy = gw_arena_strdup(arena, gw_buf_str(&text));
    gw_buf_fini(&text);
    gw_assert(copy);
    return copy;
}

static int worst(struct gw_arena *arena, size_t bytes, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[UNIT_MAX], slowest[UNIT_MAX] = "";
    int64_t most_us = 0;
    if (!file)
        return GW_EXIT_USAGE;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == ';')
            continue;
        gw_arena_reset(arena);
        const char *text = vary(arena, line, bytes);
        int64_t before_us = gw_clock_cpu_us();
        understand(arena, "关于印发《办法》的通知", text);
        int64_t us = gw_clock_cpu_us() - before_us;
        if (us > most_us) {
            most_us = us;
            memcpy(slowest, line, sizeof line);
        }
    }
    fclose(file);
    printf("%.1f %s\n", (double)most_us / 1000, slowest);
    return 0;
}

static void read_page(struct gw_arena *arena, const char *path)
{
    struct gw_buf bytes = GW_BUF(FILE_MAX);
    if (gw_fs_read(path, &bytes) == GW_OK) {
        struct gw_page_input input = {
            .bytes = gw_buf_str(&bytes), .length = bytes.bytes, .budget_ms = BUDGET_MS, .lean = true};
        struct gw_page page;
        Gw__Document *document = NULL;
        const char *reason;
        if (gw_page_parse(arena, &input, &page) == GW_OK && gw_article_read(&page, NULL, &document, &reason) == GW_OK &&
            document)
            gw_assert(gw_policy_read(arena, NULL, document) == GW_OK);
    }
    gw_buf_fini(&bytes);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: bench_policy grow|hard BYTES | worst BYTES FILE | pages FILE...\n");
        return GW_EXIT_USAGE;
    }
    struct gw_arena *arena = gw_arena_new(ARENA_MAX);
    size_t bytes = strtoul(argv[2], NULL, 10);
    if (strcmp(argv[1], "grow") == 0)
        understand(arena, "杭州市经信局关于做好设备更新工作的通知", repeat(arena, PARAGRAPHS, bytes));
    for (size_t i = 0; strcmp(argv[1], "hard") == 0 && i < GW_COUNT(HARD); i++)
        understand(arena, "通知", repeat(arena, HARD[i], bytes));
    int exit_code = strcmp(argv[1], "worst") == 0 && argc == 4 ? worst(arena, bytes, argv[3]) : 0;
    for (int i = 2; strcmp(argv[1], "pages") == 0 && i < argc; i++) {
        gw_arena_reset(arena);
        read_page(arena, argv[i]);
    }
    gw_arena_free(arena);
    return exit_code;
}
