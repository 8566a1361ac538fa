// SPDX-License-Identifier: Apache-2.0
// Kind `json-html`: JSON whose string members hold the HTML of the rows (jpaas unitbuild, Drupal's views/ajax
// commands). All strings with links, in order, are one page; selectors apply to it.
#include "base/buf.h"
#include "list/fragment.h"
#include "list/html_rows.h"
#include "list/json.h"

enum { MAX_DEPTH = 12 };

static void gather(json_t *json, int depth, struct gw_buf *html)
{
    const char *key;
    json_t *value;
    size_t i;
    if (depth > MAX_DEPTH)
        return;
    if (json_is_array(json)) {
        json_array_foreach(json, i, value) gather(value, depth + 1, html);
    } else if (json_is_object(json)) {
        json_object_foreach(json, key, value) gather(value, depth + 1, html);
    } else if (json_is_string(json)) {
        struct gw_span text = {json_string_value(json), json_string_length(json)};
        if (gw_fragment_has_link(text))
            gw_buf_add(html, text.at, text.bytes);
    }
}

static int read_json_html(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    json_t *json;
    struct gw_buf html = GW_BUF(GW_PARSE_MAX);
    (void)ret_then;
    int rc = gw_json_parse(job->arena, &job->input->answer, &json);
    if (rc != 0)
        return rc;
    gather(json, 0, &html);
    json_decref(json);
    struct gw_span text = html.bytes > 0 ? (struct gw_span){html.data, html.bytes} : GW_SPAN("<p></p>");
    rc = gw_html_rows_of_text(job, text, "json-html", ret_rows);
    if (rc == 0 && html.bytes == 0) {
        (*ret_rows)->warning = (char *)protobuf_c_empty_string;
        gw_rows_warn(job->arena, *ret_rows, "no string of this JSON holds links");
    }
    gw_buf_fini(&html);
    return rc;
}

const struct gw_list_kind gw_list_json_html = {"json-html", read_json_html, NULL};
