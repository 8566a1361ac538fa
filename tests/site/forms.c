// SPDX-License-Identifier: Apache-2.0
// The pages around the text, with what real sites put there: navigation, tools, share bars, notes about QR codes,
// related links, friends' links, footers with the site's identification, scripts.
#include "template.h"

#define ZH_META                                                                                                        \
    "<meta name=\"SiteName\" content=\"近岸产业发展部\">\n"                                                     \
    "<meta name=\"SiteDomain\" content=\"www.jinan-sector.example\">\n"                                                \
    "<meta name=\"SiteIDCode\" content=\"bm99000001\">\n"                                                              \
    "<meta name=\"ColumnName\" content=\"{{column}}\">\n"                                                              \
    "<meta name=\"ColumnDescription\" content=\"近岸产业发展部{{column}}栏目\">\n"                            \
    "<meta name=\"ColumnKeywords\" content=\"近岸产业,{{column}}\">\n"                                             \
    "<meta name=\"ColumnType\" content=\"{{column}}\">\n"

#define ZH_HEADER                                                                                                            \
    "<div class=\"top\"><div class=\"wrap\">\n"                                                                              \
    "<a class=\"logo\" href=\"/\" title=\"近岸产业发展部\"><img src=\"/images/logo.png\" "                            \
    "alt=\"近岸产业发展部\"></a>\n"                                                                                   \
    "<ul class=\"tools\"><li><a href=\"/en/news/\">English</a></li><li><a href=\"#\" "                                       \
    "onclick=\"wza()\">无障碍浏览</a></li>"                                                                             \
    "<li><a href=\"/zh/mobile/\">手机版</a></li></ul>\n"                                                                  \
    "<form class=\"search\" action=\"/search\"><input name=\"q\" "                                                           \
    "placeholder=\"请输入关键字\"><button>搜索</button></form>\n"                                                    \
    "</div></div>\n"                                                                                                         \
    "<div class=\"nav\"><ul class=\"wrap\"><li><a href=\"/\">首页</a></li><li><a href=\"/zh/jggk/\">机构概况</a></li>" \
    "<li><a href=\"/zh/zcwj/\">政策文件</a></li><li><a href=\"/zh/gzdt/\">工作动态</a></li>"                         \
    "<li><a href=\"/zh/tzgg/\">通知公告</a></li>"                                                                        \
    "<li><a href=\"/zh/bsfw/\">办事服务</a></li><li><a href=\"/zh/hdjl/\">互动交流</a></li></ul></div>\n"

#define ZH_FOOTER                                                                                                               \
    "<div class=\"links wrap\"><h4>友情链接</h4><a href=\"#\">沿海省份主管部门</a> <a href=\"#\">部属单位</a> " \
    "<a href=\"#\">行业协会</a></div>\n"                                                                                    \
    "<div class=\"footer\"><p>主办单位：近岸产业发展部　承办单位：近岸产业发展部信息中心</p>\n"    \
    "<p>网站标识码：bm99000001　　示例ICP备99000001号　　示例公网安备 99010102000001号</p>\n"              \
    "<p>地址：示例市海岸大道1号　邮编：000000　<a href=\"/zh/sitemap.html\">网站地图</a></p>\n"             \
    "<p>您访问的链接即将离开“近岸产业发展部”门户网站 是否继续？</p></div>\n"                      \
    "<script>var _hits='/hits?c={{column}}';(function(){var s=document.createElement('script');s.async=true;"                   \
    "s.src=_hits;})();</script>\n"                                                                                              \
    "</body>\n</html>\n"

const char gw_site_form_zh_article[] =
    "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n"
    "<meta http-equiv=\"Content-Type\" content=\"text/html; charset={{charset}}\">\n"
    "<title>{{title}}_近岸产业发展部</title>\n" ZH_META "<meta name=\"ArticleTitle\" content=\"{{title}}\">\n"
    "<meta name=\"PubDate\" content=\"{{date}} {{time}}\">\n"
    "<meta name=\"ContentSource\" content=\"{{source}}\">\n"
    "<meta name=\"Keywords\" content=\"近岸产业,{{column}}\">\n"
    "<meta name=\"Author\" content=\"{{editor}}\">\n"
    "<meta name=\"Url\" content=\"{{path}}\">\n"
    "<link rel=\"stylesheet\" href=\"/css/site.css\">\n"
    "<script>function doZoom(n){document.getElementById('zoom').style.fontSize=n+'px';}</script>\n"
    "</head>\n<body>\n" ZH_HEADER "<div class=\"wrap\">\n"
    "<div class=\"crumb\">当前位置：<a href=\"/\">首页</a> &gt; <a href=\"../\">{{column}}</a> &gt; 正文</div>\n"
    "{{&block}}"
    "<div class=\"article\">\n<h1>{{title}}</h1>\n{{&subtitle}}"
    "<div class=\"info\"><span>发布时间：{{date}} {{time}}</span>　<span>来源：{{source}}</span>　{{&author}}"
    "<span>浏览次数：<em id=\"hits\">…</em></span>　"
    "<span>【字体：<a href=\"javascript:doZoom(18)\">大</a> <a href=\"javascript:doZoom(16)\">中</a> "
    "<a href=\"javascript:doZoom(14)\">小</a>】</span>　<a href=\"javascript:window.print()\">打印</a></div>\n"
    "<div class=\"view TRS_UEDITOR trs_paper_default\" id=\"zoom\">\n{{&body}}</div>\n{{&attachments}}"
    "<div class=\"editor\">（责任编辑：{{editor}}）</div>\n"
    "<div class=\"share\">分享到：<a href=\"#\" class=\"wx\">微信</a> <a href=\"#\" class=\"wb\">微博</a> "
    "<a href=\"#\" class=\"qq\">QQ空间</a></div>\n"
    "<div class=\"qr\"><img src=\"/images/qr.png\" alt=\"\"><p>扫一扫在手机打开当前页</p></div>\n"
    "<div class=\"close\"><a href=\"javascript:window.close()\">【关闭】</a> <a href=\"#\">【返回顶部】</a></div>\n"
    "</div>\n"
    "<div class=\"related\"><h3>相关链接</h3><ul>\n{{&related}}</ul></div>\n"
    "</div>\n" ZH_FOOTER;

// The labels are padded, as they are there.
const char gw_site_form_zh_block[] =
    "<table class=\"xxgk\" cellpadding=\"0\">\n"
    "<tr><td class=\"l\">索 引 号：</td><td>{{index_no}}</td><td class=\"l\">主题分类：</td><td>{{topic}}</td></tr>\n"
    "<tr><td class=\"l\">发文机关：</td><td>近岸产业发展部</td><td "
    "class=\"l\">成文日期：</td><td>{{written}}</td></tr>\n"
    "<tr><td class=\"l\">标　　题：</td><td colspan=\"3\">{{title}}</td></tr>\n"
    "<tr><td class=\"l\">发文字号：</td><td>{{number}}</td><td class=\"l\">发布日期：</td><td>{{published}}</td></tr>\n"
    "<tr><td class=\"l\">主 题 词：</td><td colspan=\"3\"></td></tr>\n"
    "</table>\n";

const char gw_site_form_zh_list[] =
    "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<title>{{column}}_近岸产业发展部</title>\n" ZH_META "<link rel=\"stylesheet\" href=\"/css/site.css\">\n"
    "</head>\n<body>\n" ZH_HEADER
    "<div class=\"wrap\">\n<div class=\"side\"><h3>栏目导航</h3><ul><li><a href=\"/zh/zcwj/\">政策文件</a></li>"
    "<li><a href=\"/zh/gzdt/\">工作动态</a></li><li><a href=\"/zh/zcjd/\">政策解读</a></li></ul></div>\n"
    "<div class=\"main\"><div class=\"crumb\">当前位置：<a href=\"/\">首页</a> &gt; {{column}}</div>\n"
    "<ul class=\"list\">\n{{&rows}}</ul>\n"
    "<div class=\"page\">\n<script>\nvar currentPage = {{page}};//所在页从0开始\nvar countPage = {{pages}}//共多少页\n"
    "createPageHTML({{pages}}, {{page}}, \"index\", \"html\");\n</script>\n{{&pager}}</div>\n"
    "</div>\n</div>\n" ZH_FOOTER;

// A column whose rows come by a second request.
const char gw_site_form_zh_unit[] =
    "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<title>{{column}}_近岸产业发展部</title>\n" ZH_META "<link rel=\"stylesheet\" href=\"/css/site.css\">\n"
    "</head>\n<body>\n" ZH_HEADER
    "<div class=\"wrap\"><div class=\"crumb\">当前位置：<a href=\"/\">首页</a> &gt; {{column}}</div>\n"
    "<div id=\"list\" class=\"loading\">正在加载…</div>\n"
    "<script type=\"text/javascript\" src=\"/script/web/unitbuild.js\" parseType=\"bulidstatic\" "
    "url=\"/api-gateway/jpaas-publish-server/front/page/build/unit\" "
    "querydata=\"{'parseType':'bulidstatic','webId':'c5a1e0d27b','tplSetId':'f03b6d11a9','pageType':'column',"
    "'tagId':'当前栏目_list','pageId':'9d2f7c4e80'}\"></script>\n"
    "</div>\n" ZH_FOOTER;

#define EN_HEADER                                                                                                      \
    "<header><a class=\"brand\" href=\"/\">City of Hailan</a>\n"                                                       \
    "<nav><a href=\"/\">Home</a> <a href=\"/en/news/\">News</a> <a href=\"/en/services/\">Services</a> "               \
    "<a href=\"/en/visit/\">Visit</a> <a href=\"/zh/zcwj/\" lang=\"zh\">中文</a></nav>\n"                            \
    "<form action=\"/search\"><input name=\"q\" aria-label=\"Search\"><button>Search</button></form></header>\n"

#define EN_FOOTER                                                                                                      \
    "<footer><section><h2>Stay in touch</h2><p>Subscribe to our newsletter and follow us on social "                   \
    "media.</p></section>\n"                                                                                           \
    "<p>Hailan Municipal People's Government, 1 Quay Road, Hailan. Phone 0000-12345</p>\n"                             \
    "<p><a href=\"/en/privacy/\">Privacy</a> | <a href=\"/en/sitemap/\">Site map</a> | All rights "                    \
    "reserved.</p></footer>\n"                                                                                         \
    "<div class=\"cookies\" role=\"dialog\"><p>This site uses cookies to count "                                       \
    "visits.</p><button>Accept</button></div>\n"                                                                       \
    "</body>\n</html>\n"

const char gw_site_form_en_article[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{{title}} | City of Hailan</title>\n"
    "<meta property=\"og:title\" content=\"{{title}}\">\n<meta property=\"og:type\" content=\"article\">\n"
    "<meta property=\"og:site_name\" content=\"City of Hailan\">\n"
    "<link rel=\"canonical\" href=\"{{path}}\">\n<link rel=\"stylesheet\" "
    "href=\"/css/site.css\">\n</head>\n<body>\n" EN_HEADER
    "<main>\n<div class=\"breadcrumb\"><a href=\"/\">Home</a> » <a href=\"../\">News</a> » {{title}}</div>\n"
    "<article>\n<h1>{{title}}</h1>\n"
    "<p class=\"meta\">Updated: <time datetime=\"{{date}}T{{time}}:00+08:00\">{{long_date}} {{time}}</time> | "
    "Source: {{source}}{{&author}}</p>\n"
    "<div class=\"content\">\n{{&body}}</div>\n{{&attachments}}"
    "<div class=\"tools\">Share this: <a href=\"#\">Email</a> <a href=\"#\">Print</a></div>\n</article>\n"
    "<aside><h2>Related news</h2><ul>\n{{&related}}</ul></aside>\n</main>\n" EN_FOOTER;

const char gw_site_form_en_list[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>News | City of Hailan</title>\n"
    "<link rel=\"alternate\" type=\"application/rss+xml\" title=\"News\" href=\"/en/news/feed.xml\">\n"
    "<link rel=\"stylesheet\" href=\"/css/site.css\">\n</head>\n<body>\n" EN_HEADER
    "<main>\n<div class=\"breadcrumb\"><a href=\"/\">Home</a> » News</div>\n<h1>News</h1>\n"
    "<div class=\"news\">\n{{&rows}}</div>\n<nav class=\"pager\">{{&pager}}</nav>\n</main>\n" EN_FOOTER;

const char gw_site_form_home[] =
    "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<title>近岸产业发展部</title>\n"
    "<meta name=\"SiteName\" content=\"近岸产业发展部\">\n<meta name=\"SiteDomain\" "
    "content=\"www.jinan-sector.example\">\n"
    "<meta name=\"SiteIDCode\" content=\"bm99000001\">\n</head>\n<body>\n" ZH_HEADER
    "<div class=\"wrap\"><h2><a href=\"/zh/zcwj/\">政策文件</a></h2><ul>\n{{&policy}}</ul>\n"
    "<h2><a href=\"/zh/gzdt/\">工作动态</a></h2><ul>\n{{&work}}</ul>\n"
    "<h2 lang=\"en\"><a href=\"/en/news/\">City of Hailan: news</a></h2><ul>\n{{&city}}</ul></div>\n" ZH_FOOTER;

const char gw_site_form_error[] =
    "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta "
    "charset=\"utf-8\">\n<title>{{title}}</title>\n</head>\n<body>\n" ZH_HEADER
    "<div class=\"wrap error\"><h1>{{title}}</h1><p>{{text}}</p><p><a href=\"/\">返回首页</a></p></div>\n" ZH_FOOTER;
