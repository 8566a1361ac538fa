// SPDX-License-Identifier: Apache-2.0
#include "announcement.h"

#include "base/err.h"
#include "base/str.h"

#include <stdio.h>

const struct bench_mark bench_marks[3] = {{"鸬鹚", 100}, {"蒹葭", 1000}, {"貔貅", 10000}};

// The frequent first.
static const char *const words[] = {
    "关于", "工作", "通知",   "企业",   "发展",       "项目",        "管理",    "实施",        "经济",          "建设",
    "技术", "政策", "产业",   "支持",   "服务",       "组织",        "单位",    "部门",        "申报",          "资金",
    "创新", "市场", "制造",   "安全",   "办法",       "意见",        "公告",    "印发",        "推进",          "加强",
    "落实", "规划", "要求",   "开展",   "示范",       "数字",        "化工",    "能源",        "环境",          "教育",
    "医疗", "交通", "农业",   "住房",   "补贴",       "税收",        "就业",    "人才",        "科技",          "园区",
    "投资", "贸易", "消费",   "物流",   "港口",       "海洋",        "林业",    "水利",        "气象",          "地震",
    "消防", "应急", "统计",   "审计",   "财政",       "金融",        "保险",    "证券",        "信用",          "监督",
    "the",  "of",   "notice", "policy", "enterprise", "development", "subsidy", "application", "manufacturing",
};
enum { WORDS = sizeof words / sizeof words[0], HAN_FIRST = 0x4e00, HAN_COUNT = 3000, PARAGRAPH = 60, SENTENCE = 12 };

// xorshift64*: seeded by the number, so that each announcement is the same in every run.
static uint32_t draw(uint64_t *state, uint32_t below)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * 0x2545f4914f6cdd1dULL) >> 32) % below;
}

static void put_word(struct gw_buf *out, uint64_t *state)
{
    if (draw(state, 3) == 0) {
        for (int i = 0; i < 2; i++) {
            char text[4];
            gw_buf_add(out, text, gw_utf8_put(text, HAN_FIRST + draw(state, HAN_COUNT)));
        }
        return;
    }
    uint32_t a = draw(state, WORDS), b = draw(state, WORDS);
    const char *word = words[a < b ? a : b];
    gw_buf_printf(out, (unsigned char)*word < 0x80 ? " %s " : "%s", word);
}

static void put_text(struct gw_buf *out, uint64_t *state, size_t bytes)
{
    for (unsigned n = 1; out->bytes + 16 < bytes; n++) {
        put_word(out, state);
        if (n % PARAGRAPH == 0)
            gw_buf_puts(out, "。\n");
        else if (n % SENTENCE == 0)
            gw_buf_puts(out, "，");
    }
}

void bench_announcement_init(struct bench_announcement *a)
{
    *a = (struct bench_announcement){.title = GW_BUF(1024), .body = GW_BUF(1024 * 1024)};
    gw__document__init(&a->document);
}

void bench_announcement_address(struct bench_announcement *a, uint64_t number)
{
    snprintf(a->url, sizeof a->url, "http://bench.example/%llu.html", (unsigned long long)number);
}

void bench_announcement_write(struct bench_announcement *a, uint64_t number, size_t bytes)
{
    uint64_t state = (number + 1) * 0x9e3779b97f4a7c15ULL;
    bench_announcement_address(a, number);
    gw_buf_reset(&a->title);
    gw_buf_reset(&a->body);
    put_text(&a->title, &state, 90);
    gw_buf_printf(&a->body, "%llu ", (unsigned long long)number);
    for (size_t i = 0; i < sizeof bench_marks / sizeof bench_marks[0]; i++)
        if (number % bench_marks[i].every == 0)
            gw_buf_printf(&a->body, "%s。", bench_marks[i].word);
    put_text(&a->body, &state, bytes > a->title.bytes ? bytes - a->title.bytes : 0);
    gw_assert(gw_buf_ok(&a->title) && gw_buf_ok(&a->body));
    a->document.url = a->url;
    a->document.lang = "zh";
    a->document.published = "2026-03-04";
    a->document.title = (char *)gw_buf_str(&a->title);
    a->document.body = (char *)gw_buf_str(&a->body);
}

void bench_announcement_fini(struct bench_announcement *a)
{
    gw_buf_fini(&a->title);
    gw_buf_fini(&a->body);
}
