// SPDX-License-Identifier: Apache-2.0
// Kind `csv`: open-data files (RFC 4180, also with ';' or tabs), read as objects named by the header line. Paths of the
// rule are column names.
#include "base/buf.h"
#include "html/decode.h"
#include "list/json_rows.h"

#include <string.h>

enum { MAX_COLUMNS = 200, FIELD_MAX = 65536 };

struct reader {
    const char *at, *end;
    char delimiter;
    struct gw_buf field;
};

// One field; *ret_last: it ended its line. False at the end of the text.
static bool next_field(struct reader *r, bool *ret_last)
{
    gw_buf_reset(&r->field);
    if (r->at >= r->end)
        return false;
    bool quoted = *r->at == '"';
    r->at += quoted;
    for (; r->at < r->end; r->at++) {
        char c = *r->at;
        if (quoted && c == '"' && r->at + 1 < r->end && r->at[1] == '"')
            r->at++;
        else if (quoted && c == '"') {
            quoted = false;
            continue;
        } else if (!quoted && (c == r->delimiter || c == '\n'))
            break;
        else if (!quoted && c == '\r')
            continue;
        gw_buf_putc(&r->field, c);
    }
    *ret_last = r->at >= r->end || *r->at == '\n';
    r->at += r->at < r->end;
    return true;
}

// The sign that splits the first line into most columns.
static char find_delimiter(struct gw_span text)
{
    static const char signs[] = {',', ';', '\t', '|'};
    const char *newline = memchr(text.at, '\n', text.bytes);
    size_t line = newline ? (size_t)(newline - text.at) : text.bytes, most = 0;
    char best = ',';
    for (size_t i = 0; i < sizeof signs; i++) {
        size_t count = 0;
        for (size_t k = 0; k < line; k++)
            count += text.at[k] == signs[i];
        if (count > most) {
            most = count;
            best = signs[i];
        }
    }
    return best;
}

static json_t *read_table(struct gw_span text)
{
    struct reader r = {text.at, text.at + text.bytes, find_delimiter(text), GW_BUF(FIELD_MAX)};
    char *names[MAX_COLUMNS];
    size_t columns = 0;
    json_t *table = json_array();
    bool last = false;
    while (!last && columns < MAX_COLUMNS && next_field(&r, &last))
        names[columns++] = strdup(gw_buf_str(&r.field));
    while (!last && next_field(&r, &last)) // more columns than are read
        ;
    json_t *row = json_object();
    for (size_t column = 0; json_array_size(table) < GW_LIST_MAX_ROWS && next_field(&r, &last);) {
        if (column < columns && r.field.bytes > 0)
            json_object_set_new(row, names[column], json_stringn(r.field.data, r.field.bytes));
        column++;
        if (!last)
            continue;
        if (json_object_size(row) > 0) {
            json_array_append_new(table, row);
            row = json_object();
        }
        column = 0;
    }
    json_decref(row);
    for (size_t i = 0; i < columns; i++)
        free(names[i]);
    gw_buf_fini(&r.field);
    return table;
}

static int read_csv(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    const struct gw_page_input *answer = &job->input->answer;
    struct gw_decode_input input = {answer->bytes, answer->length, answer->content_type, answer->charset};
    struct gw_decoded decoded;
    (void)ret_then;
    int rc = gw_decode(job->arena, &input, &decoded);
    if (rc != 0)
        return rc;
    json_t *table = read_table(decoded.text);
    rc = gw_json_rows_read(job, table, "csv", ret_rows);
    json_decref(table);
    return rc;
}

static bool sniff(const struct gw_page_input *answer)
{
    struct gw_span type = gw_span_of(answer->content_type);
    return gw_starts_with_nocase(type, "text/csv") || gw_starts_with_nocase(type, "application/csv");
}

const struct gw_list_kind gw_list_csv = {"csv", read_csv, sniff};
