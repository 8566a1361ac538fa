// SPDX-License-Identifier: Apache-2.0
#include "policy.h"

#include "docno.h"
#include "envelope.h"
#include "factdates.h"
#include "figures.h"
#include "issuers.h"
#include "kinds.h"
#include "labels.h"
#include "measures.h"
#include "people.h"
#include "places.h"
#include "references.h"
#include "regions.h"
#include "topics.h"

#include <string.h>

enum { ISSUERS_MAX = 16, STATE_WEIGHT = 4, LIST_LINES = 40, LONG_LINE = 240, FORMS_MAX = 3, SHORT_TEXT = 700 };

static size_t count_words(const struct gw_scan *scan, const char *class)
{
    const struct gw_hits *words = &scan->hits[GW_HITS_WORDS];
    size_t count = 0;
    for (size_t i = 0; i < words->count; i++)
        count += strcmp(gw_hit_cell(&words->at[i], GW_WORD_CLASS), class) == 0;
    return count;
}

static bool is_about_china(const struct gw_scan *scan)
{
    const struct gw_hits *places = &scan->hits[GW_HITS_PLACES];
    size_t chinese = 0, others = 0;
    if (strcmp(scan->lang, "zh") == 0)
        return true;
    for (size_t i = 0; i < places->count; i++) {
        bool here = places->at[i].table == GW_T_DIVISIONS || strcmp(gw_hit_cell(&places->at[i], 0), "CN") == 0;
        chinese += here;
        others += !here;
    }
    bool words = count_words(scan, "china") > 0;
    return (chinese && words) || (chinese >= 2 && chinese > others) || (words && !others);
}

// A list or home page: many lines, few of them sentences. What it names belongs to other pages.
static bool is_list(const struct gw_scan *scan)
{
    size_t sentences = 0, lines = 0;
    for (size_t i = 0; i < scan->line_count; i++) {
        const struct gw_text_line *line = &scan->lines[i];
        if (line->start < scan->body_at || line->start >= scan->source_at)
            continue;
        lines++;
        sentences += gw_scan_before(scan, line->end, "。") || gw_scan_before(scan, line->end, "；") ||
                     gw_scan_before(scan, line->end, "：") || gw_scan_before(scan, line->end, ".") ||
                     gw_scan_before(scan, line->end, "”") || line->end - line->start > LONG_LINE;
    }
    return lines >= LIST_LINES && sentences * 4 < lines;
}

static const char *const KNOWN[] = {"zh", "en", "de", "ja"};

// A page that names no public body and speaks few words of the state announces nothing: its figures and names are no
// policy. A page of a watched source is an announcement, or nobody would watch it.
static bool announces(const struct gw_scan *scan, const struct gw_bodies *bodies, size_t issuers)
{
    const struct gw_hits *offices = &scan->hits[GW_HITS_OFFICES];
    size_t weight = count_words(scan, "state");
    if (scan->source || issuers || scan->document->doc_number[0] || strcmp(scan->document->kind, "statistics") == 0)
        return true;
    size_t tables = 0, forms = 0;
    for (size_t i = 0; i < bodies->count; i++)
        *(bodies->at[i].by_form ? &forms : &tables) += 1;
    weight += 2 * tables + (forms > FORMS_MAX ? FORMS_MAX : forms);
    bool play = !tables && scan->document->n_topics && strcmp(scan->document->topics[0], "culture_sport") == 0;
    for (size_t i = 0; i < offices->count; i++)
        weight += gw_scan_has(
            scan, offices->at[i].start, offices->at[i].end,
            "Minister|Secretary|Senator|Governor|Mayor|minister|省长|市长|县长|书记|部长|局长|President|Attorney");
    if (scan->titled && weight)
        return true;
    // Of other languages the tables know few words, and a short text has room for few.
    bool known = false;
    for (size_t i = 0; i < GW_COUNT(KNOWN); i++)
        known |= strcmp(scan->lang, KNOWN[i]) == 0;
    size_t least = !known || scan->text.bytes < SHORT_TEXT ? STATE_WEIGHT / 2 : STATE_WEIGHT;
    return weight >= (play ? 3 * STATE_WEIGHT : least);
}

int gw_policy_read(struct gw_arena *arena, const Gw__Source *source, Gw__Document *document)
{
    return gw_policy_read_with(arena, source, NULL, document);
}

int gw_policy_read_with(struct gw_arena *arena, const Gw__Source *source, const struct gw_policy_options *options,
                        Gw__Document *document)
{
    struct gw_scan scan;
    if (!gw_scan_init(&scan, arena, source, options, document))
        return gw_fail(GW_ELIMIT, "policy: the arena is full");
    scan.china = is_about_china(&scan);
    gw_labels_read(&scan);
    gw_docno_find(&scan);
    gw_docno_own(&scan);
    gw_references_mark(&scan);
    scan.list = !document->doc_number[0] && is_list(&scan);
    gw_dates_read(&scan);
    gw_kind_read(&scan);
    gw_topics_read(&scan);

    struct gw_places places;
    struct gw_bodies bodies;
    const struct gw_body *issuers[ISSUERS_MAX];
    size_t issuer_count;
    gw_places_read(&scan, &places);
    gw_bodies_read(&scan, &places, &bodies);
    if (scan.list) {
        document->kind = "other";
        gw_topics_add_other(&scan);
        gw_regions_read(&scan, &places, issuers, 0, true);
        return scan.full ? gw_fail(GW_ELIMIT, "policy: the arena is full") : GW_OK;
    }
    gw_issuers_read(&scan, &places, &bodies, issuers, ISSUERS_MAX, &issuer_count);
    bool policy = announces(&scan, &bodies, issuer_count);
    gw_regions_read(&scan, &places, issuers, issuer_count, policy);
    if (policy) {
        gw_figures_read(&scan);
        gw_people_read(&scan);
        gw_references_read(&scan);
        gw_measures_read(&scan);
        gw_envelope_read(&scan);
    } else {
        gw_topics_add_other(&scan);
    }
    return scan.full ? gw_fail(GW_ELIMIT, "policy: the arena is full") : GW_OK;
}
