// SPDX-License-Identifier: Apache-2.0
#include "kinds.h"

#include <string.h>

enum { OPENING_BYTES = 900 };

struct cue {
    const char *kind, *words; // split by '|'
};

// The last word of a Chinese title is its kind.
static const struct cue ENDINGS[] = {
    {"reply", "批复|复函|答复|的答复意见"},
    {"name_list", "名单的通知|名单的公示|名单|组成人员的通知|成员的通知"},
    {"appointment", "任免|任职的通知|任命的通知|任免职的通知|任免的通知|职务任免|任免工作人员|任职通知"},
    {"draft_for_comment", "征求意见稿|公开征求意见的通知|公开征求意见的公告|征求意见的函|征求意见的通知"},
    {"enforcement", "情况的通报|事故的通报|处理情况通报|处罚决定书|问题的通报"},
    {"statistics", "统计公报|价格监测情况|监测周报|运行情况|主要数据|统计数据|统计快报|CPI"},
    {"notice", "的通知|通知"},
    {"letter", "的函|函"},
    {"opinion", "指导意见|若干意见|实施意见|的意见|意见"},
    {"regulation", "条例|办法|规定|细则|实施条例"},
    {"announcement", "通告|公告|决议|表彰的决定|的决定|公示|表扬的通报"},
    {"plan", "规划|实施方案|行动方案|工作方案|行动计划|工作要点|方案"},
    {"order", "令"},
    {"interpretation", "解读|一图读懂|政策问答|答记者问"},
    {"speech", "讲话|致辞|讲话全文"},
};

// Of any title.
static const struct cue TITLES[] = {
    {"order", "签署命令|主席令|国务院令|Executive Order"},
    {"press_conference", "新闻发布会|发布会|press conference|Pressekonferenz"},
    {"draft_for_comment", "征求意见|公开征求|request for comment|Request for Comments|proposed rule"},
    {"statistics", "同比上涨|同比下降|价格监测|CPI|PPI|统计公报|增长率|statistics|Statistik|Feststellungen durch"},
    {"enforcement",
     "受审|被查|处罚|一审|宣判|判处|被诉|落马|开除党籍|indicted|sentenced|pleads guilty|arrested|penalty|penalties"},
    {"interpretation", "解读|图解|答记者问|一图"},
    {"speech", "Weekly Address|Remarks by|Remarks of|讲话|致辞|Rede von|WEEKLY ADDRESS"},
    {"appointment", "任免|appointed|appoints|任命|Names "},
    {"funding",
     "Grant Program|grant program|Grants|grants|funding|Funding|补助资金|专项资金|Förderung|Fördermittel|Loan"},
    {"inspection_visit", "调研|考察|检查指导|督导|视察|慰问"},
    {"meeting", "会议|座谈会|大会|推进会|动员会|常务会|研讨会|论坛|meeting|Meeting|MEETING|Committee|hearing|Hearing|"
                "Conference|表彰大会"},
    {"program", "试点|pilot|Pilot|Program|programme|Programm"},
    {"plan", "规划|行动计划|方案|action plan|Action Plan"},
    {"announcement",
     "Announcement|Notice|Calendar|Recommendations|Concerns|Bekanntmachung|注意喚起|お知らせ|Änderung|Alert|Advisory"},
};

// Of the opening of a report.
static const struct cue OPENINGS[] = {
    {"speech", "Weekly Address|Remarks of |Remarks by |WEEKLY ADDRESS"},
    {"press_conference", "新闻发布会|press conference|series of press conferences|例行发布会"},
    {"meeting",
     "召开会议|会议在|主持会议|召开全市|召开全省|推进会|座谈会|举行会议|meeting was held|meeting will be held|has "
     "scheduled|will have an Official|community input meeting|MEETING|表彰大会|会议召开|public hearing"},
    {"inspection_visit", "深入调研|实地查看|到我市调研|赴我市|督导检查|一行到"},
    {"enforcement", "一审公开开庭|提起公诉|依法逮捕|涉嫌严重违纪|行政处罚"},
    {"program", "pilot program|launch a pilot"},
    {"funding", "Grants are up to|grant program|awarded a grant|investing"},
    {"statistics", "同比上涨|环比|同比增长|监测数据显示|registrierte"},
    {"notice", "制定如下措施|若干措施|印发了《|发布通知"},
    {"announcement", "特此公告|特此通告|is aware|recommends|注意喚起|herzlich eingeladen|Date: "},
};

static bool ends_with_any(struct gw_span text, const char *words)
{
    while (*words) {
        size_t n = strcspn(words, "|");
        if (text.bytes >= n && memcmp(text.at + text.bytes - n, words, n) == 0)
            return true;
        words += n + (words[n] == '|');
    }
    return false;
}

// The title without the site's name behind it: "…的通知_中国政府网", "… | City of Detroit".
static struct gw_span bare_title(const struct gw_scan *scan)
{
    struct gw_span title = {scan->text.at, scan->body_at - 1};
    static const char *const cuts[] = {"_", " - ", " | ", "--", "——中国", "｜"};
    for (size_t i = 0; i < GW_COUNT(cuts); i++) {
        ptrdiff_t at = gw_find(title, gw_span_of(cuts[i]));
        if (at > 12)
            title.bytes = (size_t)at;
    }
    return gw_span_trim(title);
}

static struct gw_span without_brackets(struct gw_span title)
{
    while (gw_ends_with(title, "）") || gw_ends_with(title, ")") || gw_ends_with(title, "》")) {
        const char *opens[] = {"（", "(", "《"};
        bool book = gw_ends_with(title, "》");
        size_t cut = 0;
        for (size_t i = title.bytes; i > 0 && !cut; i--)
            for (size_t j = 0; j < 3; j++)
                if (gw_starts_with((struct gw_span){title.at + i - 1, title.bytes - i + 1}, opens[j]))
                    cut = i - 1;
        if (!cut || book)
            return title;
        title = gw_span_trim((struct gw_span){title.at, cut});
    }
    return title;
}

static const char *by_ending(const struct gw_scan *scan)
{
    struct gw_span title = without_brackets(bare_title(scan));
    if (gw_starts_with(title, "中华人民共和国") && gw_ends_with(title, "法"))
        return "regulation";
    if (gw_find(title, GW_SPAN("征求")) >= 0 && gw_find(title, GW_SPAN("意见")) > gw_find(title, GW_SPAN("征求")))
        return "draft_for_comment";
    for (size_t i = 0; i < GW_COUNT(ENDINGS); i++)
        if (ends_with_any(title, ENDINGS[i].words))
            return ENDINGS[i].kind;
    return NULL;
}

static const char *by_cue(const struct gw_scan *scan, size_t start, size_t end, const struct cue *cues, size_t count)
{
    struct gw_words words;
    gw_words_init(&words);
    for (size_t i = 0; i < count; i++)
        gw_words_add(&words, cues[i].words, (unsigned)i);
    unsigned row = gw_words_find(&words, scan, start, end);
    return row == GW_NO_ROW ? NULL : cues[row].kind;
}

void gw_kind_read(struct gw_scan *scan)
{
    size_t opening =
        scan->body_at + OPENING_BYTES < scan->text.bytes ? scan->body_at + OPENING_BYTES : scan->text.bytes;
    const char *kind = NULL;
    if (strcmp(scan->lang, "zh") == 0)
        kind = by_ending(scan);
    scan->titled = kind != NULL;
    if (!kind)
        kind = by_cue(scan, 0, scan->body_at, TITLES, GW_COUNT(TITLES));
    if (!kind)
        kind = by_cue(scan, scan->body_at, opening, OPENINGS, GW_COUNT(OPENINGS));
    scan->document->kind = (char *)(kind ? kind : "news");
}
