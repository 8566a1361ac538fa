// SPDX-License-Identifier: Apache-2.0
// What the test ministry has to say: a Ministry of Coastal Industry that does not exist and the city of Hailan, which
// does not either. All text is our own.
//
// Paragraphs and titles hold places for what depends on the day of publication:
//   {y} its year   {d} the day   {d+30} thirty days later   ("2026年3月4日" in Chinese pages, "March 4, 2026" in
//   English)
#ifndef GW_SITE_ARTICLES_H
#define GW_SITE_ARTICLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gw_site_column {
    GW_SITE_POLICY, // /zh/zcwj/  政策文件: documents with a metadata block, TRS-like list
    GW_SITE_WORK,   // /zh/gzdt/  工作动态: news of the ministry
    GW_SITE_CITY,   // /en/news/  the city's news
    GW_SITE_NOTICE, // /zh/tzgg/  通知公告: generated; the rows come by a second request (jpaas unit)
    GW_SITE_LOAD,   // /load/     generated, as many as asked for
    GW_SITE_COLUMNS,
};

struct gw_site_article {
    uint32_t id; // in its URL
    enum gw_site_column column;
    unsigned age_hours; // of its publication, before the site's birth
    unsigned arrival;   // published with the n-th interval after birth instead; 0: there from the start
    const char *title, *subtitle;
    const char *source, *author, *editor;
    const char *number, *index_no, *topic; // of the metadata block; number NULL: no block
    const char *paragraphs[12];            // ends with NULL; one that begins with "# " is a heading
    const char *signature[2];              // issuer and day, at the right
    const char *attachments[3];            // names; their files exist
    const char *before, *after;            // a revision: `after` stands for `before` once the article was changed
    bool gbk;                              // the page is sent in GBK and says so in its <meta> alone
};

extern const struct gw_site_article gw_site_articles_zh[], gw_site_articles_en[];
extern const size_t gw_site_articles_zh_count, gw_site_articles_en_count;

struct gw_arena;
// The i-th of endless plausible articles, Chinese and English in turn (Chinese only for GW_SITE_WORK, English only for
// GW_SITE_CITY), always the same for the same seed and distinct in title and text from every other. NULL: arena full.
const struct gw_site_article *gw_site_article_generate(struct gw_arena *arena, uint64_t seed,
                                                       enum gw_site_column column, uint32_t i);
bool gw_site_article_is_english(const struct gw_site_article *article);

#endif
