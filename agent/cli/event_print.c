// SPDX-License-Identifier: Apache-2.0
#include "event_print.h"

#include "base/buf.h"
#include "base/clock.h"
#include "event_line.h"
#include "facts.h"
#include "model/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LINE_MAX_BYTES = 16 * 1024 * 1024 };

// ---- for people

// "2026-11-22 04:12:03Z"
static const char *moment(int64_t unix_ms, char out[GW_RFC3339_BYTES])
{
    gw_rfc3339_ms(unix_ms, out);
    out[10] = ' ';
    memcpy(out + 19, "Z", 2);
    return out;
}

// The line of `up`, with the day: what is looked up is seldom of today.
static void put_line(struct gw_buf *out, const Gw__Event *event)
{
    static struct gw_look look;
    static bool looked;
    if (!looked)
        look = gw_look_of(stdout);
    looked = true;
    char day[16] = "";
    time_t seconds = (time_t)(event->stored_ms / 1000);
    struct tm tm;
    if (localtime_r(&seconds, &tm))
        strftime(day, sizeof day, "%Y-%m-%d ", &tm);
    struct gw_look rest = look;
    rest.columns = look.columns > (int)strlen(day) ? look.columns - (int)strlen(day) : look.columns;
    gw_buf_puts(out, day);
    gw_event_line(out, event, &rest);
}

static void print_field(const char *name, const char *value)
{
    if (!value || !*value)
        return;
    struct gw_buf line = GW_BUF(LINE_MAX_BYTES);
    gw_text_columns(&line, value, 0);
    printf("%-14s %s\n", name, gw_buf_str(&line));
    gw_buf_fini(&line);
}

static void print_time(const char *name, int64_t unix_ms)
{
    char when[GW_RFC3339_BYTES];
    if (unix_ms)
        print_field(name, moment(unix_ms, when));
}

// Lines of a page, each cleaned.
static void print_text(const char *prefix, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        struct gw_buf line = GW_BUF(LINE_MAX_BYTES), clean = GW_BUF(LINE_MAX_BYTES);
        gw_buf_add(&line, text, n);
        gw_text_columns(&clean, gw_buf_str(&line), 0);
        printf("%s%s\n", prefix, gw_buf_str(&clean));
        gw_buf_fini(&line);
        gw_buf_fini(&clean);
        text += n + (text[n] == '\n');
    }
}

// Each with the words of the page that prove it.
static void print_facts(const Gw__Document *document)
{
    struct gw_facts facts = gw_facts_of(document);
    for (size_t i = 0; i < facts.count; i++) {
        const struct gw_fact *fact = &facts.at[i];
        struct gw_buf line = GW_BUF(LINE_MAX_BYTES);
        gw_buf_puts(&line, fact->value);
        if (fact->proof && *fact->proof->quote)
            gw_buf_printf(&line, "  \"%s\"", fact->proof->quote);
        print_field(fact->field, gw_buf_str(&line));
        gw_buf_fini(&line);
    }
    gw_facts_fini(&facts);
}

void gw_event_print_whole(uint64_t seq, const Gw__Event *event)
{
    const Gw__Document *d = event->document;
    char number[32];
    snprintf(number, sizeof number, "%" PRIu64, seq);
    print_field("seq", number);
    print_field("id", event->event_id);
    print_field("type", event->type);
    print_field("kind", d ? d->kind : "");
    print_field("source", event->source_id);
    print_field("url", event->subject);
    print_time("stored", event->stored_ms);
    print_time("fetched", event->fetched_ms);
    print_time("first seen", event->first_seen_ms);
    if (event->source_change) {
        print_field("reason", event->source_change->reason);
        print_field("previous", event->source_change->previous);
        print_field("detail", event->source_change->detail);
    }
    if (event->coverage) {
        snprintf(number, sizeof number, "%" PRIu32, event->coverage->polls);
        print_field("status", event->coverage->status);
        print_field("polls", number);
        print_time("from", event->coverage->from_ms);
        print_time("to", event->coverage->to_ms);
    }
    if (!d)
        return;
    print_field("title", d->title);
    print_field("published", d->published);
    print_field("from", d->source);
    print_field("author", d->author);
    print_field("doc number", d->doc_number);
    print_field("notice", d->notice);
    print_field("index number", d->index_number);
    for (size_t i = 0; i < d->n_topics; i++)
        print_field(i ? "" : "topics", d->topics[i]);
    print_facts(d);
    for (size_t i = 0; i < d->n_attachments; i++)
        print_field("attachment", d->attachments[i]->url);
    if (event->change) {
        print_field("change", event->change->significance);
        print_field("before", event->change->previous_event_id);
    }
    if (d->body && *d->body) {
        puts("");
        print_text("", d->body);
    }
}

void gw_event_print_change(const Gw__Event *event)
{
    const Gw__Change *change = event->change;
    print_field("id", event->event_id);
    print_field("before", change->previous_event_id);
    print_field("significance", change->significance);
    for (size_t i = 0; i < change->n_fields; i++) {
        printf("@ %s\n", change->fields[i]->field);
        print_text("- ", change->fields[i]->before);
        print_text("+ ", change->fields[i]->after);
    }
    for (size_t i = 0; i < change->n_paragraphs; i++) {
        printf("@ paragraph %" PRIu32 "\n", change->paragraphs[i]->paragraph + 1);
        print_text("- ", change->paragraphs[i]->before);
        print_text("+ ", change->paragraphs[i]->after);
    }
    if (change->more_paragraphs)
        printf("@ and %" PRIu32 " more\n", change->more_paragraphs);
}

// ---- CSV (RFC 4180)

static const char *const columns[] = {"seq",     "id",    "type",      "time",    "source",
                                      "url",     "title", "published", "kind",    "doc_number",
                                      "issuers", "lang",  "revision",  "backlog", "significance"};

static void put_csv(struct gw_buf *out, const char *text)
{
    text = text ? text : "";
    // A spreadsheet takes these for the beginning of a formula; a page must not be able to write one.
    bool formula = *text && strchr("=+-@\t\r", *text);
    gw_buf_putc(out, '"');
    if (formula)
        gw_buf_putc(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            gw_buf_putc(out, '"');
        gw_buf_putc(out, *text);
    }
    gw_buf_putc(out, '"');
}

static void put_csv_row(struct gw_buf *out, uint64_t seq, const Gw__Event *event)
{
    static const Gw__Document empty = GW__DOCUMENT__INIT;
    const Gw__Document *d = event->document ? event->document : &empty;
    char when[GW_RFC3339_BYTES];
    struct gw_buf issuers = GW_BUF(LINE_MAX_BYTES);
    for (size_t i = 0; i < d->n_issuers; i++)
        gw_buf_printf(&issuers, "%s%s", i ? "; " : "", d->issuers[i]->name);
    const char *const texts[] = {event->event_id,      event->type,    gw_rfc3339_ms(event->stored_ms, when),
                                 event->source_id,     event->subject, d->title,
                                 d->published,         d->kind,        d->doc_number,
                                 gw_buf_str(&issuers), d->lang};
    gw_buf_printf(out, "%" PRIu64, seq);
    for (size_t i = 0; i < GW_COUNT(texts); i++) {
        gw_buf_putc(out, ',');
        put_csv(out, texts[i]);
    }
    gw_buf_printf(out, ",%" PRIu32 ",%s,", event->revision, event->backlog ? "true" : "false");
    put_csv(out, event->change ? event->change->significance : "");
    gw_buf_putc(out, '\r');
    gw_buf_fini(&issuers);
}

void gw_event_print_head(enum gw_event_format format)
{
    for (size_t i = 0; i < GW_COUNT(columns) && format == GW_EVENT_CSV; i++)
        printf("%s%s", i ? "," : "", columns[i]);
    if (format == GW_EVENT_CSV)
        fputs("\r\n", stdout);
}

int gw_event_print(enum gw_event_format format, uint64_t seq, const Gw__Event *event)
{
    struct gw_buf line = GW_BUF(LINE_MAX_BYTES);
    if (format == GW_EVENT_JSON)
        gw_json_event(&line, seq, event);
    else if (format == GW_EVENT_CSV)
        put_csv_row(&line, seq, event);
    else
        put_line(&line, event);
    gw_buf_putc(&line, '\n');
    int rc = gw_buf_ok(&line) ? GW_OK : gw_fail(GW_ELIMIT, "event %" PRIu64 " is too long for a line", seq);
    if (rc == GW_OK && fwrite(line.data, 1, line.bytes, stdout) != line.bytes)
        rc = gw_fail_errno("output");
    gw_buf_fini(&line);
    return rc;
}
