// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"
#include "list/list.h"
#include "read.h"

#include <stdio.h>
#include <zlib.h>

#define URL "https://town.example/news/"

static void check(const char *answer, Gw__ListRule *rule, const char *how, const char *lines)
{
    struct reading r = reading_of(answer, URL, rule);
    assert_string_equal(r.lines, lines);
    assert_string_equal(r.rows->how, how);
    reading_free(&r);
}

static void test_rss(void **state)
{
    (void)state;
    check("\xef\xbb\xbf\n<?xml version='1.0'?><!-- x --><rss version='2.0'><channel><title>T</title><link>/</link>"
          "<item><title>A &amp;amp; <![CDATA[<b>B</b>]]></title><link>\n a page.html </link><pubdate>Monday, April 15, "
          "2013 - 2:23pm</pubdate></item>"
          "<item><title>C&nbsp;D</title><guid>https://x.example/c</guid><dc:date>2013-04-10T08:00:00Z</dc:date></item>"
          "<item><title>no link</title></item></channel></rss>",
          NULL, "feed:rss2",
          "2013-04-15T14:23 | A & B | https://town.example/news/a%20page.html\n"
          "2013-04-10T08:00:00+00:00 | C D | https://x.example/c\n");
    check("<rss version='0.92'><channel><item><title>One</title><link>/1</link></item></channel></rss>", NULL,
          "feed:rss0.92", " | One | https://town.example/1\n");
    check(
        "<rdf:RDF xmlns:rdf='r' xmlns='p'><item rdf:about='https://town.example/1'><title>One</title></item></rdf:RDF>",
        NULL, "feed:rss1", " | One | https://town.example/1\n");
}

static void test_atom_and_json_feed(void **state)
{
    (void)state;
    struct reading r = reading_of("<feed xmlns='http://www.w3.org/2005/Atom'><link rel='next' href='?p=2'/><entry>"
                                  "<title>One</title><link rel='edit' href='/edit'/><link href='/1'/><updated>"
                                  "2024-03-04T09:18:27+08:00</updated></entry></feed>",
                                  URL, NULL);
    assert_string_equal(r.lines, "2024-03-04T09:18:27+08:00 | One | https://town.example/1\n");
    assert_string_equal(r.rows->next[0], "https://town.example/news/?p=2");
    reading_free(&r);
    check("{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"url\":\"/1\",\"title\":\"One\","
          "\"date_published\":\"2024-03-04\"}]}",
          NULL, "feed:json", "2024-03-04 | One | https://town.example/1\n");
}

static void test_entities_are_not_expanded(void **state)
{
    (void)state;
    check("<!DOCTYPE r [<!ENTITY f SYSTEM 'file:///etc/passwd'><!ENTITY a 'aaaa'>]><rss><channel><item><title>x&f;&a;y"
          "</title><link>/1</link></item></channel></rss>",
          NULL, "feed:rss2", " | x&f;&a;y | https://town.example/1\n");
}

static const char sitemap[] =
    "<?xml version='1.0'?><urlset xmlns:news='n'><url><loc>https://town.example/a</loc><news:news><news:title>One"
    "</news:title><news:publication_date>2024-03-04</news:publication_date></news:news></url>"
    "<url><loc>/b</loc><lastmod>2024-03-01T00:00:00+00:00</lastmod></url></urlset>";
static const char sitemap_rows[] = "2024-03-04 | One | https://town.example/a\n"
                                   "2024-03-01T00:00:00+00:00 |  | https://town.example/b\n";

static void test_sitemaps(void **state)
{
    (void)state;
    check(sitemap, NULL, "feed:sitemap", sitemap_rows);
    check("https://town.example/a\r\nhttps://town.example/b\n", NULL, "feed:sitemap-text",
          " |  | https://town.example/a\n |  | https://town.example/b\n");
    struct reading r =
        reading_of("<sitemapindex><sitemap><loc>https://town.example/s1.xml</loc><lastmod>2023-01-01</lastmod>"
                   "</sitemap><sitemap><loc>/s2.xml</loc><lastmod>2024-01-01</lastmod></sitemap></sitemapindex>",
                   URL, NULL);
    assert_int_equal(r.rows->n_rows, 0);
    assert_int_equal(r.rows->n_next, 2);
    assert_string_equal(r.rows->next[0], "https://town.example/s2.xml");
    reading_free(&r);
}

static void test_a_compressed_sitemap(void **state)
{
    (void)state;
    unsigned char packed[1024];
    z_stream z = {
        .next_in = (Bytef *)sitemap, .avail_in = sizeof sitemap - 1, .next_out = packed, .avail_out = sizeof packed};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    struct reading r = reading_of_bytes(packed, z.total_out, URL, NULL, 0);
    assert_string_equal(r.lines, sitemap_rows);
    reading_free(&r);
}

static void test_json_found_by_itself(void **state)
{
    (void)state;
    check(
        "cb({\"data\":{\"tags\":[\"a\"],\"rows\":[{\"ID\":1,\"TITLE\":\"关于开展检查的<em>通知</em>\",\"pic\":\"/"
        "p.jpg\",\"URL\":"
        "\"./a.html\",\"DOCRELPUBTIME\":\"2024-03-04\"},{\"ID\":2,\"TITLE\":\"关于公布名单的公告\",\"pic\":\"/q.jpg\","
        "\"URL\":\"./b.html\",\"DOCRELPUBTIME\":1709251200000}]}});",
        NULL, "auto:json data.rows",
        "2024-03-04 | 关于开展检查的通知 | https://town.example/news/a.html\n"
        "2024-03-01T08:00:00+08:00 | 关于公布名单的公告 | https://town.example/news/b.html\n");
}

static void test_json_by_paths_and_templates(void **state)
{
    (void)state;
    Gw__ListRule rule = GW__LIST_RULE__INIT;
    rule.kind = (char *)"json";
    rule.item = (char *)"r.rows";
    rule.title = (char *)"t.long | t.short";
    rule.url = (char *)"/detail/{id}.html";
    rule.date = (char *)"d ~/on (.*)/$1/";
    check(
        "{\"r\":{\"rows\":[{\"id\":7,\"t\":{\"short\":\"S\"},\"d\":\"on 2024-03-04\"},{\"id\":8,\"t\":{\"long\":\"L\","
        "\"short\":\"S\"},\"d\":\"\"},{\"t\":{}}]}}",
        &rule, "site",
        "2024-03-04 | S | https://town.example/detail/7.html\n | L | https://town.example/detail/8.html\n");
    struct reading r = reading_of("{\"r\":[]}", URL, &rule);
    assert_non_null(strstr(r.rows->warning, "list.item"));
    reading_free(&r);
}

static void test_html_in_json(void **state)
{
    (void)state;
    check("{\"success\":true,\"data\":{\"html\":\"<ul><li><a href='/art/1.html' title='A notice with a whole title'>A "
          "notice..."
          "</a><span>2024-03-04</span></li><li><a href='/art/2.html'>The second "
          "notice</a><span>2024-03-01</span></li></ul>\"}}",
          NULL, "family:jpaas",
          "2024-03-04 | A notice with a whole title | https://town.example/art/1.html\n"
          "2024-03-01 | The second notice | https://town.example/art/2.html\n");
}

#define RECORDS_LINES                                                                                                  \
    "2024-03-04 | 关于开展检查的通知 | https://town.example/art/1.html\n"                                     \
    "2024-03-01 | 关于公布名单的公告 | https://town.example/art/2.html\n"

static void test_records_in_the_page_escaped_and_alone(void **state)
{
    (void)state;
    static const char store[] =
        "<datastore><nextgroup><![CDATA[<a "
        "href=\"/module/web/jpage/dataproxy.jsp?page=1&amp;unitid=5\"></a>]]></nextgroup>"
        "<recordset><record><![CDATA[<li><a href='/art/1.html'>关于开展检查的通知</a><b>2024-03-04</b></li>]]></record>"
        "<record><![CDATA[<li><a "
        "href='/art/2.html'>关于公布名单的公告</a><b>2024-03-01</b></li>]]></record></recordset>"
        "</datastore>";
    static const char escaped[] =
        "<p>x</p>&lt;datastore&gt;&lt;recordset&gt;&lt;record&gt;&lt;![CDATA[&lt;li&gt;&lt;a href='/art/1.html'&gt;"
        "关于开展检查的通知&lt;/a&gt;2024-03-04&lt;/li&gt;]]&gt;&lt;/record&gt;&lt;record&gt;&lt;li&gt;&lt;a "
        "href='/art/2.html'&gt;关于公布名单的公告&lt;/a&gt;2024-03-01&lt;/li&gt;&lt;/record&gt;&lt;/recordset&gt;";
    char page[2048];
    snprintf(page, sizeof page, "<ul><li><a href=/>Home</a></ul><script type='text/xml'>%s</script>", store);
    struct reading r = reading_of(page, URL, NULL);
    assert_string_equal(r.lines, RECORDS_LINES);
    assert_string_equal(r.rows->next[0], "https://town.example/module/web/jpage/dataproxy.jsp?page=1&unitid=5");
    reading_free(&r);
    check(store, NULL, "family:hanweb", RECORDS_LINES);
    check(escaped, NULL, "family:hanweb", RECORDS_LINES);
}

static void test_arrays_in_scripts(void **state)
{
    (void)state;
    check("var unused = {}; var itemObj=[{title:'It\\'s a notice',link:'/a.html', // first\n 'date':\"2024-03-04\",},"
          "{title:'The \\u0032nd notice',link:'/b.html',date:\"2024-03-01\"}];",
          NULL, "auto:script-array array",
          "2024-03-04 | It's a notice | https://town.example/a.html\n"
          "2024-03-01 | The 2nd notice | https://town.example/b.html\n");
    check("<div><a href=/>Home</a></div><script>if(a[0]){x([1]);}\nvar list = [{title:'One long notice',url:'/a.html'},"
          "{title:'Another notice',url:'/b.html'}];</script>",
          NULL, "auto:script-array array",
          " | One long notice | https://town.example/a.html\n | Another notice | https://town.example/b.html\n");
}

static void test_csv(void **state)
{
    (void)state;
    Gw__ListRule rule = GW__LIST_RULE__INIT;
    rule.kind = (char *)"csv";
    check("日付;件名;URL\r\n2024-03-04;\"An \"\"open\"\" notice; really\";/a.html\r\n2024-03-01;Second "
          "notice;/b.html\r\n",
          &rule, "auto:csv array",
          "2024-03-04 | An \"open\" notice; really | https://town.example/a.html\n"
          "2024-03-01 | Second notice | https://town.example/b.html\n");
}

static void test_rows_in_comments(void **state)
{
    (void)state;
    static const char page[] = "<ul id=x></ul><!-- <ul><li><a href=a.html>关于开展检查的通知</a><b>2024-03-04</b></li>"
                               "<li><a href=b.html>关于公布名单的公告</a><b>2024-03-01</b></li></ul>"
                               "<script>createPageHTML('page_div',10,1,'list','shtml',200);</script> -->";
    struct reading r = reading_of(page, URL, NULL);
    assert_int_equal(r.rows->n_rows, 2);
    assert_string_equal(r.rows->next[0], "https://town.example/news/list_2.shtml");
    reading_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rss),
        cmocka_unit_test(test_atom_and_json_feed),
        cmocka_unit_test(test_entities_are_not_expanded),
        cmocka_unit_test(test_sitemaps),
        cmocka_unit_test(test_a_compressed_sitemap),
        cmocka_unit_test(test_json_found_by_itself),
        cmocka_unit_test(test_json_by_paths_and_templates),
        cmocka_unit_test(test_html_in_json),
        cmocka_unit_test(test_records_in_the_page_escaped_and_alone),
        cmocka_unit_test(test_arrays_in_scripts),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_rows_in_comments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
