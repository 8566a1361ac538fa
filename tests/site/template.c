// SPDX-License-Identifier: Apache-2.0
#include "template.h"

#include "base/err.h"

#include <string.h>

void gw_site_escape(struct gw_buf *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            gw_buf_puts(out, "&amp;");
            break;
        case '<':
            gw_buf_puts(out, "&lt;");
            break;
        case '>':
            gw_buf_puts(out, "&gt;");
            break;
        case '"':
            gw_buf_puts(out, "&quot;");
            break;
        default:
            gw_buf_putc(out, *text);
        }
}

static const char *value_of(const char *name, size_t bytes, const struct gw_site_var *vars, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(vars[i].name) == bytes && memcmp(vars[i].name, name, bytes) == 0)
            return vars[i].value ? vars[i].value : "";
    gw_assert(0 && "a place that no variable fills");
    return "";
}

void gw_site_fill(struct gw_buf *out, const char *form, const struct gw_site_var *vars, size_t count)
{
    for (const char *open; (open = strstr(form, "{{")); form = strstr(open, "}}") + 2) {
        gw_buf_add(out, form, (size_t)(open - form));
        const char *name = open + 2, *close = strstr(open, "}}");
        gw_assert(close);
        bool raw = *name == '&';
        name += raw;
        const char *value = value_of(name, (size_t)(close - name), vars, count);
        if (raw)
            gw_buf_puts(out, value);
        else
            gw_site_escape(out, value);
    }
    gw_buf_puts(out, form);
}
