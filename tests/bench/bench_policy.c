// SPDX-License-Identifier: Apache-2.0
// What the understanding of a document costs, for bench_policy.py, which counts instructions.
//
//     bench_policy grow BYTES     a document of that size, made of every form the readers know
//     bench_policy hard BYTES     documents of that size that are all openings: 《《《, 一是一是, 1,1,1, names in a row
//     bench_policy pages FILE…    pages: parsed, read, understood
#include "article/article.h"
#include "base/fs.h"
#include "html/page.h"
#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 1 << 30, FILE_MAX = 1 << 26, BUDGET_MS = 600 * 1000 };

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
        fprintf(stderr, "usage: bench_policy grow|hard BYTES | pages FILE...\n");
        return GW_EXIT_USAGE;
    }
    struct gw_arena *arena = gw_arena_new(ARENA_MAX);
    size_t bytes = strtoul(argv[2], NULL, 10);
    if (strcmp(argv[1], "grow") == 0)
        understand(arena, "杭州市经信局关于做好设备更新工作的通知", repeat(arena, PARAGRAPHS, bytes));
    for (size_t i = 0; strcmp(argv[1], "hard") == 0 && i < GW_COUNT(HARD); i++)
        understand(arena, "通知", repeat(arena, HARD[i], bytes));
    for (int i = 2; strcmp(argv[1], "pages") == 0 && i < argc; i++) {
        gw_arena_reset(arena);
        read_page(arena, argv[i]);
    }
    gw_arena_free(arena);
    return 0;
}
