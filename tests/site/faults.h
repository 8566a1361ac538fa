// SPDX-License-Identifier: Apache-2.0
// How the site misbehaves: a fault is a name with arguments ("slow:3s", "status:503:30", "charset:gb2312"), set for
// paths by prefix or asked for in the path itself (/fault/slow:3s/zh/zcwj/). The table in faults.c says what each does.
#ifndef GW_SITE_FAULTS_H
#define GW_SITE_FAULTS_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum gw_site_fault_kind {
    GW_SITE_FAULT_NONE,
    GW_SITE_FAULT_SLOW,
    GW_SITE_FAULT_DRIP,
    GW_SITE_FAULT_CUT,
    GW_SITE_FAULT_STATUS,
    GW_SITE_FAULT_SOFT404,
    GW_SITE_FAULT_LOOP,
    GW_SITE_FAULT_CHAIN,
    GW_SITE_FAULT_ENDLESS,
    GW_SITE_FAULT_HUGE,
    GW_SITE_FAULT_BOMB,
    GW_SITE_FAULT_CHARSET,
    GW_SITE_FAULT_TYPE,
    GW_SITE_FAULT_CHALLENGE,
    GW_SITE_FAULT_HANG,
    GW_SITE_FAULT_CLOSE,
    GW_SITE_FAULT_DEEP,
    GW_SITE_FAULT_SPANS,
    GW_SITE_FAULT_ATTRIBUTES,
    GW_SITE_FAULT_EMPTY,
    GW_SITE_FAULT_NO_ROWS,
    GW_SITE_FAULT_DYNAMIC,
    GW_SITE_FAULTS,
};

enum { GW_SITE_FAULT_TEXT = 64 };

struct gw_site_fault {
    enum gw_site_fault_kind kind;
    uint64_t value, second; // milliseconds, bytes, count or status, as the table says
    char text[GW_SITE_FAULT_TEXT];
};

const char *gw_site_fault_name(enum gw_site_fault_kind kind);
// One line of help per fault ("slow:DURATION  waits before it answers (3s)").
void gw_site_fault_help(struct gw_buf *out);
GW_MUST_CHECK int gw_site_fault_parse(const char *spec, struct gw_site_fault *ret_fault); // GW_EINVAL

// ---- the rules in force; thread-safe

struct gw_site_faults;
struct gw_site_faults *gw_site_faults_new(void);
struct gw_site_faults *gw_site_faults_free(struct gw_site_faults *faults);
// From now on requests whose path begins with `prefix` meet the fault, `times` times (0: always). Replaces the rule of
// the very prefix; fault "none" takes it away. GW_EINVAL: no such fault; GW_ELIMIT: too many rules.
GW_MUST_CHECK int gw_site_faults_set(struct gw_site_faults *faults, const char *prefix, const char *spec,
                                     uint32_t times);
void gw_site_faults_clear(struct gw_site_faults *faults);
// The fault of a request: the rule with the longest prefix. Counts one of its times.
struct gw_site_fault gw_site_faults_meet(struct gw_site_faults *faults, const char *path);

#endif
