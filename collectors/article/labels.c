// SPDX-License-Identifier: Apache-2.0
#include "labels.h"

#include "base/err.h"
#include "lexicon.h"
#include "model/dates.h"
#include "model/text.h"

#include <string.h>

// How a label must be followed.
enum follow {
    COLON = 0, // ':' in any width
    DATE = 1,  // ':' or a date
    BARE = 2,  // anything
    FIRST = 4, // only at the start of a line (with any of the above)
};

static const struct gw_term rows[] = {
    {"发布时间", LABEL_PUBLISHED, DATE},
    {"发布日期", LABEL_PUBLISHED, DATE},
    {"发布于", LABEL_PUBLISHED, DATE},
    {"发表时间", LABEL_PUBLISHED, DATE},
    {"发表日期", LABEL_PUBLISHED, DATE},
    {"发表于", LABEL_PUBLISHED, DATE},
    {"发稿时间", LABEL_PUBLISHED, DATE},
    {"发稿日期", LABEL_PUBLISHED, DATE},
    {"发文时间", LABEL_PUBLISHED, DATE},
    {"发文日期", LABEL_DATE, DATE},
    {"公开日期", LABEL_PUBLISHED, DATE},
    {"公开时间", LABEL_PUBLISHED, DATE},
    {"公布时间", LABEL_PUBLISHED, DATE},
    {"公布日期", LABEL_PUBLISHED, DATE},
    {"发布", LABEL_PUBLISHED, COLON},
    {"上传时间", LABEL_PUBLISHED, DATE},
    {"上网时间", LABEL_PUBLISHED, DATE},
    {"录入时间", LABEL_PUBLISHED, DATE},
    {"录入日期", LABEL_PUBLISHED, DATE},
    {"添加时间", LABEL_PUBLISHED, DATE},
    {"加入时间", LABEL_PUBLISHED, DATE},
    {"新闻时间", LABEL_PUBLISHED, DATE},
    {"创建时间", LABEL_PUBLISHED, DATE},
    {"提交时间", LABEL_PUBLISHED, DATE},
    {"投稿时间", LABEL_PUBLISHED, DATE},
    {"發布時間", LABEL_PUBLISHED, DATE},
    {"發佈時間", LABEL_PUBLISHED, DATE},
    {"發布日期", LABEL_PUBLISHED, DATE},
    {"發佈日期", LABEL_PUBLISHED, DATE},
    {"發表於", LABEL_PUBLISHED, DATE},
    {"发贴时间", LABEL_PUBLISHED, DATE},
    {"发帖时间", LABEL_PUBLISHED, DATE},
    {"生成日期", LABEL_PUBLISHED, DATE},
    {"生成时间", LABEL_PUBLISHED, DATE},
    {"公開日", LABEL_PUBLISHED, DATE},
    {"掲載日", LABEL_PUBLISHED, DATE},
    {"公開日時", LABEL_PUBLISHED, DATE},
    {"投稿日", LABEL_PUBLISHED, DATE},
    {"発表日", LABEL_PUBLISHED, DATE},
    {"published on", LABEL_PUBLISHED, DATE},
    {"published", LABEL_PUBLISHED, DATE},
    {"publication date", LABEL_PUBLISHED, DATE},
    {"date published", LABEL_PUBLISHED, DATE},
    {"published date", LABEL_PUBLISHED, DATE},
    {"publish date", LABEL_PUBLISHED, DATE},
    {"posted on", LABEL_PUBLISHED, DATE},
    {"posted at", LABEL_PUBLISHED, DATE},
    {"posted", LABEL_PUBLISHED, DATE},
    {"posted date", LABEL_PUBLISHED, DATE},
    {"date posted", LABEL_PUBLISHED, DATE},
    {"release date", LABEL_PUBLISHED, DATE},
    {"released", LABEL_PUBLISHED, DATE},
    {"for immediate release", LABEL_PUBLISHED, DATE},
    {"for release", LABEL_PUBLISHED, DATE},
    {"issued", LABEL_PUBLISHED, DATE},
    {"issue date", LABEL_PUBLISHED, DATE},
    {"created", LABEL_PUBLISHED, DATE},
    {"created on", LABEL_PUBLISHED, DATE},
    {"submitted on", LABEL_PUBLISHED, DATE},
    {"veröffentlicht am", LABEL_PUBLISHED, DATE},
    {"veröffentlicht", LABEL_PUBLISHED, DATE},
    {"erschienen am", LABEL_PUBLISHED, DATE},
    {"publié le", LABEL_PUBLISHED, DATE},
    {"mis en ligne le", LABEL_PUBLISHED, DATE},
    {"publicado el", LABEL_PUBLISHED, DATE},
    {"publicado em", LABEL_PUBLISHED, DATE},
    {"pubblicato il", LABEL_PUBLISHED, DATE},
    {"opublikowano", LABEL_PUBLISHED, DATE},
    {"时间", LABEL_DATE, COLON},
    {"日期", LABEL_DATE, COLON},
    {"時間", LABEL_DATE, COLON},
    {"日時", LABEL_DATE, COLON},
    {"time", LABEL_DATE, COLON},
    {"date", LABEL_DATE, DATE},
    {"datum", LABEL_DATE, DATE},
    {"date de publication", LABEL_PUBLISHED, DATE},
    {"fecha", LABEL_DATE, DATE},
    {"data", LABEL_DATE, COLON},
    {"stand", LABEL_DATE, DATE},
    {"更新时间", LABEL_UPDATED, DATE},
    {"更新日期", LABEL_UPDATED, DATE},
    {"更新於", LABEL_UPDATED, DATE},
    {"更新于", LABEL_UPDATED, DATE},
    {"修改时间", LABEL_UPDATED, DATE},
    {"最后更新", LABEL_UPDATED, DATE},
    {"最后更新时间", LABEL_UPDATED, DATE},
    {"最終更新日", LABEL_UPDATED, DATE},
    {"最終更新", LABEL_UPDATED, DATE},
    {"更新日", LABEL_UPDATED, DATE},
    {"updated on", LABEL_UPDATED, DATE},
    {"updated", LABEL_UPDATED, DATE},
    {"updated at", LABEL_UPDATED, DATE},
    {"last updated", LABEL_UPDATED, DATE},
    {"last updated on", LABEL_UPDATED, DATE},
    {"last modified", LABEL_UPDATED, DATE},
    {"last modified on", LABEL_UPDATED, DATE},
    {"modified", LABEL_UPDATED, DATE},
    {"last reviewed", LABEL_UPDATED, DATE},
    {"page last updated", LABEL_UPDATED, DATE},
    {"aktualisiert am", LABEL_UPDATED, DATE},
    {"aktualisiert", LABEL_UPDATED, DATE},
    {"letzte aktualisierung", LABEL_UPDATED, DATE},
    {"zuletzt aktualisiert", LABEL_UPDATED, DATE},
    {"mis à jour le", LABEL_UPDATED, DATE},
    {"actualizado", LABEL_UPDATED, DATE},
    {"成文日期", LABEL_WRITTEN, DATE},
    {"成文时间", LABEL_WRITTEN, DATE},
    {"印发日期", LABEL_WRITTEN, DATE},
    {"签发日期", LABEL_WRITTEN, DATE},
    {"制发日期", LABEL_WRITTEN, DATE},
    {"生效日期", LABEL_EFFECTIVE, DATE},
    {"生效时间", LABEL_EFFECTIVE, DATE},
    {"实施日期", LABEL_EFFECTIVE, DATE},
    {"施行日期", LABEL_EFFECTIVE, DATE},
    {"effective date", LABEL_EFFECTIVE, DATE},
    {"失效日期", LABEL_EXPIRY, DATE},
    {"失效时间", LABEL_EXPIRY, DATE},
    {"废止日期", LABEL_EXPIRY, DATE},
    {"有效期至", LABEL_EXPIRY, DATE},
    {"expiry date", LABEL_EXPIRY, DATE},
    {"来源", LABEL_SOURCE, COLON},
    {"來源", LABEL_SOURCE, COLON},
    {"信息来源", LABEL_SOURCE, COLON},
    {"文章来源", LABEL_SOURCE, COLON},
    {"稿件来源", LABEL_SOURCE, COLON},
    {"新闻来源", LABEL_SOURCE, COLON},
    {"内容来源", LABEL_SOURCE, COLON},
    {"本文来源", LABEL_SOURCE, COLON},
    {"消息来源", LABEL_SOURCE, COLON},
    {"转载来源", LABEL_SOURCE, COLON},
    {"来源于", LABEL_SOURCE, COLON},
    {"来源单位", LABEL_SOURCE, COLON},
    {"来源媒体", LABEL_SOURCE, COLON},
    {"稿源", LABEL_SOURCE, COLON},
    {"出处", LABEL_SOURCE, COLON},
    {"转自", LABEL_SOURCE, COLON},
    {"转载自", LABEL_SOURCE, COLON},
    {"摘自", LABEL_SOURCE, COLON},
    {"媒体", LABEL_SOURCE, COLON},
    {"新闻源", LABEL_SOURCE, COLON},
    {"出典", LABEL_SOURCE, COLON},
    {"source", LABEL_SOURCE, COLON},
    {"sources", LABEL_SOURCE, COLON | FIRST},
    {"from", LABEL_SOURCE, COLON},
    {"issued by", LABEL_SOURCE, COLON},
    {"published by", LABEL_SOURCE, COLON},
    {"quelle", LABEL_SOURCE, COLON},
    {"herausgeber", LABEL_SOURCE, COLON},
    {"fuente", LABEL_SOURCE, COLON},
    {"发布机构", LABEL_ISSUER, COLON},
    {"发布单位", LABEL_ISSUER, COLON},
    {"发布机关", LABEL_ISSUER, COLON},
    {"发布部门", LABEL_ISSUER, COLON},
    {"发布者", LABEL_ISSUER, COLON},
    {"发文机关", LABEL_ISSUER, COLON},
    {"发文单位", LABEL_ISSUER, COLON},
    {"发文机构", LABEL_ISSUER, COLON},
    {"发文部门", LABEL_ISSUER, COLON},
    {"制发单位", LABEL_ISSUER, COLON},
    {"印发机关", LABEL_ISSUER, COLON},
    {"责任部门", LABEL_ISSUER, COLON},
    {"公开责任部门", LABEL_ISSUER, COLON},
    {"信息公开责任部门", LABEL_ISSUER, COLON},
    {"供稿", LABEL_ISSUER, COLON},
    {"供稿单位", LABEL_ISSUER, COLON},
    {"发布人", LABEL_NOISE, COLON},
    {"作者", LABEL_AUTHOR, COLON},
    {"文章作者", LABEL_AUTHOR, COLON},
    {"记者", LABEL_AUTHOR, COLON},
    {"通讯员", LABEL_AUTHOR, COLON},
    {"撰文", LABEL_AUTHOR, COLON},
    {"撰稿", LABEL_AUTHOR, COLON},
    {"文", LABEL_AUTHOR, COLON | FIRST},
    {"author", LABEL_AUTHOR, COLON},
    {"authors", LABEL_AUTHOR, COLON},
    {"written by", LABEL_AUTHOR, BARE | FIRST},
    {"by", LABEL_AUTHOR, BARE | FIRST},
    {"posted by", LABEL_AUTHOR, BARE | FIRST},
    {"submitted by", LABEL_AUTHOR, BARE | FIRST},
    {"von", LABEL_AUTHOR, BARE | FIRST},
    {"par", LABEL_AUTHOR, BARE | FIRST},
    {"por", LABEL_AUTHOR, BARE | FIRST},
    {"autor", LABEL_AUTHOR, COLON},
    {"auteur", LABEL_AUTHOR, COLON},
    {"编辑", LABEL_EDITOR, COLON},
    {"責任編輯", LABEL_EDITOR, COLON},
    {"责任编辑", LABEL_EDITOR, COLON},
    {"责编", LABEL_EDITOR, COLON},
    {"本文责编", LABEL_EDITOR, COLON},
    {"本文编辑", LABEL_EDITOR, COLON},
    {"网络编辑", LABEL_EDITOR, COLON},
    {"实习编辑", LABEL_EDITOR, COLON},
    {"值班编辑", LABEL_EDITOR, COLON},
    {"信息录入", LABEL_EDITOR, COLON},
    {"录入", LABEL_EDITOR, COLON},
    {"审核", LABEL_NOISE, COLON},
    {"审核人", LABEL_NOISE, COLON},
    {"校对", LABEL_NOISE, COLON},
    {"初审", LABEL_NOISE, COLON},
    {"复审", LABEL_NOISE, COLON},
    {"终审", LABEL_NOISE, COLON},
    {"签发", LABEL_NOISE, COLON},
    {"监制", LABEL_NOISE, COLON},
    {"editor", LABEL_EDITOR, COLON},
    {"editors", LABEL_EDITOR, COLON},
    {"索引号", LABEL_INDEX_NUMBER, BARE},
    {"信息索引号", LABEL_INDEX_NUMBER, BARE},
    {"信息索取号", LABEL_INDEX_NUMBER, BARE},
    {"发文字号", LABEL_DOC_NUMBER, BARE},
    {"文号", LABEL_DOC_NUMBER, COLON},
    {"文件编号", LABEL_DOC_NUMBER, COLON},
    {"文件字号", LABEL_DOC_NUMBER, COLON},
    {"发文文号", LABEL_DOC_NUMBER, COLON},
    {"公文字号", LABEL_DOC_NUMBER, COLON},
    {"标题", LABEL_TITLE, COLON},
    {"名称", LABEL_TITLE, COLON},
    {"信息名称", LABEL_TITLE, COLON},
    {"文件名称", LABEL_TITLE, COLON},
    {"公文名称", LABEL_TITLE, COLON},
    {"当前位置", LABEL_CHANNEL, BARE},
    {"您当前的位置", LABEL_CHANNEL, BARE},
    {"您当前所在位置", LABEL_CHANNEL, BARE},
    {"您现在的位置", LABEL_CHANNEL, BARE},
    {"您的位置", LABEL_CHANNEL, BARE},
    {"您所在的位置", LABEL_CHANNEL, BARE},
    {"你的位置", LABEL_CHANNEL, COLON},
    {"你所在的位置", LABEL_CHANNEL, COLON},
    {"你现在的位置", LABEL_CHANNEL, COLON},
    {"当前所在位置", LABEL_CHANNEL, BARE},
    {"现在位置", LABEL_CHANNEL, COLON},
    {"所在位置", LABEL_CHANNEL, COLON},
    {"位置", LABEL_CHANNEL, COLON | FIRST},
    {"location", LABEL_CHANNEL, COLON | FIRST},
    {"position", LABEL_CHANNEL, COLON | FIRST},
    {"you are here", LABEL_CHANNEL, BARE | FIRST},
    {"sie sind hier", LABEL_CHANNEL, BARE | FIRST},
    {"现在地", LABEL_CHANNEL, COLON | FIRST},
    {"浏览次数", LABEL_NOISE, BARE},
    {"浏览量", LABEL_NOISE, BARE},
    {"浏览", LABEL_NOISE, COLON},
    {"访问量", LABEL_NOISE, BARE},
    {"访问次数", LABEL_NOISE, BARE},
    {"阅读次数", LABEL_NOISE, BARE},
    {"阅读数", LABEL_NOISE, BARE},
    {"阅读量", LABEL_NOISE, BARE},
    {"阅读", LABEL_NOISE, COLON},
    {"点击数", LABEL_NOISE, BARE},
    {"点击次数", LABEL_NOISE, BARE},
    {"点击率", LABEL_NOISE, BARE},
    {"点击量", LABEL_NOISE, BARE},
    {"点击", LABEL_NOISE, COLON},
    {"人气", LABEL_NOISE, COLON},
    {"热度", LABEL_NOISE, COLON},
    {"评论", LABEL_NOISE, COLON},
    {"字体", LABEL_NOISE, BARE},
    {"字号", LABEL_NOISE, BARE},
    {"文字大小", LABEL_NOISE, BARE},
    {"大小", LABEL_NOISE, COLON},
    {"视力保护色", LABEL_NOISE, BARE},
    {"背景色", LABEL_NOISE, BARE},
    {"打印", LABEL_NOISE, BARE},
    {"打印本页", LABEL_NOISE, BARE},
    {"关闭", LABEL_NOISE, BARE},
    {"收藏", LABEL_NOISE, BARE},
    {"分享", LABEL_NOISE, BARE},
    {"分享到", LABEL_NOISE, BARE},
    {"朗读", LABEL_NOISE, BARE},
    {"我要纠错", LABEL_NOISE, BARE},
    {"纠错", LABEL_NOISE, BARE},
    {"扫一扫", LABEL_NOISE, BARE},
    {"【", LABEL_NOISE, BARE},
    {"主题分类", LABEL_NOISE, BARE},
    {"主题词", LABEL_NOISE, BARE},
    {"公开方式", LABEL_NOISE, BARE},
    {"公开时限", LABEL_NOISE, BARE},
    {"公开范围", LABEL_NOISE, BARE},
    {"公开形式", LABEL_NOISE, BARE},
    {"有效性", LABEL_NOISE, BARE},
    {"时效性", LABEL_NOISE, BARE},
    {"体裁分类", LABEL_NOISE, BARE},
    {"组配分类", LABEL_NOISE, BARE},
    {"服务对象", LABEL_NOISE, COLON},
    {"公文种类", LABEL_NOISE, BARE},
    {"信息类别", LABEL_NOISE, COLON},
    {"信息分类", LABEL_NOISE, COLON},
    {"关键词", LABEL_NOISE, COLON},
    {"关键字", LABEL_NOISE, COLON},
    {"分类", LABEL_NOISE, COLON},
    {"栏目", LABEL_NOISE, COLON},
    {"类别", LABEL_NOISE, COLON},
    {"print", LABEL_NOISE, BARE},
    {"close", LABEL_NOISE, BARE},
    {"share", LABEL_NOISE, BARE},
    {"views", LABEL_NOISE, COLON},
    {"hits", LABEL_NOISE, COLON},
    {"font size", LABEL_NOISE, BARE},
    {"text size", LABEL_NOISE, BARE},
    {"category", LABEL_NOISE, COLON},
    {"tags", LABEL_NOISE, COLON},
    {"comments", LABEL_NOISE, COLON},
};
static struct gw_lexicon lexicon = {.name = "labels", .terms = rows, .count = GW_COUNT(rows)};

static const char *skip_blank(const char *p, const char *end)
{
    while (p < end && gw_is_space((unsigned char)*p))
        p++;
    return p;
}

// Past a colon of any width (or the bracket that closes a label), NULL when there is none.
static const char *past_colon(const char *p, const char *end)
{
    static const char *const colons[] = {":", "：", "︰", "﹕", "】", "］", "]"};
    p = skip_blank(p, end);
    bool found = false;
    for (size_t i = 0; i < GW_COUNT(colons) && p < end;) {
        if (gw_starts_with((struct gw_span){p, (size_t)(end - p)}, colons[i])) {
            p = skip_blank(p + strlen(colons[i]), end);
            found = true;
            i = 0;
        } else {
            i++;
        }
    }
    return found ? p : NULL;
}

static bool date_at(const char *p, const char *end)
{
    struct gw_date date;
    struct gw_span rest = {p, (size_t)(end - p) < 48 ? (size_t)(end - p) : 48};
    rest.bytes = gw_utf8_cut(p, (size_t)(end - p), rest.bytes);
    return gw_date_find(rest, 0, GW_DATE_UNKNOWN, GW_DATE_NO_DAY, &date) && date.start <= 12;
}

// A label may begin here: at the start, behind white space or a mark, or where a CJK label follows a digit or letter.
static bool may_begin(const char *start, const char *p)
{
    if (p == start)
        return true;
    unsigned char before = (unsigned char)p[-1];
    if (before < 0x80)
        return !(gw_is_alpha(before) && gw_is_alpha((unsigned char)*p)) && before != '.' && before != '@' &&
               before != '/' && before != '-' && before != '_';
    const char *c = p - 1;
    while (c > start && ((unsigned char)*c & 0xC0) == 0x80)
        c--;
    return !gw_is_cjk(gw_utf8_next(&c, p));
}

static bool followed(const struct gw_term *term, const char *after, const char *end, bool *ret_colon,
                     const char **ret_value)
{
    const char *value = past_colon(after, end);
    *ret_colon = value != NULL;
    *ret_value = value ? value : skip_blank(after, end);
    if (value)
        return true;
    switch (term->flags & 3) {
    case DATE:
        return date_at(after, end);
    case BARE:
        return true;
    default:
        return false;
    }
}

static struct gw_span trim_value(struct gw_span s)
{
    static const char *const marks[] = {"|",  "｜", "，", "、", ",",  ";",      "；", "·", "•", "(",
                                        "（", "[",  "【", "/",  "／", "&nbsp;", "-",  "—", ")", "）"};
    s = gw_span_trim(s);
    // An opening bracket at the end belongs to what follows; a closing one at the end to its opening one, if inside.
    for (size_t i = 0; i < GW_COUNT(marks);) {
        size_t n = strlen(marks[i]);
        bool closes = strcmp(marks[i], ")") == 0 || strcmp(marks[i], "）") == 0;
        bool opened = gw_find(s, GW_SPAN("(")) >= 0 || gw_find(s, GW_SPAN("（")) >= 0;
        if (gw_ends_with(s, marks[i]) && !(closes && opened)) {
            s.bytes -= n;
            s = gw_span_trim(s);
            i = 0;
        } else {
            i++;
        }
    }
    return s;
}

// "Source: A | 2024-04-18 | Author: B": a bar ends a value.
static const char *bar(const char *p, const char *end)
{
    for (; p < end; p++)
        if (*p == '|' || *p == '\t' || (end - p >= 3 && (memcmp(p, "｜", 3) == 0 || memcmp(p, "│", 3) == 0)))
            return p;
    return end;
}

size_t gw_labels_find(struct gw_span line, struct gw_label_hit *ret_hits, size_t max)
{
    const char *end = line.at + line.bytes;
    size_t n = 0;
    for (const char *p = line.at; p < end && n < max;) {
        size_t bytes;
        const struct gw_term *term = may_begin(line.at, p) ? gw_lexicon_match(&lexicon, p, end, &bytes) : NULL;
        bool colon;
        const char *value;
        if (term && !(term->flags & FIRST && p != line.at) && followed(term, p + bytes, end, &colon, &value)) {
            if (n && ret_hits[n - 1].value.at + ret_hits[n - 1].value.bytes > p)
                ret_hits[n - 1].value.bytes = (size_t)(p - ret_hits[n - 1].value.at);
            const char *stop = bar(value, end);
            ret_hits[n++] = (struct gw_label_hit){
                .label = term->what, .name = {p, bytes}, .value = {value, (size_t)(stop - value)}, .colon = colon};
            p = value > p + bytes ? value : p + bytes;
            continue;
        }
        p++;
        while (p < end && ((unsigned char)*p & 0xC0) == 0x80)
            p++;
    }
    for (size_t i = 0; i < n; i++)
        ret_hits[i].value = trim_value(ret_hits[i].value);
    return n;
}

enum gw_label gw_label_alone(struct gw_span line, struct gw_span *ret_name)
{
    size_t bytes;
    const char *end = line.at + line.bytes;
    const struct gw_term *term = gw_lexicon_match(&lexicon, line.at, end, &bytes);
    if (!term)
        return LABEL_NONE;
    const char *after = past_colon(line.at + bytes, end);
    if (!after)
        after = skip_blank(line.at + bytes, end);
    if (after != end)
        return LABEL_NONE;
    *ret_name = (struct gw_span){line.at, bytes};
    return term->what;
}
