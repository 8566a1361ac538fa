// SPDX-License-Identifier: Apache-2.0
// Log lines for people and machines: level, subject, event word, key=value. Written whole with one write(2) to stderr,
// so lines of several processes do not mix. Libraries under proto/ and collectors/ log at debug only; programs log the
// rest.
#ifndef GW_BASE_LOG_H
#define GW_BASE_LOG_H

#include <stdbool.h>

enum gw_log_level { GW_LOG_ERROR, GW_LOG_WARN, GW_LOG_INFO, GW_LOG_DEBUG };
enum gw_log_format { GW_LOG_AUTO, GW_LOG_TEXT, GW_LOG_JSON }; // auto: text on a terminal, JSON Lines otherwise

// Once, before threads start. `program` (borrowed for ever) names the process in each line.
void gw_log_init(const char *program, enum gw_log_level level, enum gw_log_format format);
bool gw_log_level_parse(const char *name, enum gw_log_level *ret_level);
bool gw_log_format_parse(const char *name, enum gw_log_format *ret_format);
bool gw_log_on(enum gw_log_level level);

// `subject` says what it is about ("fetch:ningbo", "store"), `event` is one word, `format` gives key=value pairs or a
// sentence. A warning ends with what happens next ("…, retrying in 30s"). Control characters are escaped; a line is cut
// at 2 KiB. The same (subject, event) more than 5 times in 10 s is held back and summed up in one line.
void gw_log(enum gw_log_level level, const char *subject, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#define gw_error(subject, event, ...) gw_log(GW_LOG_ERROR, subject, event, __VA_ARGS__)
#define gw_warn(subject, event, ...)  gw_log(GW_LOG_WARN, subject, event, __VA_ARGS__)
#define gw_info(subject, event, ...)  gw_log(GW_LOG_INFO, subject, event, __VA_ARGS__)
#define gw_debug(subject, event, ...)                                                                                  \
    (gw_log_on(GW_LOG_DEBUG) ? gw_log(GW_LOG_DEBUG, subject, event, __VA_ARGS__) : (void)0)

#endif
