// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include "buf.h"
#include "clock.h"
#include "str.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 2048, THROTTLE_SLOTS = 64, THROTTLE_FREE = 5, THROTTLE_WINDOW_MS = 10000 };

static struct {
    const char *program;
    enum gw_log_level level;
    bool json;
} config = {"govwire", GW_LOG_INFO, false};

static const char *const level_names[] = {"error", "warn", "info", "debug"};

void gw_log_init(const char *program, enum gw_log_level level, enum gw_log_format format)
{
    config.program = program;
    config.level = level;
    config.json = format == GW_LOG_JSON || (format == GW_LOG_AUTO && !isatty(STDERR_FILENO));
}

bool gw_log_level_parse(const char *name, enum gw_log_level *ret_level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++)
        if (strcmp(name, level_names[i]) == 0) {
            *ret_level = (enum gw_log_level)i;
            return true;
        }
    return false;
}

bool gw_log_format_parse(const char *name, enum gw_log_format *ret_format)
{
    static const char *const names[] = {"auto", "text", "json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0) {
            *ret_format = (enum gw_log_format)i;
            return true;
        }
    return false;
}

bool gw_log_on(enum gw_log_level level)
{
    return level <= config.level;
}

// Repeats: one slot per hash of (subject, event); a collision only merges two counts.
static pthread_mutex_t throttle_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    uint32_t key;
    unsigned count;
    int64_t since_ms;
} slots[THROTTLE_SLOTS];

static uint32_t hash(uint32_t h, const char *s)
{
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h;
}

// Whether this line is held back; *ret_held = how many were, to be told now.
static bool throttled(const char *subject, const char *event, unsigned *ret_held)
{
    uint32_t key = hash(hash(2166136261u, subject), event);
    int64_t now = gw_clock_boot_ms();
    pthread_mutex_lock(&throttle_lock);
    typeof(&slots[0]) slot = &slots[key % THROTTLE_SLOTS];
    *ret_held = 0;
    if (slot->key != key || now - slot->since_ms > THROTTLE_WINDOW_MS) {
        if (slot->key == key && slot->count > THROTTLE_FREE)
            *ret_held = slot->count - THROTTLE_FREE;
        slot->key = key;
        slot->count = 0;
        slot->since_ms = now;
    }
    bool held = ++slot->count > THROTTLE_FREE;
    pthread_mutex_unlock(&throttle_lock);
    return held;
}

static void add_escaped(struct gw_buf *line, const char *text)
{
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x20 || c == 0x7F)
            gw_buf_printf(line, config.json ? "\\u%04x" : "\\x%02x", c);
        else if (config.json && (c == '"' || c == '\\'))
            gw_buf_printf(line, "\\%c", c);
        else
            gw_buf_putc(line, (char)c);
    }
}

void gw_log(enum gw_log_level level, const char *subject, const char *event, const char *format, ...)
{
    unsigned held = 0;
    if (!gw_log_on(level) || (level != GW_LOG_DEBUG && throttled(subject, event, &held)))
        return;
    char text[LINE_BYTES / 2];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n >= (int)sizeof text)
        text[gw_utf8_cut(text, (size_t)n, sizeof text - 1)] = '\0';
    char when[GW_RFC3339_BYTES];
    gw_rfc3339_ms(gw_clock_unix_ms(), when);

    struct gw_buf line = GW_BUF(16 * LINE_BYTES);
    if (config.json) {
        gw_buf_printf(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"program\":\"%s\",\"subject\":\"", when,
                      level_names[level], config.program);
        add_escaped(&line, subject);
        gw_buf_printf(&line, "\",\"event\":\"%s\",\"text\":\"", event);
        add_escaped(&line, text);
        if (held)
            gw_buf_printf(&line, "\",\"repeats\":%u}\n", held);
        else
            gw_buf_puts(&line, "\"}\n");
    } else {
        gw_buf_printf(&line, "%.8s %-5s ", when + 11, level_names[level]);
        add_escaped(&line, subject);
        gw_buf_printf(&line, " %s ", event);
        add_escaped(&line, text);
        if (held)
            gw_buf_printf(&line, " (and %u more like it)", held);
        gw_buf_putc(&line, '\n');
    }
    if (gw_buf_ok(&line)) {
        ssize_t ignored = write(STDERR_FILENO, line.data, line.bytes);
        (void)ignored; // nowhere left to report it
    }
    gw_buf_fini(&line);
}
