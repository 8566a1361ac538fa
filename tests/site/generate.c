// SPDX-License-Identifier: Apache-2.0
// Sentences with places filled from word lists, by numbers that depend on nothing but seed and index. The title names
// town, work and batch by the digits of the index, so that no two titles of a seed are alike; the text is a dozen of
// the sentences, so that two articles share little more than words.
#include "articles.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <string.h>

enum { WORDS_MAX = 40, SENTENCES_MAX = 40, PARAGRAPHS = 5, TEXT_MAX = 8192, WALK = 1009 /* prime */ };

struct words {
    const char *at[WORDS_MAX];
};

// {T} town {W} work {O} organisation {P} product {A} person {M} money {N} count {R} share in per cent {D} a day to come
struct language {
    bool english;
    struct words towns, works, organisations, products, people;
    const char *titles[5];
    const char *sentences[SENTENCES_MAX];
};

static const struct language chinese = {
    .towns = {{"北礁", "南屿", "青浦湾", "石门港", "白鹭洲", "望海", "盐田",   "东沙", "渔山", "沉香",
               "龙津", "临澳", "碧潮",   "金沙",   "银滩",   "凤尾", "马蹄湾", "灯塔", "双桥", "清溪口",
               "黄岬", "牛栏", "鹤洲",   "云台",   "枫泾",   "七星", "澜沧门", "鲸背", "铁炉", "荻港",
               "苇塘", "扶桑", "翠屏",   "兰陵渡", "三江口", "蓬山", "大榭",   "桃花"}},
    .works = {{"污水处理厂提标改造", "老旧小区供水管网更新", "渔港防波堤加固", "公共冷库建设",     "乡村道路硬化",
               "海堤生态化修复",     "职业技能培训中心",     "社区养老服务站", "工业园区集中供热", "智慧渔业平台",
               "滨海步道贯通",       "中小学校舍抗震加固",   "红树林补植",     "县级医院扩建",     "农产品检测站",
               "海水淡化装置",       "危旧桥梁改造",         "公交充电场站",   "盐碱地改良",       "水产种业基地",
               "古码头保护修缮",     "应急避难场所",         "垃圾分类转运站", "海上风电运维母港", "跨海输水管道",
               "图书馆分馆",         "消防站迁建",           "岸电设施全覆盖", "创业孵化园"}},
    .organisations = {{"发展和改革局", "财政局", "住房和城乡建设局", "交通运输局", "水务局", "海洋与渔业局",
                       "生态环境局", "人力资源和社会保障局", "民政局", "教育局", "卫生健康局", "应急管理局",
                       "市场监督管理局", "文化旅游局", "投资促进中心", "公共资源交易中心"}},
    .products = {{"变频水泵", "光伏组件", "预制桩基",   "球墨铸铁管", "冷链货架", "在线监测仪", "储能电池",
                  "深水网箱", "鱼苗",     "防腐涂料",   "充电桩",     "透水砖",   "再生骨料",   "电动装载机",
                  "生物滤池", "浮式码头", "钢结构桁架", "高压线缆",   "反渗透膜", "智能水表"}},
    .people = {{"陆一鸣", "许青禾", "邹怀瑾", "程半夏", "谭松年", "温知夏", "秦望舒", "骆星河", "岑子衿", "霍云帆",
                "柳如松", "单北辰", "尹采薇", "鲁之恒", "祝长庚"}},
    .titles = {"{T}镇{W}项目", "关于{T}街道{W}工程", "{T}新区{W}", "{T}县{W}试点", "{T}乡{W}任务"},
    .sentences =
        {
            "{T}镇{W}项目总投资{M}，其中{O}安排{M}，其余由建设单位自筹。",
            "工程计划{D}前完成主体施工，目前已完成工程量的{R}。",
            "{O}有关负责人{A}介绍，项目建成后可服务周边{N}户居民。",
            "现场采用{N}套{P}，较原设计节省{M}。",
            "据{O}统计，去年同类项目平均工期缩短{N}天，投诉量下降{R}。",
            "招标公告发布后，共有{N}家单位递交投标文件，其中{N}家通过资格审查。",
            "{A}要求，各标段每周报告进度，隐患整改不得超过{N}日。",
            "受潮汐影响，{T}段每天可施工时间不足{N}小时，需要夜间作业。",
            "项目占用海域{N}公顷，已取得{O}出具的批复意见。",
            "为减少对航道的影响，{T}水道自{D}起实行单向通行。",
            "本批次安排{W}等{N}个子项，补助标准为每项不超过{M}。",
            "{T}村集体经济收入预计增加{M}，带动就业{N}人。",
            "采购{P}应当优先选用取得绿色认证的产品，占比不低于{R}。",
            "{O}将组织第三方评估，评估结果于{D}前公布。",
            "群众代表{A}说，最盼望的是{W}早日见效。",
            "与上一年度相比，{T}片区水质优良比例提高{R}。",
            "资金实行专户管理，首笔{M}已经到账。",
            "{N}名技术人员分成{N}个小组，逐户核对{P}安装位置。",
            "审计发现的{N}个问题中，{R}已经整改到位。",
            "{T}与相邻乡镇签订协议，共同分担{W}的运行费用。",
            "如遇台风预警，{O}可以暂停施工并顺延工期。",
            "申请材料应当在{D}前提交，{O}在{N}个工作日内答复。",
            "{P}的质量保证期为{N}个月，自验收合格之日起计算。",
            "经公示无异议，确定{T}为{W}的首选地点。",
            "该项目是今年{N}件民生实事之一，由{A}牵头推进。",
            "预计全年可节约用电{N}万千瓦时，折合费用{M}。",
            "{O}同时提醒，擅自改变{P}用途的，将收回补助资金。",
            "首批{N}台{P}已运抵{T}码头，正在进行单机调试。",
            "{W}涉及管线迁改{N}处，由权属单位自行完成。",
            "{A}表示，将在总结经验的基础上向其他{N}个镇推广。",
        },
};

static const struct language english = {
    .english = true,
    .towns = {{"Heron Island",   "Cape Sorrow",  "Salt Field",  "Old Quay",      "Northgate",    "Pine Harbor",
               "Lantern Bay",    "Twin Bridges", "Amber Shore", "Reed Pond",     "Iron Creek",   "White Egret",
               "Horseshoe Bay",  "Seven Stars",  "Ferry Hill",  "Cloud Terrace", "Eastsand",     "Gull Rock",
               "Willow Landing", "Long Ford",    "Copper Lane", "Maple Run",     "Drift Point",  "Upper Weir",
               "Stone Gate",     "Kelp Reach",   "Bell Tower",  "Green Slip",    "Three Rivers", "Harrow Cove",
               "Silver Strand",  "Tern Street",  "Mill Basin",  "Fairlead",      "Oyster Bank",  "Westlock",
               "Barley Cross",   "Plum Orchard"}},
    .works = {{"sewer renewal",       "a second library branch", "bridge repairs",     "a flood gate",
               "new bus lanes",       "a public cold store",     "school insulation",  "a clinic extension",
               "street lighting",     "a bicycle tunnel",        "harbor dredging",    "a recycling yard",
               "playground safety",   "sea wall planting",       "a heat network",     "small business grants",
               "tree planting",       "a fire station",          "public Wi-Fi",       "water meter replacement",
               "a vocational school", "noise barriers",          "a night shelter",    "shore power",
               "a food market hall",  "road resurfacing",        "a seed oyster farm", "an evacuation route",
               "rooftop solar"}},
    .organisations = {{"Bureau of Finance", "Transport Authority", "Water Company", "Housing Office",
                       "Bureau of Commerce", "Harbor Authority", "Education Office", "Health Commission",
                       "Parks Department", "Emergency Management Office", "Planning Bureau", "Statistics Office",
                       "Civil Affairs Bureau", "Energy Agency"}},
    .products = {{"pumps", "solar panels", "steel piles", "cast-iron pipes", "battery packs", "sensors",
                  "paving stones", "heat exchangers", "life rafts", "street lamps", "bus shelters", "filters", "cranes",
                  "cables", "water meters", "concrete blocks", "charging posts", "window frames"}},
    .people = {{"Mara Lindqvist", "Ren Haoyu", "Ines Carvalho", "Tomas Okafor", "Yuki Arendt", "Dana Whitlock",
                "Omar Sayegh", "Lena Brandvold", "Chidi Novak", "Pia Santoro", "Hugo Tamm", "Asha Verma"}},
    .titles = {"{T} to get {W}", "Work on {W} begins in {T}", "{T}: council backs {W}", "Plan for {W} in {T} published",
               "{T} completes {W}"},
    .sentences =
        {
            "The council approved {M} for {W} in {T} by {N} votes to nine.",
            "Work is to be finished by {D}, and {R} of it is already done.",
            "About {N} households will benefit, according to {A} of the {O}.",
            "The {O} bought {N} {P} at a total price of {M}.",
            "Last year similar projects took {N} days on average, {R} less than before.",
            "{N} companies handed in a bid, of which {N} met the conditions.",
            "\"People in {T} have waited long enough,\" {A} said.",
            "Because of the tides, crews in {T} can work only a few hours each day.",
            "Traffic near {T} is reduced to one lane from {D} on.",
            "Grants of up to {M} are available to owners who replace their {P}.",
            "The {O} will publish an independent review by {D}.",
            "Complaints about {W} fell by {R} after the first phase.",
            "{A} asked for weekly reports and a reserve of {M}.",
            "Of the {N} defects found by auditors, {R} have been repaired.",
            "{T} shares the running costs with its {N} neighbors.",
            "Applications reach the {O} until {D}; answers follow within {N} working days.",
            "The guarantee for the {P} runs for {N} months.",
            "Schools in {T} planted {N} trees along the site.",
            "The {O} expects savings of {M} a year once the {P} are in place.",
            "{A}, who lives nearby, counted {N} trucks in one morning.",
            "A public hearing on {W} takes place in {T} on {D}.",
            "Revenue in the district rose by {R}, the {O} reported.",
            "{N} residents signed a letter in favor of {W}.",
            "Delivery of the {P} was delayed by {N} days.",
            "If the wind exceeds force six, the {O} may stop the work.",
            "The old {P} will be sold; the city hopes for {M}.",
            "Training for {N} workers starts at the {T} service hall.",
            "{A} called the result \"better than the {R} we had planned for.\"",
            "Costs per head are {R} below those of comparable towns.",
            "The next report of the {O} is due on {D}.",
        },
};

// ---- numbers

struct dice {
    uint64_t state;
};

// splitmix64
static uint64_t dice_next(struct dice *d)
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t dice_below(struct dice *d, uint32_t n)
{
    return (uint32_t)(dice_next(d) % n);
}

static uint32_t count_of(const char *const *list, uint32_t max)
{
    uint32_t n = 0;
    while (n < max && list[n])
        n++;
    return n;
}

static const char *pick(struct dice *d, const struct words *words)
{
    return words->at[dice_below(d, count_of(words->at, WORDS_MAX))];
}

static void money_put(struct gw_buf *out, struct dice *d, bool in_english)
{
    uint32_t n = 11 + dice_below(d, 980);
    if (in_english && dice_below(d, 2))
        gw_buf_printf(out, "%u.%u million yuan", n / 10, n % 10);
    else if (in_english)
        gw_buf_printf(out, "%u,%03u yuan", n, dice_below(d, 1000));
    else if (dice_below(d, 3))
        gw_buf_printf(out, "%u万元", n * 7);
    else
        gw_buf_printf(out, "%u.%02u亿元", n / 100 + 1, n % 100);
}

static void share_put(struct gw_buf *out, struct dice *d, bool in_english)
{
    gw_buf_printf(out, in_english ? "%u.%u percent" : "%u.%u%%", 3 + dice_below(d, 90), dice_below(d, 10));
}

struct topic {
    const struct language *language;
    const char *town, *work;
};

// Town and work stay the article's in half of the places, so that it has a subject.
static void place_put(struct gw_buf *out, struct dice *d, const struct topic *topic, char letter)
{
    const struct language *l = topic->language;
    switch (letter) {
    case 'T':
        gw_buf_puts(out, dice_below(d, 2) ? topic->town : pick(d, &l->towns));
        break;
    case 'W':
        gw_buf_puts(out, dice_below(d, 2) ? topic->work : pick(d, &l->works));
        break;
    case 'O':
        gw_buf_puts(out, pick(d, &l->organisations));
        break;
    case 'P':
        gw_buf_puts(out, pick(d, &l->products));
        break;
    case 'A':
        gw_buf_puts(out, pick(d, &l->people));
        break;
    case 'M':
        money_put(out, d, l->english);
        break;
    case 'N':
        gw_buf_printf(out, "%u", 12 + dice_below(d, 980));
        break;
    case 'R':
        share_put(out, d, l->english);
        break;
    case 'D':
        gw_buf_printf(out, "{d+%u}", 5 + dice_below(d, 300));
        break;
    default:
        gw_assert(0 && "no such place");
    }
}

static void sentence_put(struct gw_buf *out, struct dice *d, const struct topic *topic, const char *form)
{
    for (const char *at = form; *at; at++)
        if (*at == '{') {
            place_put(out, d, topic, at[1]);
            at += 2;
        } else {
            gw_buf_putc(out, *at);
        }
}

// ---- articles

static char *title_of(struct gw_arena *arena, struct dice *d, struct topic *topic, uint64_t seed, uint32_t i)
{
    const struct language *l = topic->language;
    uint32_t towns = count_of(l->towns.at, WORDS_MAX), works = count_of(l->works.at, WORDS_MAX);
    uint32_t pairs = towns * works, batch = i / pairs;
    // A walk that meets every pair of a batch once, from another place for another seed.
    uint32_t pair = (uint32_t)((i % pairs * (uint64_t)WALK + seed * 31) % pairs);
    gw_assert(pairs % WALK != 0);
    struct gw_buf text = GW_BUF(TEXT_MAX);
    topic->town = l->towns.at[pair % towns];
    topic->work = l->works.at[pair / towns];
    const char *form = l->titles[dice_below(d, GW_COUNT(l->titles))];
    for (const char *at = form; *at; at++)
        if (*at == '{') {
            gw_buf_puts(&text, at[1] == 'T' ? topic->town : topic->work);
            at += 2;
        } else {
            gw_buf_putc(&text, *at);
        }
    if (l->english && batch)
        gw_buf_printf(&text, " (part %u)", batch + 1);
    else if (!l->english)
        gw_buf_printf(&text, "（第%u批）", batch + 1);
    char *title = gw_arena_strdup(arena, gw_buf_str(&text));
    gw_buf_fini(&text);
    return title;
}

static bool paragraphs_fill(struct gw_arena *arena, struct dice *d, const struct topic *topic, const char **paragraphs)
{
    const struct language *l = topic->language;
    uint32_t n = count_of(l->sentences, SENTENCES_MAX);
    uint64_t used = 0;
    struct gw_buf text = GW_BUF(TEXT_MAX);
    for (int p = 0; p < PARAGRAPHS; p++) {
        gw_buf_reset(&text);
        for (uint32_t k = 2 + dice_below(d, 2); k > 0; k--) {
            uint32_t at = dice_below(d, n);
            while (used >> at & 1)
                at = (at + 1) % n;
            used |= (uint64_t)1 << at;
            sentence_put(&text, d, topic, l->sentences[at]);
            if (l->english && k > 1)
                gw_buf_putc(&text, ' ');
        }
        paragraphs[p] = gw_arena_strdup(arena, gw_buf_str(&text));
        if (!paragraphs[p])
            break;
    }
    gw_buf_fini(&text);
    return paragraphs[PARAGRAPHS - 1] != NULL;
}

const struct gw_site_article *gw_site_article_generate(struct gw_arena *arena, uint64_t seed,
                                                       enum gw_site_column column, uint32_t i)
{
    bool in_english = column == GW_SITE_CITY || (column == GW_SITE_LOAD && i % 2);
    struct topic topic = {.language = in_english ? &english : &chinese};
    struct dice d = {.state = seed * 0x2545f4914f6cdd1du + ((uint64_t)column << 40) + i};
    struct gw_site_article *a = gw_arena_zalloc(arena, sizeof *a);
    if (!a)
        return NULL;
    a->id = 100001 + i;
    a->column = column;
    a->age_hours = i / 2;
    a->source = in_english ? "Hailan Municipal Press Office" : "海澜市新闻办";
    a->title = title_of(arena, &d, &topic, seed, column == GW_SITE_LOAD ? i / 2 : i);
    if (!a->title || !paragraphs_fill(arena, &d, &topic, a->paragraphs))
        return NULL;
    return a;
}

bool gw_site_article_is_english(const struct gw_site_article *article)
{
    return article->column == GW_SITE_CITY || (article->column == GW_SITE_LOAD && article->id % 2 == 0);
}
