// SPDX-License-Identifier: Apache-2.0
// Kind `json`: an answer of JSON or JSONP with the rows in an array of objects. JSON whose strings hold HTML goes on to
// json-html when no array is a list.
#include "list/families.h"
#include "list/json_rows.h"

static int read_json(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    json_t *json;
    int rc = gw_json_parse(job->arena, &job->input->answer, &json);
    if (rc != 0)
        return rc;
    rc = gw_json_rows_read(job, json, "json", ret_rows);
    json_decref(json);
    if (rc != 0)
        return rc;
    Gw__Rows *inside = NULL;
    bool may_hold_html = (*ret_rows)->n_rows == 0 && !gw_str_eq(job->rule->kind, "json");
    if (may_hold_html && gw_list_json_html.read(job, &inside, ret_then) == 0 && inside->n_rows > 0)
        *ret_rows = inside;
    const char *family = gw_family_of_json((struct gw_span){job->input->answer.bytes, job->input->answer.length});
    if (family && !*job->rule->item && (*ret_rows)->n_rows > 0)
        (*ret_rows)->how = gw_arena_printf(job->arena, "family:%s", family);
    return 0;
}

const struct gw_list_kind gw_list_json = {"json", read_json, gw_json_begins};
