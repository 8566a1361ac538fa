// SPDX-License-Identifier: Apache-2.0
// Kind `script-array`: rows as an array literal in a script, of a page or alone ("var itemObj=[{…}]").
#include "html/decode.h"
#include "list/json_rows.h"
#include "list/literal.h"

#include <string.h>

enum { LITERALS_MAX = 200, LITERAL_LEAST = 20 };

// Does something assign, pass or return a literal at text.at[i]? In a page that did not say it is of this kind, only an
// array that a variable is set to counts: what is passed to calls feeds menus, charts and other columns as well.
static bool may_begin(struct gw_span text, size_t i, bool said)
{
    if (text.at[i] != '[' && (text.at[i] != '{' || !said))
        return false;
    while (i > 0 && gw_is_space((unsigned char)text.at[i - 1]))
        i--;
    return i == 0 || (text.at[i - 1] && strchr(said ? "=(:," : "=", text.at[i - 1]));
}

static int read_literal(const struct gw_list_job *job, struct gw_span json, Gw__Rows **best)
{
    json_t *value;
    Gw__Rows *rows = NULL;
    if (gw_json_parse_text(json, &value) != 0)
        return 0;
    int rc = gw_json_rows_read(job, value, "script-array", &rows);
    json_decref(value);
    if (rc == 0 && (!*best || rows->n_rows > (*best)->n_rows))
        *best = rows;
    return rc;
}

// Every literal of the text that holds objects with members; the one with most rows wins.
static int read_text(const struct gw_list_job *job, struct gw_span text, Gw__Rows **best)
{
    struct gw_buf json = GW_BUF(GW_BODY_MAX);
    bool said = gw_str_eq(job->rule->kind, "script-array");
    int rc = 0, literals = 0;
    size_t wasted = 0; // bytes of what began like a literal and was none: a bound on going over the text again
    for (size_t i = 0; i < text.bytes && rc == 0 && literals < LITERALS_MAX && wasted < 2 * text.bytes;) {
        if (!may_begin(text, i, said)) {
            i++;
            continue;
        }
        gw_buf_reset(&json);
        size_t bytes = gw_literal_to_json((struct gw_span){text.at + i, text.bytes - i}, &json);
        literals++;
        if (bytes >= LITERAL_LEAST)
            rc = read_literal(job, (struct gw_span){json.data, json.bytes}, best);
        wasted += bytes > 0 ? 0 : json.bytes;
        i += bytes > 0 ? bytes : 1;
    }
    gw_buf_fini(&json);
    return rc;
}

static int read_script_array(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    const struct gw_page_input *answer = &job->input->answer;
    struct gw_decode_input input = {answer->bytes, answer->length, answer->content_type, answer->charset};
    struct gw_decoded decoded;
    struct gw_row_set none;
    Gw__Rows *best = NULL;
    (void)ret_then;
    int rc = gw_decode(job->arena, &input, &decoded);
    if (rc == 0)
        rc = read_text(job, decoded.text, &best);
    if (rc == 0 && !best) {
        gw_rows_init(&none, job, job->url, NULL);
        rc = gw_rows_finish(&none, "auto:script-array", &best);
    }
    if (rc != 0)
        return rc;
    if (best->n_rows == 0)
        gw_rows_warn(job->arena, best, "no array literal with rows in this script");
    *ret_rows = best;
    return 0;
}

// A script by its first words; pages with scripts are html until they show no rows.
static bool sniff(const struct gw_page_input *answer)
{
    static const char *const starts[] = {"var ", "let ", "const ", "window.", "item"};
    struct gw_span text = {answer->bytes, answer->length < 4096 ? answer->length : 4096};
    text = gw_span_trim(text);
    for (size_t i = 0; i < GW_COUNT(starts); i++)
        if (gw_starts_with(text, starts[i]) && gw_find(text, GW_SPAN("=")) > 0)
            return true;
    return false;
}

const struct gw_list_kind gw_list_script_array = {"script-array", read_script_array, sniff};
