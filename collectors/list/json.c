// SPDX-License-Identifier: Apache-2.0
#include "list/json.h"

#include "base/buf.h"
#include "html/decode.h"

#include <string.h>

enum { NAME_MAX_BYTES = 64, TEXT_MAX = 1 << 20 };

static struct gw_span skip_blanks(struct gw_span s)
{
    if (gw_starts_with(s, "\xef\xbb\xbf")) {
        s.at += 3;
        s.bytes -= 3;
    }
    return gw_span_trim(s);
}

// Behind "callback(" or "/**/callback("; the span itself when it is no JSONP. The end is left to the parser.
static struct gw_span unwrap(struct gw_span s)
{
    s = skip_blanks(s);
    struct gw_span call = s;
    if (gw_starts_with(call, "/**/")) {
        call.at += 4;
        call.bytes -= 4;
        call = skip_blanks(call);
    }
    size_t n = 0;
    while (
        n < call.bytes && n < NAME_MAX_BYTES &&
        (gw_is_alpha((unsigned char)call.at[n]) || gw_is_digit((unsigned char)call.at[n]) || strchr("_$.", call.at[n])))
        n++;
    if (n == call.bytes || call.at[n] != '(')
        return s;
    return skip_blanks((struct gw_span){call.at + n + 1, call.bytes - n - 1});
}

bool gw_json_begins(const struct gw_page_input *answer)
{
    struct gw_span s = {answer->bytes, answer->length < 4096 ? answer->length : 4096};
    s = unwrap(s);
    return s.bytes > 0 && (*s.at == '{' || *s.at == '[');
}

int gw_json_parse_text(struct gw_span text, json_t **ret_json)
{
    json_error_t error;
    text = unwrap(text);
    json_t *json = json_loadb(text.at ? text.at : "", text.bytes, JSON_DISABLE_EOF_CHECK, &error);
    if (!json)
        return gw_fail(GW_EINVAL, "not JSON: line %d, column %d: %s", error.line, error.column, error.text);
    *ret_json = json;
    return 0;
}

int gw_json_parse(struct gw_arena *arena, const struct gw_page_input *answer, json_t **ret_json)
{
    struct gw_decode_input input = {answer->bytes, answer->length, answer->content_type, answer->charset};
    struct gw_decoded decoded;
    int rc = gw_decode(arena, &input, &decoded);
    return rc == 0 ? gw_json_parse_text(decoded.text, ret_json) : rc;
}

static json_t *member(json_t *json, const char *name, size_t bytes)
{
    char key[256];
    if (bytes == 0 || bytes >= sizeof key)
        return NULL;
    memcpy(key, name, bytes);
    key[bytes] = '\0';
    if (json_is_object(json))
        return json_object_get(json, key);
    uint64_t index;
    if (json_is_array(json) && gw_parse_u64((struct gw_span){key, bytes}, 1000000, &index))
        return json_array_get(json, index);
    return NULL;
}

json_t *gw_json_at(json_t *json, const char *path)
{
    while (json && *path) {
        json_t *whole = json_object_get(json, path);
        if (whole)
            return whole;
        size_t n = strcspn(path, ".");
        json = member(json, path, n);
        path += n + (path[n] == '.');
    }
    return json;
}

static void put_text(struct gw_buf *out, const json_t *json)
{
    if (out->bytes > 0)
        gw_buf_putc(out, ' ');
    if (json_is_string(json))
        gw_buf_add(out, json_string_value(json), json_string_length(json));
    else if (json_is_integer(json))
        gw_buf_printf(out, "%lld", (long long)json_integer_value(json));
    else if (json_is_real(json))
        gw_buf_printf(out, "%.17g", json_real_value(json));
    else if (json_is_boolean(json))
        gw_buf_puts(out, json_is_true(json) ? "true" : "false");
}

const char *gw_json_text(struct gw_arena *arena, const json_t *json)
{
    struct gw_buf text = GW_BUF(TEXT_MAX);
    if (!json || json_is_null(json) || json_is_object(json))
        return NULL;
    size_t i;
    json_t *part;
    if (json_is_array(json))
        json_array_foreach(json, i, part) put_text(&text, part);
    else
        put_text(&text, json);
    const char *copy = gw_arena_strdup(arena, gw_buf_str(&text));
    gw_buf_fini(&text);
    return copy;
}
