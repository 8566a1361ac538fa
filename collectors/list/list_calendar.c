// SPDX-License-Identifier: Apache-2.0
// Kind `calendar`: iCalendar (RFC 5545), whose events are rows: summary, address, day of the event.
#include "list/kind.h"

#include "base/buf.h"

#include <string.h>

enum { LINE_MAX_BYTES = 64 * 1024, DIGITS_OF_DAY = 8 };

struct event {
    const char *title, *url, *attached, *date;
};

// The next content line without its folds (§3.1: a line that begins with a blank goes on the one before). False: end.
static bool next_line(struct gw_span *rest, struct gw_buf *line)
{
    gw_buf_reset(line);
    for (bool more = rest->bytes > 0; more; more = rest->bytes > 0 && (*rest->at == ' ' || *rest->at == '\t')) {
        const char *newline = memchr(rest->at, '\n', rest->bytes);
        size_t whole = newline ? (size_t)(newline - rest->at) + 1 : rest->bytes, n = whole - (newline != NULL);
        bool folded = line->bytes > 0;
        n -= n > 0 && rest->at[n - 1] == '\r';
        if (n > folded)
            gw_buf_add(line, rest->at + folded, n - folded);
        rest->at += whole;
        rest->bytes -= whole;
        if (line->bytes == 0)
            return rest->bytes > 0; // an empty line: nothing to go on
    }
    return line->bytes > 0;
}

// The value of "NAME:value" or "NAME;PARAMETER=…:value"; NULL: another property.
static const char *value_of(const struct gw_buf *line, const char *name)
{
    const char *text = gw_buf_str(line);
    size_t n = strlen(name);
    bool quoted = false;
    if (!gw_starts_with_nocase(gw_span_of(text), name) || (text[n] != ':' && text[n] != ';'))
        return NULL;
    for (text += n; *text && (quoted || *text != ':'); text++)
        quoted ^= *text == '"';
    return *text ? text + 1 : NULL;
}

// TEXT (§3.3.11): "\\n", "\\," and the like.
static const char *unescape(struct gw_arena *arena, const char *text)
{
    char *out = gw_arena_strdup(arena, text), *to = out;
    for (const char *s = text; out && *s; s++) {
        bool escaped = *s == '\\' && s[1];
        s += escaped;
        *to++ = escaped && (*s == 'n' || *s == 'N') ? ' ' : *s;
    }
    if (out)
        *to = '\0';
    return out;
}

// "20240322", "20240322T140000", "20240322T140000Z" as the rows' dates are written.
static const char *date_of(struct gw_arena *arena, const char *value)
{
    size_t day = strspn(value, "0123456789");
    if (day != DIGITS_OF_DAY)
        return NULL;
    const char *time = value + day;
    if (*time != 'T' || strspn(time + 1, "0123456789") < 4)
        return gw_arena_printf(arena, "%.4s-%.2s-%.2s", value, value + 4, value + 6);
    return gw_arena_printf(arena, "%.4s-%.2s-%.2sT%.2s:%.2s%s", value, value + 4, value + 6, time + 1, time + 3,
                           strchr(time, 'Z') ? "Z" : "");
}

static void read_property(struct gw_arena *arena, const struct gw_buf *line, struct event *event)
{
    const char *value;
    if ((value = value_of(line, "SUMMARY")))
        event->title = unescape(arena, value);
    else if ((value = value_of(line, "URL")))
        event->url = gw_arena_strdup(arena, value);
    else if ((value = value_of(line, "ATTACH")))
        event->attached = event->attached ? event->attached : gw_arena_strdup(arena, value);
    else if ((value = value_of(line, "DTSTART")))
        event->date = date_of(arena, value);
}

static void read_events(const struct gw_list_job *job, struct gw_row_set *set, size_t *ret_count)
{
    struct gw_span rest = {job->input->answer.bytes, job->input->answer.length};
    struct gw_buf line = GW_BUF(LINE_MAX_BYTES);
    struct event event = {0};
    bool inside = false;
    size_t count = 0;
    while (next_line(&rest, &line) || rest.bytes > 0) {
        const char *begins = value_of(&line, "BEGIN"), *ends = value_of(&line, "END");
        if (begins && gw_str_eq_nocase(begins, "VEVENT")) {
            event = (struct event){0};
            inside = true;
        } else if (inside && ends && gw_str_eq_nocase(ends, "VEVENT")) {
            const char *url = event.url && *event.url ? event.url : event.attached;
            if (url)
                gw_rows_add_dated(set, event.title, url, event.date);
            inside = false;
            count++;
        } else if (inside) {
            read_property(job->arena, &line, &event);
        }
    }
    gw_buf_fini(&line);
    *ret_count = count;
}

static int read_calendar(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    struct gw_row_set set;
    size_t count;
    (void)ret_then;
    gw_rows_init(&set, job, job->url, job->input->source);
    read_events(job, &set, &count);
    int rc = gw_rows_finish(&set, "feed:ics", ret_rows);
    if (rc == 0 && (*ret_rows)->n_rows == 0)
        gw_rows_warn(job->arena, *ret_rows,
                     count ? "the calendar's events have no address" : "the calendar has no events");
    return rc;
}

static bool sniff(const struct gw_page_input *answer)
{
    struct gw_span start = gw_span_trim((struct gw_span){answer->bytes, answer->length < 256 ? answer->length : 256});
    if (gw_starts_with(start, "\xEF\xBB\xBF"))
        start = (struct gw_span){start.at + 3, start.bytes - 3};
    return gw_starts_with_nocase(start, "BEGIN:VCALENDAR");
}

const struct gw_list_kind gw_list_calendar = {"calendar", read_calendar, sniff};
