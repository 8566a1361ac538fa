// SPDX-License-Identifier: Apache-2.0
#include "ask.h"

#include "base/buf.h"
#include "base/str.h"
#include "model/url.h"

#include <string.h>

enum { FILLED_MAX = 64 * 1024 };

static const char PAGE[] = "{n}", LIST_URL[] = "{list_url}";

static void fill(const char *text, const struct gw_ask_values *values, struct gw_buf *out)
{
    while (*text) {
        size_t plain = strcspn(text, "{");
        gw_buf_add(out, text, plain);
        text += plain;
        if (strncmp(text, PAGE, sizeof PAGE - 1) == 0) {
            gw_buf_printf(out, "%u", values->page_no);
            text += sizeof PAGE - 1;
        } else if (strncmp(text, LIST_URL, sizeof LIST_URL - 1) == 0) {
            gw_buf_puts(out, values->list_url);
            text += sizeof LIST_URL - 1;
        } else if (*text) {
            gw_buf_putc(out, *text++);
        }
    }
}

static char *filled(struct gw_arena *arena, const char *text, const struct gw_ask_values *values)
{
    struct gw_buf out = GW_BUF(FILLED_MAX);
    fill(text, values, &out);
    char *copy = gw_buf_ok(&out) ? gw_arena_strndup(arena, gw_buf_str(&out), out.bytes) : NULL;
    gw_buf_fini(&out);
    return copy;
}

// application/x-www-form-urlencoded (WHATWG URL §5.2)
static void add_form_text(struct gw_buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (gw_is_alpha(c) || gw_is_digit(c) || strchr("*-._", c))
            gw_buf_putc(out, (char)c);
        else if (c == ' ')
            gw_buf_putc(out, '+');
        else
            gw_buf_printf(out, "%%%02X", c);
    }
}

static char *form(struct gw_arena *arena, const Gw__Request *rule, const struct gw_ask_values *values)
{
    struct gw_buf out = GW_BUF(FILLED_MAX);
    bool ok = true;
    for (size_t i = 0; i < rule->n_form; i++) {
        char *value = filled(arena, rule->form[i]->value, values);
        ok &= value != NULL;
        if (i)
            gw_buf_putc(&out, '&');
        add_form_text(&out, rule->form[i]->key);
        gw_buf_putc(&out, '=');
        add_form_text(&out, value ? value : "");
    }
    char *copy = ok && gw_buf_ok(&out) ? gw_arena_strndup(arena, gw_buf_str(&out), out.bytes) : NULL;
    gw_buf_fini(&out);
    return copy;
}

static Gw__Pair **headers(struct gw_arena *arena, const Gw__Request *rule, const struct gw_ask_values *values)
{
    Gw__Pair **list = gw_arena_alloc(arena, (rule->n_headers + 1) * sizeof *list);
    for (size_t i = 0; list && i < rule->n_headers; i++) {
        list[i] = gw_arena_alloc(arena, sizeof **list);
        char *value = filled(arena, rule->headers[i]->value, values);
        if (!list[i] || !value)
            return NULL;
        gw__pair__init(list[i]);
        list[i]->key = rule->headers[i]->key;
        list[i]->value = value;
    }
    return list;
}

int gw_ask_fill(struct gw_arena *arena, const Gw__Request *rule, const struct gw_ask_values *values,
                struct gw_request *ret_request)
{
    struct gw_request request = {.url = values->list_url};
    if (rule) {
        const char *url = filled(arena, rule->url, values);
        request.url = url ? gw_url_resolve(arena, values->list_url, url) : NULL;
        if (!request.url)
            return url ? gw_fail_prefix(GW_EINVAL, "request.url %s", url) : gw_fail(GW_ELIMIT, "request too long");
        request.headers = headers(arena, rule, values);
        request.header_count = rule->n_headers;
        request.method = rule->method[0] ? rule->method : rule->body[0] || rule->n_form ? "POST" : "GET";
        if (gw_str_eq_nocase(request.method, "POST")) {
            request.body = rule->n_form ? form(arena, rule, values) : filled(arena, rule->body, values);
            request.body_bytes = request.body ? strlen(request.body) : 0;
            bool json = !rule->n_form && request.body && (request.body[0] == '{' || request.body[0] == '[');
            request.body_type = json ? "application/json" : NULL;
        }
        if (!request.headers || (gw_str_eq_nocase(request.method, "POST") && !request.body))
            return gw_fail(GW_ELIMIT, "request too long");
    }
    *ret_request = request;
    return 0;
}

static bool has_page(const char *text)
{
    return strstr(text, PAGE) != NULL;
}

bool gw_ask_has_pages(const Gw__Request *rule)
{
    if (!rule)
        return false;
    bool found = has_page(rule->url) || has_page(rule->body);
    for (size_t i = 0; i < rule->n_headers; i++)
        found |= has_page(rule->headers[i]->value);
    for (size_t i = 0; i < rule->n_form; i++)
        found |= has_page(rule->form[i]->value);
    return found;
}
