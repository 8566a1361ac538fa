// SPDX-License-Identifier: Apache-2.0
#include "event_line.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <utf8proc.h>

enum { SOURCE_COLUMNS = 20, KIND_COLUMNS = 12, TYPE_COLUMNS = 10, TITLE_MIN_COLUMNS = 16 };

struct gw_look gw_look_of(FILE *file)
{
    struct gw_look look = {0};
    struct winsize size;
    const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    look.terminal = isatty(fileno(file));
    if (look.terminal && ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col)
        look.columns = size.ws_col;
    look.colours = look.terminal && !(no_colour && *no_colour) && term && strcmp(term, "dumb") != 0;
    return look;
}

static int width_of(uint32_t c)
{
    return c < 0x20 || c == 0x7F ? 1 : utf8proc_charwidth((utf8proc_int32_t)c);
}

int gw_text_columns(struct gw_buf *out, const char *text, int columns)
{
    const char *end = text + strlen(text);
    int used = 0, fits = 0; // fits: what leaves room for the "…"
    size_t fits_bytes = out->bytes;
    for (const char *at = text; at < end;) {
        uint32_t c = gw_utf8_next(&at, end);
        int width = width_of(c);
        if (columns && used + width > columns) {
            gw_buf_truncate(out, fits_bytes);
            gw_buf_puts(out, "…");
            return fits + 1;
        }
        char utf8[4];
        if (c < 0x20 || (c >= 0x7F && c < 0xA0))
            gw_buf_putc(out, ' ');
        else
            gw_buf_add(out, utf8, gw_utf8_put(utf8, c));
        used += width;
        if (used < columns) {
            fits = used;
            fits_bytes = out->bytes;
        }
    }
    return used;
}

static void add_cell(struct gw_buf *out, const char *text, int columns)
{
    int used = gw_text_columns(out, text, columns);
    gw_buf_printf(out, "%*s", columns - used + 1, "");
}

// SGR codes by what happened; a type without a row has no colour.
static const struct {
    const char *type, *sgr;
} colours[] = {
    {"published", "32"}, {"revised", "33"}, {"withdrawn", "31"}, {"reinstated", "36"}, {"reposted", "90"},
    {"broken", "31"},    {"blocked", "31"}, {"degraded", "33"},  {"gone", "31"},       {"ok", "32"},
};

static const char *sgr_of(const char *type)
{
    for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++)
        if (strcmp(colours[i].type, type) == 0)
            return colours[i].sgr;
    return "0";
}

static void add_time(struct gw_buf *out, int64_t unix_ms)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm tm;
    char text[16] = "";
    if (localtime_r(&seconds, &tm))
        strftime(text, sizeof text, "%H:%M:%S", &tm);
    gw_buf_puts(out, text);
}

// What changed, before the title: it is what a reader of a revision wants first.
static void add_change(struct gw_buf *out, const Gw__Change *change)
{
    gw_buf_printf(out, "[%s", change->significance);
    for (size_t i = 0; i < change->n_fields; i++)
        gw_buf_printf(out, ", %s", change->fields[i]->field);
    size_t paragraphs = change->n_paragraphs + change->more_paragraphs;
    if (paragraphs)
        gw_buf_printf(out, ", %zu paragraph%s", paragraphs, paragraphs == 1 ? "" : "s");
    gw_buf_puts(out, "] ");
}

static void add_headline(struct gw_buf *out, const Gw__Event *event, int columns)
{
    const Gw__Document *document = event->document;
    struct gw_buf text = GW_BUF(16384);
    if (event->change)
        add_change(&text, event->change);
    if (document && document->title[0])
        gw_buf_puts(&text, document->title);
    else if (event->source_change)
        gw_buf_printf(&text, "%s %s", event->source_change->reason, event->source_change->detail);
    else if (event->coverage)
        gw_buf_printf(&text, "%s, %u polls", event->coverage->status, event->coverage->polls);
    else
        gw_buf_puts(&text, event->subject);
    gw_text_columns(out, gw_buf_str(&text), columns);
    gw_buf_fini(&text);
}

void gw_event_line(struct gw_buf *out, const Gw__Event *event, const struct gw_look *look)
{
    add_time(out, event->stored_ms);
    gw_buf_puts(out, "  ");
    if (look->colours)
        gw_buf_printf(out, "\033[%sm", sgr_of(event->type));
    add_cell(out, event->type, TYPE_COLUMNS);
    if (look->colours)
        gw_buf_puts(out, "\033[0m");
    add_cell(out, event->source_id, SOURCE_COLUMNS);
    add_cell(out, event->document && event->document->kind[0] ? event->document->kind : "-", KIND_COLUMNS);
    int left = look->columns - (10 + TYPE_COLUMNS + 1 + SOURCE_COLUMNS + 1 + KIND_COLUMNS + 1);
    if (look->columns && left < TITLE_MIN_COLUMNS)
        left = TITLE_MIN_COLUMNS;
    add_headline(out, event, look->columns ? left : 0);
}
