// SPDX-License-Identifier: Apache-2.0
#include "list/chain.h"

#include "base/buf.h"
#include "list/json.h"
#include "list/scripts.h"

#include <stdio.h>
#include <string.h>

enum { FILLED_MAX = 64 * 1024, VALUES_MAX = 32 };

static uint32_t page_no(const struct gw_list_job *job)
{
    return job->input->page_no ? job->input->page_no : 1;
}

// The value of the name in the braces that open at `brace`; NULL: it is none of ours.
static const char *value_at(const struct gw_list_job *job, const struct gw_chain_value *values, const char *brace,
                            char number[16], size_t *ret_bytes)
{
    const char *close = strchr(brace, '}');
    if (!close)
        return NULL;
    struct gw_span name = {brace + 1, (size_t)(close - brace - 1)};
    *ret_bytes = name.bytes + 2;
    for (; values && values->name; values++)
        if (gw_span_eq(name, gw_span_of(values->name)))
            return values->text;
    if (gw_span_eq(name, GW_SPAN("list_url")))
        return job->url ? job->url : "";
    bool before = gw_span_eq(name, GW_SPAN("n-1"));
    if (!before && !gw_span_eq(name, GW_SPAN("n")))
        return NULL;
    snprintf(number, 16, "%u", page_no(job) - before);
    return number;
}

const char *gw_chain_fill(const struct gw_list_job *job, const struct gw_chain_value *values, const char *text)
{
    struct gw_buf out = GW_BUF(FILLED_MAX);
    while (*text) {
        char number[16];
        size_t plain = strcspn(text, "{"), bytes = 1;
        gw_buf_add(&out, text, plain);
        text += plain;
        const char *value = *text ? value_at(job, values, text, number, &bytes) : NULL;
        if (value)
            gw_buf_puts(&out, value);
        else if (*text)
            gw_buf_putc(&out, *text);
        text += !*text ? 0 : value ? bytes : 1;
    }
    const char *filled = gw_buf_ok(&out) ? gw_arena_strndup(job->arena, gw_buf_str(&out), out.bytes) : NULL;
    gw_buf_fini(&out);
    return filled;
}

static Gw__Pair *make_pair(const struct gw_list_job *job, const char *key, const char *value)
{
    Gw__Pair *pair = value ? gw_arena_alloc(job->arena, sizeof *pair) : NULL;
    if (!pair)
        return NULL;
    gw__pair__init(pair);
    pair->key = (char *)key;
    pair->value = (char *)value;
    return pair;
}

static bool fill_pairs(const struct gw_list_job *job, const struct gw_chain_value *values, Gw__Pair **from,
                       size_t count, Gw__Pair ***ret_pairs)
{
    Gw__Pair **pairs = gw_arena_alloc(job->arena, (count + 1) * sizeof(Gw__Pair *));
    for (size_t i = 0; pairs && i < count; i++) {
        pairs[i] = make_pair(job, from[i]->key, gw_chain_fill(job, values, from[i]->value));
        if (!pairs[i])
            return false;
    }
    *ret_pairs = pairs;
    return pairs != NULL;
}

static Gw__Request *fill_request(const struct gw_list_job *job, const struct gw_chain_value *values,
                                 const Gw__Request *from)
{
    Gw__Request *request = gw_arena_alloc(job->arena, sizeof *request);
    if (!request)
        return NULL;
    *request = *from;
    const char *filled = gw_chain_fill(job, values, from->url), *body = gw_chain_fill(job, values, from->body);
    const char *url = filled ? gw_rows_resolve(job->arena, job->url, filled) : NULL;
    if (!url || !body || !fill_pairs(job, values, from->headers, from->n_headers, &request->headers) ||
        !fill_pairs(job, values, from->form, from->n_form, &request->form))
        return NULL;
    request->url = (char *)url;
    request->body = (char *)body;
    return request;
}

Gw__Request *gw_chain_get(const struct gw_list_job *job, const char *url)
{
    Gw__Request plain = GW__REQUEST__INIT;
    Gw__Pair referer = GW__PAIR__INIT, *headers[] = {&referer};
    referer.key = (char *)"Referer";
    referer.value = (char *)"{list_url}";
    plain.url = (char *)url;
    plain.headers = headers;
    plain.n_headers = job->url ? 1 : 0;
    return fill_request(job, NULL, &plain);
}

// ---- values of the first answer

struct first_answer {
    bool is_json;
    json_t *json;
    struct gw_page page, scripts;
};

static int open_answer(const struct gw_list_job *job, struct first_answer *answer)
{
    *answer = (struct first_answer){.is_json = gw_json_begins(&job->input->answer)};
    if (answer->is_json)
        return gw_json_parse(job->arena, &job->input->answer, &answer->json);
    int rc = gw_page_parse(job->arena, &job->input->answer, &answer->page);
    return rc == 0 ? gw_scripts_page(&answer->page, &answer->scripts) : rc;
}

struct lookup {
    struct gw_arena *arena;
    json_t *json;
};

static const char *get_path(const struct gw_value_alternative *what, void *arg)
{
    const struct lookup *l = arg;
    return gw_json_text(l->arena, gw_json_at(l->json, what->path));
}

static int read_value(const struct gw_list_job *job, const struct first_answer *answer, const Gw__Pair *pair,
                      struct gw_chain_value *ret_value)
{
    const struct gw_value *value;
    struct lookup lookup = {job->arena, answer->json};
    int rc = gw_compiled_value(job->compiled, pair->value, answer->is_json ? GW_VALUE_PATH : GW_VALUE_CSS, &value);
    if (rc != 0)
        return gw_fail_prefix(rc, "list.values.%s", pair->key);
    const char *text = answer->is_json ? gw_value_get(value, job->arena, get_path, &lookup)
                                       : gw_scripts_value(&answer->page, &answer->scripts, value);
    *ret_value = (struct gw_chain_value){pair->key, text};
    return 0;
}

static int empty_rows(const struct gw_list_job *job, const char *warning, Gw__Rows **ret_rows)
{
    struct gw_row_set none;
    gw_rows_init(&none, job, job->url, NULL);
    int rc = gw_rows_finish(&none, "site", ret_rows);
    if (rc == 0 && warning)
        gw_rows_warn(job->arena, *ret_rows, warning);
    return rc;
}

int gw_chain_follow(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    struct first_answer answer;
    struct gw_chain_value values[VALUES_MAX + 1] = {0};
    const char *missing = NULL;
    size_t count = job->rule->n_values < VALUES_MAX ? job->rule->n_values : VALUES_MAX;
    int rc = open_answer(job, &answer);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = read_value(job, &answer, job->rule->values[i], &values[i]);
        if (rc == 0 && !values[i].text)
            missing = missing ? missing : job->rule->values[i]->key;
    }
    json_decref(answer.json);
    if (rc != 0)
        return rc;
    if (missing)
        return empty_rows(job, gw_arena_printf(job->arena, "list.values.%s: nothing of it on the page", missing),
                          ret_rows);
    *ret_then = fill_request(job, values, job->rule->then);
    if (!*ret_then)
        return gw_fail(GW_EINVAL, "list.then: no usable URL, or too long: %s", gw_reason());
    return empty_rows(job, NULL, ret_rows);
}
