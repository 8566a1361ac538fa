// SPDX-License-Identifier: Apache-2.0
#include "hannames.h"

#include <string.h>

// By frequency; each is one character of three bytes.
static const char SINGLE[] =
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪"
    "田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎"
    "易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟"
    "卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋甘景薄单包司"
    "柏宁柯阮桂闵解强柴车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商"
    "蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟母荆应况"
    "义敬骆巫於闫肖付代邝佘麻幸鹿明班胥蔺宗巴孙楼农茹初芮羿汲储靖郗班仰秋仲伊宫宁储扈冶郏浦尚农别庄晏柴瞿充慕连茹习宦艾"
    "鱼容"
    "慎戈廖庾终暨居衡步都耿满弘匡国寇广禄阙东郜殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查"
    "后红游竺权逯盖益桓公迪丹怀逄仝郄亓岑缪昝矫雒粟麦臧裘钮嵇糜荀滑贡禹茅邴佟哈苌藤寸";
static const char *const DOUBLE[] = {"欧阳", "司马", "上官", "诸葛", "司徒", "东方", "夏侯", "皇甫", "尉迟",
                                     "公孙", "慕容", "令狐", "长孙", "宇文", "端木", "呼延", "南宫", "独孤"};

// What may follow a name. Words of one character are such as stand in no given name.
static const char *const FOLLOW[] = {
    "，",   "。",   "、",   "；",   "：",   "）",     "（",   "”",      "“",    "》",           "！",       "？",
    "…",    " ",    "\n",   ",",    ".",    ")",      "(",    ";",      ":",    "\xe3\x80\x80", "\xc2\xa0", "—",
    "··",   "说",   "在",   "等",   "对",   "被",     "就",   "向",     "率",   "赴",           "与",       "和",
    "及",   "致辞", "作了", "作出", "作的", "作《",   "作“",  "的",     "表示", "指出",         "强调",     "介绍",
    "出席", "主持", "参加", "受到", "宣读", "签署",   "会见", "听取",   "考察", "调研",         "讲话",     "致词",
    "担任", "代表", "同志", "一行", "宣布", "要求",   "认为", "提出",   "透露", "告诉",         "坦言",     "称",
    "为",   "以",   "从",   "到",   "任",   "主任",   "先生", "女士",   "教授", "院士",         "委员",     "带队",
    "深入", "前往", "带领", "分别", "先后", "一同",   "陪同", "回答",   "发言", "发表",         "解读",     "通报",
    "汇报", "总结", "讲解", "围绕", "利用", "因",     "涉嫌", "接受",   "严重", "做",           "是",       "也",
    "还",   "将",   "于",   "由",   "给",   "向大会", "日前", "近日",   "今天", "今年",         "本人",     "及其",
    "同",   "走",   "来到", "一审", "违",   "犯",     "不服", "，并",   "再次", "重要",         "总书记",   "所",
    "时",   "则",   "已",   "曾",   "又",   "都",     "会上", "结合",   "详细", "最后",         "首先",     "补充",
    "负责", "牵头", "通过", "现场", "赋予", "考察",   "视察", "新时代", "回应", "呼吁",         "建议",     "解释",
    "点评", "分析", "专门", "亲自",
};

// Words that begin like a surname and are none.
static const char *const NO_NAME[] = {
    "常务", "常委", "党组", "党委", "党支", "全国", "全省", "全市", "全面", "全体", "全县", "全区", "安全", "高级",
    "任务", "应急", "计划", "经济", "文化", "农业", "水利", "金融", "商务", "公安", "管理", "项目", "行政", "明确",
    "明年", "时代", "成员", "成立", "方面", "方案", "国家", "国务", "国有", "国际", "国资", "东方", "东部", "向社",
    "向全", "关于", "关心", "广大", "广泛", "相关", "单位", "和平", "和谐", "连续", "都要", "都是", "都有", "终身",
    "初步", "原党", "原副", "马上", "高度", "高质", "方式", "江苏", "江西", "左右", "石油", "石化", "温暖", "路线",
    "康复", "古代", "车辆", "黄河", "白色", "万人", "万元", "解决", "边境", "位于", "包括", "应当", "应该", "应对",
    "计算", "史上", "程序", "许多", "许可", "施工", "施行", "时间", "时任", "文件", "文明", "武装", "武警", "金额",
    "强调", "强化", "景区", "宣传", "游客", "冷静", "宁波", "宁夏", "南京", "苏州", "徐州", "常州", "温州", "代表",
    "代理", "代市", "代县", "连云", "谈判", "别是", "师生", "空间", "沙特", "利用", "利益", "益于", "公司", "公众",
    "公开", "公共", "相应", "红色", "红十", "查处", "后勤", "后续", "权力", "权利", "丰富", "满足", "居民", "步伐",
    "容易", "充分", "越来", "隆重", "于今", "于近", "于日", "董事", "余名", "余人", "司法", "司长", "艾滋", "卫生",
    "卫健", "商会", "农民", "农村", "华商", "车间", "官员", "官方", "宗教", "来自", "全部", "雷达", "盛大", "简称",
    "区长", "英雄", "曲轴", "章程", "单独", "何时", "如何", "任何", "石家", "夏季", "金牌", "成功", "成为", "成果",
    "成本", "成都", "项目", "习惯", "乐观", "平台", "平安", "封闭", "巴西", "周边", "周年", "周末", "周期", "周围",
    "季度", "牛肉", "牛奶", "田间", "梅州", "房屋", "房产", "房地", "辛苦", "柳州", "桂林", "龙头", "龙江", "海关",
    "华人", "孔子", "毛泽", "水平", "林业", "林草", "林场", "叶片", "段落", "古城", "程度", "汪洋", "明显", "原则",
    "查验", "查看", "查找", "查阅", "明天", "强烈", "向记", "向媒", "向本", "向大", "向新", "向有", "曾经", "曾任",
    "终于", "何况", "应时", "应急", "应邀", "应用", "甘肃", "山东", "安徽", "云南", "海南", "江门", "温馨", "常年",
    "常规", "常见", "纪念", "纪律", "纪检", "习俗", "尚未", "尚有", "连日", "连夜", "连任", "都会", "都将", "都在",
    "全程", "全新", "全球", "全力", "全镇", "全村", "全线", "全年", "单位", "白天", "金融", "金属", "解释", "解读",
    "解放", "路径", "边防", "宣布", "和平", "和记", "于本", "于昨", "万事", "万众", "经贸", "经营",
};

static bool one_of(const struct gw_scan *scan, size_t at, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (gw_scan_at(scan, at, words[i]))
            return true;
    return false;
}

static bool is_han(const struct gw_scan *scan, size_t at)
{
    unsigned char c = at + 2 < scan->text.bytes ? (unsigned char)scan->text.at[at] : 0;
    return c >= 0xe4 && c <= 0xe9;
}

size_t gw_surname_at(const struct gw_scan *scan, size_t at)
{
    if (!is_han(scan, at))
        return 0;
    for (size_t i = 0; i < GW_COUNT(DOUBLE); i++)
        if (gw_scan_at(scan, at, DOUBLE[i]))
            return strlen(DOUBLE[i]);
    for (const char *p = SINGLE; *p; p += 3)
        if (memcmp(p, scan->text.at + at, 3) == 0)
            return 3;
    return 0;
}

static bool ends_here(const struct gw_scan *scan, size_t at)
{
    return at >= scan->text.bytes || gw_is_digit((unsigned char)scan->text.at[at]) ||
           one_of(scan, at, FOLLOW, GW_COUNT(FOLLOW));
}

size_t gw_hanname_end(const struct gw_scan *scan, size_t at)
{
    size_t surname = gw_surname_at(scan, at);
    if (!surname || one_of(scan, at, NO_NAME, GW_COUNT(NO_NAME)))
        return 0;
    size_t given = at + surname, two = given + 3, three = given + 6;
    if (!is_han(scan, given) || gw_scan_at(scan, given, "某")) // 陈某: not named
        return 0;
    bool short_ends = ends_here(scan, two), long_ends = is_han(scan, two) && ends_here(scan, three);
    if (surname == 3 && short_ends)
        return two;
    if (long_ends)
        return three;
    return short_ends ? two : 0;
}

bool gw_hanname_alone(const struct gw_scan *scan, size_t start, size_t end)
{
    if (!gw_surname_at(scan, start) || one_of(scan, start, NO_NAME, GW_COUNT(NO_NAME)))
        return false;
    unsigned characters = 0;
    for (size_t at = start; at < end;) {
        if (is_han(scan, at)) {
            characters++;
            at += 3;
        } else if (scan->text.at[at] == ' ') {
            at++;
        } else if (gw_scan_at(scan, at, "\xe3\x80\x80")) {
            at += 3;
        } else if (gw_scan_at(scan, at, "\xc2\xa0")) {
            at += 2;
        } else {
            return false;
        }
    }
    return characters >= 2 && characters <= 4;
}
