// SPDX-License-Identifier: Apache-2.0
// Labelled lines: "来源：… 发布时间：…", "Source: … | 2024-04-18 | Author: …". A line is split at the labels it holds;
// a value that is missing before the next label is empty, not the next label.
#ifndef GW_ARTICLE_LABELS_H
#define GW_ARTICLE_LABELS_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum gw_label {
    LABEL_NONE,
    LABEL_PUBLISHED,
    LABEL_DATE, // "时间", "Date", "日期": published unless something better is said
    LABEL_UPDATED,
    LABEL_WRITTEN,
    LABEL_EFFECTIVE,
    LABEL_EXPIRY,
    LABEL_SOURCE,
    LABEL_ISSUER, // 发文机关, 责任部门: whose it is; the source when none is said
    LABEL_AUTHOR,
    LABEL_EDITOR,
    LABEL_INDEX_NUMBER,
    LABEL_DOC_NUMBER,
    LABEL_TITLE,
    LABEL_CHANNEL, // where am I
    LABEL_NOISE,   // views, font size, print: ends the value before it
    LABELS
};

struct gw_label_hit {
    enum gw_label label;
    struct gw_span name;  // as printed, without colon
    struct gw_span value; // trimmed; may be empty
    bool colon;
};

enum { GW_LABELS_MAX = 12 };

// The labels of a line in order; returns how many (at most `max`).
size_t gw_labels_find(struct gw_span line, struct gw_label_hit *ret_hits, size_t max);
// The line as a whole is one label without its value ("索 引 号：", "发布日期"): for tables whose next cell is the
// value.
enum gw_label gw_label_alone(struct gw_span line, struct gw_span *ret_name);

#endif
