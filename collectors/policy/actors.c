// SPDX-License-Identifier: Apache-2.0
// DESIGN: Each mention of a body gets points for what stands around it; a body is worth its best mention, and a little
// for being named again. Points need a reason: a body that only occurs has none. Mentions that are places (在…),
// workplaces (…部长) or one of a list of participants count nothing.
#include "actors.h"

#include <stdlib.h>
#include <string.h>

enum {
    OPENING_BYTES = 1500,
    LEAD_BYTES = 700,
    NEAR = 45,
    SCORES = 64,
    LEAST = 3,
    TITLE = 3,
    ACT = 2,
    AGENT = 2,
    HEAD_LINES = 5,
    INSERTED_MAX = 120,
    CITIES = 6,
    OWN_LINE = 40,
    ABBREVIATION_MAX = 16,
};

struct score {
    const struct gw_body *body;
    unsigned score, mentions;
    bool acts_early; // with a cue of its own, in the first lines
};

static const char ACTS_HAN[] =
    "举行|召开|发布|印发|出台|公布|通报|下发|制定|审议|决定|传出|表示|宣布|启动|组织|会同|联合|网站|一审|签署|消息|"
    "获悉|提醒|"
    "处以|查处|立案|约谈|查获|曝光|通告|发文|下达|拨付|命名|认定|は、|公表|発表|開催|策定|実施|"
    "部署|主办|开展|介绍|推出|明确|要求|提出|修订|批准|公开|数据显示|强调|指出|了解到|统计|测定";
static const char ACTS_LATIN[] =
    " has scheduled| will have| will hold| will meet| held| issued| announced| announces| said| released| launched| is "
    "aware| reported| reports| published| today| proposed| will support| will fully| adopted| approved|"
    " invites| recommends| seeks| awarded| teilt| hat | registriert| legt|MEETING| is seeking| is offering| offers| "
    "unveiled| wird | informiert| startet| fördert| stellt | gab | added| explained| stated| confirmed| decided| "
    "approves| announces| launches| "
    "published| introduces| awards| extends| updates| opens| said| agreed| urged| imposed| imposes| has | fined";

static bool is_before_any(const struct gw_scan *scan, size_t at, const char *const *words)
{
    for (; *words; words++)
        if (gw_scan_before(scan, at, *words))
            return true;
    return false;
}

static bool is_latin(const struct gw_scan *scan, const struct gw_body *body)
{
    return (unsigned char)scan->text.at[body->start] < 0x80;
}

// Followed by an office, a body is where someone works, not who speaks: 教育部部长.
static bool is_workplace(const struct gw_scan *scan, const struct gw_body *body)
{
    const struct gw_hits *offices = &scan->hits[GW_HITS_OFFICES];
    size_t i = gw_hits_from(offices, body->end);
    return !is_latin(scan, body) && i < offices->count && offices->at[i].start < body->end + strlen("党组成员党组") &&
           !gw_scan_has(scan, body->end, offices->at[i].start, "，|。|、|：");
}

static bool is_setting(const struct gw_scan *scan, const struct gw_body *body)
{
    static const char *const words[] = {"在", "到", "向", "对", "给", "报", "送", "赴", "请", NULL};
    return is_before_any(scan, body->start, words) || gw_scan_at(scan, body->end, "工作报告") ||
           gw_scan_at(scan, body->end, "有关部门") || gw_scan_at(scan, body->end, "领导") ||
           gw_scan_at(scan, body->end, "关于提请") || gw_scan_at(scan, body->end, "同意") ||
           gw_scan_at(scan, body->end, "批准");
}

// One of three or more in a row: participants, addressees.
static bool is_listed(const struct gw_bodies *bodies, size_t i)
{
    enum { JOINT = 8 };
    bool before = i > 0 && bodies->at[i].start - bodies->at[i - 1].end <= JOINT;
    bool after = i + 1 < bodies->count && bodies->at[i + 1].start - bodies->at[i].end <= JOINT;
    bool further = i + 2 < bodies->count && bodies->at[i + 2].start - bodies->at[i + 1].end <= JOINT;
    bool earlier = i > 1 && bodies->at[i - 1].start - bodies->at[i - 2].end <= JOINT;
    return (before && after) || (after && further) || (before && earlier);
}

// 中央军委主席习近平签署命令
static bool signs_order(const struct gw_scan *scan, const struct gw_body *body)
{
    size_t end = gw_scan_sentence_end(scan, body->end);
    return gw_scan_at(scan, body->end, "主席") &&
           gw_scan_has(scan, body->end, end < body->end + NEAR ? end : body->end + NEAR, "签署");
}

// 宣读了《县退役军人事务局关于…的决定》: its own words are reported.
static bool is_quoted(const struct gw_scan *scan, const struct gw_body *body)
{
    size_t from = body->start > NEAR ? body->start - NEAR : 0;
    return gw_scan_before(scan, body->start, "《") && gw_scan_has(scan, from, body->start, "宣读|发布|印发|出台|下发");
}

static unsigned worth_han(const struct gw_scan *scan, const struct gw_body *body)
{
    static const char *const agents[] = {"从", "据", "由", "经", "源于", NULL};
    size_t end = gw_scan_sentence_end(scan, body->end), most = body->end + NEAR < end ? body->end + NEAR : end;
    if (signs_order(scan, body))
        return ACT + AGENT;
    if (is_quoted(scan, body))
        return ACT + 1;
    if (is_workplace(scan, body) || is_setting(scan, body) || scan->marks[body->start] & GW_MARK_TITLE)
        return 0;
    size_t line = gw_scan_line(scan, body->start);
    if (line < HEAD_LINES && scan->lines[line].start == body->start && scan->lines[line].end == body->end)
        return ACT + 1; // a line of its own under the title
    return (is_before_any(scan, body->start, agents) ? AGENT : 0) +
           (gw_scan_has(scan, body->end, most, ACTS_HAN) ? ACT : 0);
}

static unsigned worth_latin(const struct gw_scan *scan, const struct gw_body *body)
{
    static const char *const agents[] = {
        "issued by the ", "held by the ", "according to the ", "According to the ", "by the ", "from the ", "by ",
        "der ",           "des ",         "durch die ",        "durch das ",        "vom ",    NULL};
    size_t end = gw_scan_sentence_end(scan, body->end), most = body->end + NEAR < end ? body->end + NEAR : end;
    unsigned worth = is_before_any(scan, body->start, agents) ? AGENT : 0;
    if (gw_scan_at(scan, body->end, " (")) // "The Reserve Bank of India (RBI) has"
        for (size_t i = body->end; i < end && i < body->end + ABBREVIATION_MAX; i++)
            if (scan->text.at[i] == ')') {
                most = i + 1 + NEAR < end ? i + 1 + NEAR : end;
                break;
            }
    // "Das Ministerium für Umwelt unterstützt …": the subject of its sentence
    bool article = gw_scan_before(scan, body->start, "Das ") || gw_scan_before(scan, body->start, "Die ") ||
                   gw_scan_before(scan, body->start, "Der ");
    if (article && gw_scan_sentence(scan, body->start) + strlen("Das ") == body->start)
        worth += ACT;
    // "The Cabinet, chaired by the Prime Minister, has approved": the verb stands behind what is put in.
    size_t from = body->end;
    if (gw_scan_at(scan, from, ", "))
        for (size_t i = from + 2; i < end && i < from + INSERTED_MAX; i++)
            if (gw_scan_at(scan, i, ", ")) {
                from = i + 1;
                most = from + NEAR < end ? from + NEAR : end;
                break;
            }
    worth += gw_scan_has(scan, from, most, ACTS_LATIN) ? ACT : 0;
    const struct gw_text_line *line = &scan->lines[gw_scan_line(scan, body->start)];
    // A line of its own: "Town of Lexington Department of Public Works"; near the top it is whose page this is.
    bool top = line - scan->lines < HEAD_LINES, stop = gw_scan_before(scan, line->end, ".");
    if (line->start == body->start &&
        (line->end <= body->end + 8 || (top && !stop && line->end < body->end + OWN_LINE)))
        worth += top && !stop ? ACT : 1;
    return worth;
}

// Is a name the tail of another: "City Council" of "Detroit City Council"?
static bool is_tail(const char *longer, const char *shorter)
{
    size_t n = strlen(longer), m = strlen(shorter);
    return n > m && longer[n - m - 1] == ' ' && strcmp(longer + n - m, shorter) == 0;
}

static struct score *score_of(struct score *scores, size_t *count, const struct gw_body *body)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(scores[i].body->canonical, body->canonical) == 0)
            return &scores[i];
        if (!body->by_form || !scores[i].body->by_form)
            continue;
        if (is_tail(scores[i].body->canonical, body->canonical))
            return &scores[i];
        if (is_tail(body->canonical, scores[i].body->canonical)) {
            scores[i].body = body;
            return &scores[i];
        }
    }
    if (*count == SCORES)
        return NULL;
    scores[*count] = (struct score){.body = body};
    return &scores[(*count)++];
}

static unsigned worth_of(const struct gw_scan *scan, const struct gw_bodies *bodies, size_t i)
{
    const struct gw_body *body = &bodies->at[i];
    bool title = body->start < scan->body_at, latin = is_latin(scan, body);
    bool opening = body->start < scan->body_at + OPENING_BYTES;
    if (title)
        return is_workplace(scan, body) || is_setting(scan, body)                        ? 0
               : body->by_form && gw_scan_has(scan, body->start, body->end, "Committee") ? 1
                                                                                         : TITLE;
    bool provided = latin && (gw_scan_before(scan, body->start, "provided by the ") ||
                              gw_scan_before(scan, body->start, "issued by the "));
    if (is_listed(bodies, i) && !provided)
        return 0;
    unsigned worth = opening || provided ? latin ? worth_latin(scan, body) : worth_han(scan, body) : 0;
    if (latin && strcmp(scan->lang, "de") == 0 && !worth)
        worth = 1; // a German page rarely names a body without its being the one
    if (latin && strncmp(body->canonical, "Bundesministerium", strlen("Bundesministerium")) == 0)
        worth++;
    return worth + (worth && opening) + provided;
}

// A report from many cities of which the title names none: what one of them does is not what it announces.
static bool is_round_up(const struct gw_scan *scan, const struct gw_places *places)
{
    const char *cities[CITIES];
    size_t count = 0;
    for (size_t i = 0; i < places->count && count < CITIES; i++) {
        const struct gw_place *place = &places->at[i];
        if (place->level != GW_PLACE_PREFECTURE || !gw_place_is_chinese(place->code))
            continue;
        if (place->start < scan->body_at)
            return false;
        bool seen = false;
        for (size_t j = 0; j < count; j++)
            seen |= strcmp(cities[j], place->code) == 0;
        if (!seen)
            cities[count++] = place->code;
    }
    return count == CITIES;
}

static void weigh(const struct gw_scan *scan, const struct gw_bodies *bodies, bool round_up, struct score *scores,
                  size_t *count)
{
    for (size_t i = 0; i < bodies->count; i++) {
        const struct gw_body *body = &bodies->at[i];
        if (scan->marks[body->start] & GW_MARK_LABEL || (round_up && strcmp(body->level, "municipal") == 0))
            continue;
        unsigned worth = worth_of(scan, bodies, i);
        struct score *score = score_of(scores, count, body);
        if (!score)
            continue;
        score->mentions++;
        score->acts_early |= worth > ACT && body->start < scan->body_at + LEAD_BYTES;
        if (worth > score->score) {
            score->score = worth;
            if (strcmp(score->body->canonical, body->canonical) == 0)
                score->body = body;
        }
    }
}

static int by_score(const void *a, const void *b)
{
    const struct score *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->body->start < y->body->start ? -1 : x->body->start > y->body->start;
}

// The body that `body` acts with: "the Ministry of Finance and the Ministry of …", 财政部、税务总局联合.
static const struct gw_body *partner(const struct gw_scan *scan, const struct gw_bodies *bodies,
                                     const struct gw_body *body)
{
    static const char *const joints[] = {" and the ", " and ", "、", "和", "会同", "联合", " und das "};
    const struct gw_body *next = body + 1;
    if (next >= bodies->at + bodies->count)
        return NULL;
    for (size_t i = 0; i < GW_COUNT(joints); i++)
        if (next->start == body->end + strlen(joints[i]) && gw_scan_at(scan, body->end, joints[i]))
            return next;
    return NULL;
}

size_t gw_actors_pick(const struct gw_scan *scan, const struct gw_places *places, const struct gw_bodies *bodies,
                      const struct gw_body **ret_actors, size_t max)
{
    struct score scores[SCORES];
    size_t count = 0, picked = 0, leads = 0;
    weigh(scan, bodies, is_round_up(scan, places), scores, &count);
    for (size_t i = 0; i < count; i++)
        if (scores[i].score)
            scores[i].score += scores[i].mentions > 3 ? 3 : scores[i].mentions - 1;
    qsort(scores, count, sizeof *scores, by_score);
    for (size_t i = 0; i < count && leads < 2 && picked < max; i++) {
        bool close = scores[i].score + 1 >= scores[0].score || scores[i].acts_early;
        if (scores[i].score < LEAST || !close)
            continue;
        leads++;
        ret_actors[picked++] = scores[i].body;
        const struct gw_body *with = partner(scan, bodies, scores[i].body);
        if (with && picked < max)
            ret_actors[picked++] = with;
    }
    return picked;
}
