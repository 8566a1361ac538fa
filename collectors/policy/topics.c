// SPDX-License-Identifier: Apache-2.0
// DESIGN: A word counts by its weight, more in the title, and up to a few times: a text about coal says 煤矿 fifty
// times and is still also about safety. Topics within reach of the strongest are taken.
#include "topics.h"

#include <stdlib.h>
#include <string.h>

enum {
    TOPICS = 32,
    TOPICS_MAX = 5,
    TITLE_FACTOR = 4,
    OPENING_FACTOR = 2,
    OPENING_BYTES = 400,
    WORDS = 512,
    TIMES_MAX = 3,
    LEAST = 8,
    REACH = 4
};

struct topic {
    const char *name;
    unsigned score;
};

struct word {
    struct gw_span text;
    unsigned times;
};

// Times the word was met before; words beyond the table's room count as new.
static unsigned *times_of(struct word *words, struct word *spare, struct gw_span text)
{
    unsigned hash = (unsigned)text.bytes;
    for (size_t i = 0; i < text.bytes; i++)
        hash = hash * 31 + (unsigned char)text.at[i];
    for (unsigned probe = 0; probe < 16; probe++) {
        struct word *word = &words[(hash + probe) % WORDS];
        if (!word->times)
            word->text = text;
        if (gw_span_eq(word->text, text))
            return &word->times;
    }
    spare->times = 0;
    return &spare->times;
}

static struct topic *topic_of(struct topic *topics, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(topics[i].name, name) == 0)
            return &topics[i];
    if (*count == TOPICS)
        return NULL;
    topics[*count].name = name;
    return &topics[(*count)++];
}

static int by_score(const void *a, const void *b)
{
    const struct topic *x = a, *y = b;
    return x->score > y->score ? -1 : x->score < y->score;
}

// Is it a part of a longer name of the group?
static bool is_inside(const struct gw_scan *scan, enum gw_hit_group group, const struct gw_hit *hit)
{
    const struct gw_hits *hits = &scan->hits[group];
    size_t i = gw_hits_from(hits, hit->start);
    return i < hits->count && hits->at[i].start <= hit->start && hits->at[i].end >= hit->end &&
           hits->at[i].end - hits->at[i].start > hit->end - hit->start;
}

void gw_topics_read(struct gw_scan *scan)
{
    struct topic topics[TOPICS] = {0};
    struct word words[WORDS] = {0}, spare;
    size_t count = 0;
    const struct gw_hits *hits = &scan->hits[GW_HITS_TOPICS];
    for (size_t i = 0; i < hits->count; i++) {
        const struct gw_hit *hit = &hits->at[i];
        if (scan->marks[hit->start] & GW_MARK_LABEL)
            continue;
        if (is_inside(scan, GW_HITS_PLACES, hit) || is_inside(scan, GW_HITS_BODIES, hit)) // 浦东新区, 国家发展改革委
            continue;
        struct topic *topic = topic_of(topics, &count, gw_hit_cell(hit, GW_TOPIC_TOPIC));
        unsigned *times = times_of(words, &spare, (struct gw_span){scan->text.at + hit->start, hit->end - hit->start});
        unsigned weight = (unsigned)atoi(gw_hit_cell(hit, GW_TOPIC_WEIGHT));
        if (!topic || ++*times > TIMES_MAX)
            continue;
        topic->score += weight * (hit->start < scan->body_at                   ? TITLE_FACTOR
                                  : hit->start < scan->body_at + OPENING_BYTES ? OPENING_FACTOR
                                                                               : 1);
    }
    qsort(topics, count, sizeof *topics, by_score);
    Gw__Document *document = scan->document;
    for (size_t i = 0; i < count && i < TOPICS_MAX; i++)
        if (i == 0 || (topics[i].score >= LEAST && topics[i].score * REACH >= topics[0].score))
            gw_scan_push(scan, &document->topics, &document->n_topics, (void *)topics[i].name);
}

void gw_topics_add_other(struct gw_scan *scan)
{
    gw_scan_push(scan, &scan->document->topics, &scan->document->n_topics, "other");
}
