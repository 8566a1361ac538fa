// SPDX-License-Identifier: Apache-2.0
// Aho-Corasick over the table: one look per character of an attribute, however many words the table has.
#include "hints.h"
#include "rows.h"

#include "base/err.h"
#include "base/str.h"
#include "html/dom.h"

#include <stdbool.h>
#include <string.h>

enum bound { ANYWHERE = 0, STARTS = 1, ENDS = 2, WORD = 3 }; // where a word of the name must begin or end

static const struct {
    const char *word;
    unsigned char hint;
    unsigned char bound;
} words[] = {
    {"articlebody", HINT_BODY, 0},   {"articlecontent", HINT_BODY, 0},
    {"articletext", HINT_BODY, 0},   {"artibody", HINT_BODY, 0},
    {"storybody", HINT_BODY, 0},     {"storytext", HINT_BODY, 0},
    {"entrycontent", HINT_BODY, 0},  {"postcontent", HINT_BODY, 0},
    {"postbody", HINT_BODY, 0},      {"newscontent", HINT_BODY, 0},
    {"contenttext", HINT_BODY, 0},   {"bodytext", HINT_BODY, 0},
    {"bodycopy", HINT_BODY, 0},      {"maintext", HINT_BODY, 0},
    {"textbody", HINT_BODY, 0},      {"richtext", HINT_BODY, 0},
    {"trseditor", HINT_BODY, 0},     {"trsueditor", HINT_BODY, 0},
    {"ucapcontent", HINT_BODY, 0},   {"pagescontent", HINT_BODY, 0},
    {"btcontent", HINT_BODY, 0},     {"jscontent", HINT_BODY, 0},
    {"ivscontent", HINT_BODY, 0},    {"customunionstyle", HINT_BODY, 0},
    {"editorcontent", HINT_BODY, 0}, {"zoom", HINT_BODY, WORD},
    {"concon", HINT_BODY, WORD},     {"zhengwen", HINT_BODY, 0},
    {"neirong", HINT_BODY, 0},       {"content", HINT_CONTENT, 0},
    {"article", HINT_CONTENT, 0},    {"story", HINT_CONTENT, 0},
    {"entry", HINT_CONTENT, 0},      {"post", HINT_CONTENT, STARTS},
    {"main", HINT_CONTENT, STARTS},  {"body", HINT_CONTENT, 0},
    {"text", HINT_CONTENT, 0},       {"txt", HINT_CONTENT, 0},
    {"detail", HINT_CONTENT, 0},     {"paragraph", HINT_CONTENT, 0},
    {"news", HINT_CONTENT, WORD},    {"blog", HINT_CONTENT, 0},
    {"wenzhang", HINT_CONTENT, 0},   {"title", HINT_TITLE, 0},
    {"headline", HINT_TITLE, 0},     {"heading", HINT_TITLE, 0},
    {"biaoti", HINT_TITLE, 0},       {"meta", HINT_META, STARTS},
    {"byline", HINT_META, 0},        {"author", HINT_META, 0},
    {"date", HINT_META, 0},          {"time", HINT_META, 0},
    {"publish", HINT_META, 0},       {"posted", HINT_META, 0},
    {"source", HINT_META, 0},        {"laiyuan", HINT_META, 0},
    {"info", HINT_META, 0},          {"contributor", HINT_META, 0},
    {"caption", HINT_CAPTION, 0},    {"credit", HINT_CAPTION, 0},
    {"photo", HINT_CAPTION, 0},      {"image", HINT_CAPTION, 0},
    {"img", HINT_CAPTION, 0},        {"pic", HINT_CAPTION, STARTS},
    {"gallery", HINT_CAPTION, 0},    {"slide", HINT_CAPTION, 0},
    {"video", HINT_CAPTION, 0},      {"media", HINT_CAPTION, STARTS},
    {"summary", HINT_SUMMARY, 0},    {"abstract", HINT_SUMMARY, 0},
    {"lead", HINT_SUMMARY, WORD},    {"lede", HINT_SUMMARY, 0},
    {"intro", HINT_SUMMARY, STARTS}, {"standfirst", HINT_SUMMARY, 0},
    {"dek", HINT_SUMMARY, WORD},     {"subtitle", HINT_SUMMARY, 0},
    {"subhead", HINT_SUMMARY, 0},    {"description", HINT_SUMMARY, 0},
    {"excerpt", HINT_SUMMARY, 0},    {"teaser", HINT_SUMMARY, 0},
    {"comment", HINT_COMMENT, 0},    {"disqus", HINT_COMMENT, 0},
    {"reply", HINT_COMMENT, 0},      {"replies", HINT_COMMENT, 0},
    {"respond", HINT_COMMENT, 0},    {"discuss", HINT_COMMENT, 0},
    {"pinglun", HINT_COMMENT, 0},    {"feedback", HINT_COMMENT, 0},
    {"review", HINT_COMMENT, 0},     {"forum", HINT_COMMENT, 0},
    {"kommentar", HINT_COMMENT, 0},  {"talkback", HINT_COMMENT, 0},
    {"remark", HINT_COMMENT, 0},     {"share", HINT_SHARE, 0},
    {"sharing", HINT_SHARE, 0},      {"social", HINT_SHARE, 0},
    {"sns", HINT_SHARE, WORD},       {"weibo", HINT_SHARE, 0},
    {"weixin", HINT_SHARE, 0},       {"wechat", HINT_SHARE, 0},
    {"facebook", HINT_SHARE, 0},     {"twitter", HINT_SHARE, 0},
    {"follow", HINT_SHARE, 0},       {"qrcode", HINT_SHARE, 0},
    {"erweima", HINT_SHARE, 0},      {"ewm", HINT_SHARE, WORD},
    {"addthis", HINT_SHARE, 0},      {"related", HINT_RELATED, 0},
    {"recommend", HINT_RELATED, 0},  {"more", HINT_RELATED, 0},
    {"similar", HINT_RELATED, 0},    {"popular", HINT_RELATED, 0},
    {"trending", HINT_RELATED, 0},   {"hot", HINT_RELATED, WORD},
    {"rank", HINT_RELATED, 0},       {"xiangguan", HINT_RELATED, 0},
    {"tuijian", HINT_RELATED, 0},    {"xgxx", HINT_RELATED, 0},
    {"also", HINT_RELATED, WORD},    {"latest", HINT_RELATED, 0},
    {"recent", HINT_RELATED, 0},     {"next", HINT_RELATED, WORD},
    {"prev", HINT_RELATED, STARTS},  {"outbrain", HINT_RELATED, 0},
    {"taboola", HINT_RELATED, 0},    {"card", HINT_RELATED, WORD},
    {"promo", HINT_RELATED, 0},      {"seealso", HINT_RELATED, 0},
    {"newsbox", HINT_RELATED, 0},    {"linkbox", HINT_RELATED, 0},
    {"crosslink", HINT_RELATED, 0},  {"inlinelink", HINT_RELATED, 0},
    {"nav", HINT_NAV, STARTS},       {"menu", HINT_NAV, 0},
    {"crumb", HINT_NAV, 0},          {"pagination", HINT_NAV, 0},
    {"pager", HINT_NAV, 0},          {"position", HINT_NAV, 0},
    {"location", HINT_NAV, 0},       {"weizhi", HINT_NAV, 0},
    {"tab", HINT_NAV, WORD},         {"tabs", HINT_NAV, WORD},
    {"skip", HINT_NAV, STARTS},      {"sitemap", HINT_NAV, 0},
    {"search", HINT_NAV, 0},         {"foot", HINT_FOOTER, 0},
    {"copyright", HINT_FOOTER, 0},   {"bottom", HINT_FOOTER, 0},
    {"legal", HINT_FOOTER, 0},       {"contact", HINT_FOOTER, 0},
    {"contentinfo", HINT_FOOTER, 0}, {"header", HINT_HEADER, 0},
    {"head", HINT_HEADER, WORD},     {"masthead", HINT_HEADER, 0},
    {"banner", HINT_HEADER, 0},      {"top", HINT_HEADER, WORD},
    {"logo", HINT_HEADER, 0},        {"brand", HINT_HEADER, 0},
    {"side", HINT_SIDE, STARTS},     {"aside", HINT_SIDE, 0},
    {"rail", HINT_SIDE, WORD},       {"widget", HINT_SIDE, 0},
    {"right", HINT_SIDE, 0},         {"complementary", HINT_SIDE, 0},
    {"module", HINT_SIDE, 0},        {"ad", HINT_AD, WORD},
    {"ads", HINT_AD, WORD},          {"advert", HINT_AD, 0},
    {"sponsor", HINT_AD, 0},         {"dfp", HINT_AD, 0},
    {"gpt", HINT_AD, WORD},          {"adsense", HINT_AD, 0},
    {"commercial", HINT_AD, 0},      {"guanggao", HINT_AD, 0},
    {"tag", HINT_TAGS, WORD},        {"tags", HINT_TAGS, 0},
    {"tagcloud", HINT_TAGS, 0},      {"keyword", HINT_TAGS, 0},
    {"categor", HINT_TAGS, 0},       {"topics", HINT_TAGS, WORD},
    {"kicker", HINT_TAGS, 0},        {"newsletter", HINT_SIGNUP, 0},
    {"subscri", HINT_SIGNUP, 0},     {"signup", HINT_SIGNUP, 0},
    {"paywall", HINT_SIGNUP, 0},     {"login", HINT_SIGNUP, 0},
    {"register", HINT_SIGNUP, 0},    {"cookie", HINT_SIGNUP, 0},
    {"consent", HINT_SIGNUP, 0},     {"gdpr", HINT_SIGNUP, 0},
    {"modal", HINT_SIGNUP, 0},       {"popup", HINT_SIGNUP, 0},
    {"dialog", HINT_SIGNUP, 0},      {"overlay", HINT_SIGNUP, 0},
    {"donat", HINT_SIGNUP, 0},       {"alert", HINT_SIGNUP, 0},
    {"paygate", HINT_SIGNUP, 0},     {"regwall", HINT_SIGNUP, 0},
    {"meter", HINT_SIGNUP, 0},       {"tool", HINT_TOOLS, 0},
    {"print", HINT_TOOLS, 0},        {"font", HINT_TOOLS, WORD},
    {"button", HINT_TOOLS, 0},       {"btn", HINT_TOOLS, 0},
    {"close", HINT_TOOLS, WORD},     {"action", HINT_TOOLS, 0},
    {"form", HINT_TOOLS, WORD},      {"control", HINT_TOOLS, 0},
    {"player", HINT_TOOLS, 0},       {"download", HINT_TOOLS, 0},
    {"hidden", HINT_HIDDEN, 0},      {"hide", HINT_HIDDEN, WORD},
    {"none", HINT_HIDDEN, WORD},     {"sronly", HINT_HIDDEN, 0},
    {"offscreen", HINT_HIDDEN, 0},   {"screenreader", HINT_HIDDEN, 0},
    {"noscript", HINT_HIDDEN, 0},    {"noprint", HINT_HIDDEN, 0},
    {"bio", HINT_BIO, WORD},         {"about", HINT_BIO, 0},
    {"profile", HINT_BIO, 0},        {"vcard", HINT_BIO, 0},
    {"list", HINT_LIST, 0},          {"item", HINT_LIST, WORD},
    {"items", HINT_LIST, WORD},      {"grid", HINT_LIST, 0},
    {"feed", HINT_LIST, WORD},       {"quote", HINT_QUOTE, 0},
    {"pull", HINT_QUOTE, STARTS},    {"tweet", HINT_QUOTE, 0},
    {"embed", HINT_QUOTE, 0},        {"footnote", HINT_QUOTE, 0},
    {"reference", HINT_QUOTE, 0},    {"instagram", HINT_QUOTE, 0},
};

// ---- the automaton: states over 'a'..'z', names read with '-', '_', digits and the like left out

enum { STATES = 1500, LETTERS = 26, NO_WORD = 0xFFFF };

static uint16_t next_state[STATES][LETTERS];
static uint16_t fail_state[STATES];
static uint16_t word_at[STATES];    // the word that ends here
static uint16_t shorter_at[STATES]; // the nearest fail state in which a word ends; 0: none
static uint16_t states;

static uint16_t new_state(void)
{
    gw_assert(states < STATES);
    word_at[states] = NO_WORD;
    return states++;
}

static void add_word(uint16_t index)
{
    uint16_t s = 0;
    for (const char *p = words[index].word; *p; p++) {
        uint16_t *to = &next_state[s][*p - 'a'];
        if (!*to)
            *to = new_state();
        s = *to;
    }
    word_at[s] = index;
}

static void build(void)
{
    static uint16_t queue[STATES];
    new_state();
    for (uint16_t i = 0; i < GW_COUNT(words); i++)
        add_word(i);
    size_t head = 0, tail = 0;
    for (int l = 0; l < LETTERS; l++)
        if (next_state[0][l])
            queue[tail++] = next_state[0][l];
    while (head < tail) {
        uint16_t s = queue[head++];
        uint16_t fail = fail_state[s];
        shorter_at[s] = word_at[fail] != NO_WORD ? fail : shorter_at[fail];
        for (int l = 0; l < LETTERS; l++) {
            uint16_t t = next_state[s][l];
            if (t) {
                fail_state[t] = next_state[fail][l];
                queue[tail++] = t;
            } else {
                next_state[s][l] = next_state[fail][l];
            }
        }
    }
}

enum { NAME_MAX_BYTES = 256 }; // of one attribute; longer ones are generated and say nothing more

// Letters only, lower case; begins[i]: a word begins at letter i, so it also ends at i - 1.
static size_t letters_of(const char *text, char *letters, bool *begins)
{
    size_t n = 0;
    bool begin = true, was_lower = false;
    for (; *text && n < NAME_MAX_BYTES; text++) {
        char c = *text;
        if (!gw_is_alpha((unsigned char)c)) {
            begin = true;
            continue;
        }
        bool upper = c <= 'Z';
        begins[n] = begin || (upper && was_lower);
        letters[n++] = gw_lower(c);
        was_lower = !upper;
        begin = false;
    }
    begins[n] = true;
    return n;
}

static uint32_t scan(const char *text)
{
    char letters[NAME_MAX_BYTES];
    bool begins[NAME_MAX_BYTES + 1];
    size_t n = letters_of(text, letters, begins);
    uint32_t set = 0;
    uint16_t s = 0;
    for (size_t i = 0; i < n; i++) {
        s = next_state[s][letters[i] - 'a'];
        for (uint16_t m = word_at[s] != NO_WORD ? s : shorter_at[s]; m; m = shorter_at[m]) {
            uint16_t w = word_at[m];
            size_t length = strlen(words[w].word);
            if ((words[w].bound & STARTS && !begins[i + 1 - length]) || (words[w].bound & ENDS && !begins[i + 1]))
                continue;
            if (GW_ROW_ON("hints", words, w))
                set |= 1u << words[w].hint;
        }
    }
    return set;
}

uint32_t gw_hints_of(const GumboNode *element)
{
    static const char *const attributes[] = {"class", "id", "role", "itemprop"};
    if (!states)
        build();
    uint32_t set = 0;
    const GumboVector *all = &element->v.element.attributes;
    for (unsigned i = 0; i < all->length; i++) {
        const GumboAttribute *a = all->data[i];
        for (size_t k = 0; k < GW_COUNT(attributes); k++)
            if (a->name[0] == attributes[k][0] && strcmp(a->name, attributes[k]) == 0)
                set |= scan(a->value);
    }
    return set;
}
