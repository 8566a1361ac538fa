// SPDX-License-Identifier: Apache-2.0
// Kind `xml-records`: the data sets of Hanweb's page lists. <record>s hold the HTML of one row each, as CDATA, plain or
// escaped once more; they stand in a script of the list page or are the answer of dataproxy.jsp. <nextgroup> holds the
// address of the rows that follow.
//
// Read by scanning, not as XML: the pages set them into HTML, and half of the answers are not well-formed.
#include "base/buf.h"
#include "html/decode.h"
#include "list/fragment.h"
#include "list/html_rows.h"

#include <stdio.h>
#include <string.h>

static struct gw_span from(struct gw_span s, size_t bytes)
{
    return (struct gw_span){s.at + bytes, s.bytes - bytes};
}

// The text between the next <name> or <name …> and its </name>; moves `at` behind it. False: none.
static bool next_element(struct gw_span *at, const char *name, struct gw_span *ret_content)
{
    char open[32], close[32];
    snprintf(open, sizeof open, "<%s", name);
    snprintf(close, sizeof close, "</%s>", name);
    struct gw_span rest = *at;
    bool found = false;
    for (ptrdiff_t start; !found && (start = gw_find_nocase(rest, gw_span_of(open))) >= 0;) {
        rest = from(rest, (size_t)start + strlen(open));
        found = rest.bytes > 0 && (*rest.at == '>' || gw_is_space((unsigned char)*rest.at)); // not <recordset>
    }
    ptrdiff_t tag_end = gw_find(rest, GW_SPAN(">")), end = gw_find_nocase(rest, gw_span_of(close));
    if (!found || tag_end < 0 || end < tag_end)
        return false;
    *ret_content = (struct gw_span){rest.at + tag_end + 1, (size_t)(end - tag_end - 1)};
    *at = from(rest, (size_t)end + strlen(close));
    return true;
}

static struct gw_span without_cdata(struct gw_span s)
{
    s = gw_span_trim(s);
    if (gw_starts_with(s, "<![CDATA[") && gw_ends_with(s, "]]>")) {
        s.at += 9;
        s.bytes -= 12;
    }
    return gw_span_trim(s);
}

// The decoded answer; unescaped once when its records are.
static int load(const struct gw_list_job *job, struct gw_span *ret_text)
{
    const struct gw_page_input *answer = &job->input->answer;
    struct gw_decode_input input = {answer->bytes, answer->length, answer->content_type, answer->charset};
    struct gw_decoded decoded;
    int rc = gw_decode(job->arena, &input, &decoded);
    if (rc != 0)
        return rc;
    *ret_text = decoded.text;
    if (gw_find_nocase(*ret_text, GW_SPAN("<record>")) >= 0 || gw_find_nocase(*ret_text, GW_SPAN("&lt;record&gt;")) < 0)
        return 0;
    const char *plain = gw_fragment_unescape(job->arena, *ret_text);
    if (!plain)
        return gw_fail(GW_ELIMIT, "list: out of memory");
    *ret_text = gw_span_of(plain);
    return 0;
}

static const char *next_group(const struct gw_list_job *job, struct gw_span text)
{
    struct gw_span group;
    if (!next_element(&text, "nextgroup", &group))
        return NULL;
    group = without_cdata(group);
    ptrdiff_t at = gw_find_nocase(group, GW_SPAN("href="));
    if (at < 0 || (size_t)at + 6 >= group.bytes)
        return NULL;
    const char *value = group.at + at + 6, quote = value[-1];
    const char *end =
        quote == '"' || quote == '\'' ? memchr(value, quote, (size_t)(group.at + group.bytes - value)) : NULL;
    return end ? gw_fragment_unescape(job->arena, (struct gw_span){value, (size_t)(end - value)}) : NULL;
}

static int read_records(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    struct gw_span text, rest, record;
    struct gw_buf html = GW_BUF(GW_PARSE_MAX);
    (void)ret_then;
    int rc = load(job, &text);
    if (rc != 0)
        return rc;
    rest = text;
    while (next_element(&rest, "record", &record)) {
        record = without_cdata(record);
        if (html.bytes == 0)
            gw_buf_puts(&html, gw_starts_with_nocase(record, "<tr") ? "<table>" : "<ul>");
        gw_buf_add(&html, record.at, record.bytes);
        gw_buf_putc(&html, '\n');
    }
    struct gw_span page = html.bytes > 0 ? (struct gw_span){html.data, html.bytes} : GW_SPAN("<p></p>");
    rc = gw_html_rows_of_text(job, page, "family:hanweb", ret_rows);
    gw_buf_fini(&html);
    const char *next = rc == 0 ? next_group(job, text) : NULL;
    if (next && (*ret_rows)->n_next == 0)
        gw_rows_add_next(job->arena, *ret_rows, gw_rows_resolve(job->arena, job->url, next));
    return rc;
}

static bool sniff(const struct gw_page_input *answer)
{
    struct gw_span text = {answer->bytes, answer->length};
    bool records =
        gw_find_nocase(text, GW_SPAN("<record>")) >= 0 || gw_find_nocase(text, GW_SPAN("&lt;record&gt;")) >= 0;
    return records &&
           (gw_find_nocase(text, GW_SPAN("recordset")) >= 0 || gw_find_nocase(text, GW_SPAN("datastore")) >= 0);
}

const struct gw_list_kind gw_list_xml_records = {"xml-records", read_records, sniff};
