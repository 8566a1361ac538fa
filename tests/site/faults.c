// SPDX-License-Identifier: Apache-2.0
#include "faults.h"

#include "base/str.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum argument { NOTHING, DURATION, BYTES, NUMBER, TEXT };

static const struct form {
    const char *name;
    enum argument first, second;
    uint64_t value, other; // when not said
    const char *text;
    const char *help;
} forms[GW_SITE_FAULTS] = {
    [GW_SITE_FAULT_NONE] = {.name = "none", .help = "as it should be"},
    [GW_SITE_FAULT_SLOW] = {"slow", DURATION, .value = 3000, .help = "slow:DURATION  waits before it answers (3s)"},
    [GW_SITE_FAULT_DRIP] = {"drip", BYTES, .value = 200, .help = "drip:BYTES  sends so many bytes a second (200)"},
    [GW_SITE_FAULT_CUT] = {"cut", BYTES, .help = "cut:BYTES  closes after so many bytes of the body (half of them)"},
    [GW_SITE_FAULT_STATUS] = {"status", NUMBER, NUMBER, .value = 500,
                              .help = "status:CODE:SECONDS  an error page (500); SECONDS go into Retry-After"},
    [GW_SITE_FAULT_SOFT404] = {"soft404", .help = "soft404  says \"not found\" under status 200"},
    [GW_SITE_FAULT_LOOP] = {"loop", .help = "loop  redirects in a circle"},
    [GW_SITE_FAULT_CHAIN] = {"chain", NUMBER, NUMBER, .value = 3, .other = 302,
                             .help = "chain:HOPS:CODE  redirects so many times first (3:302)"},
    [GW_SITE_FAULT_ENDLESS] = {"endless", .help = "endless  a body without end"},
    [GW_SITE_FAULT_HUGE] = {"huge", BYTES, .value = 64 << 20, .help = "huge:BYTES  a body of so many bytes (64m)"},
    [GW_SITE_FAULT_BOMB] = {"bomb", BYTES, .value = 1 << 30,
                            .help = "bomb:BYTES  a small gzip body that decodes to so many bytes (1g)"},
    [GW_SITE_FAULT_CHARSET] = {"charset", TEXT, .text = "gb2312",
                               .help = "charset:LABEL  says so in Content-Type whatever it sends (gb2312)"},
    [GW_SITE_FAULT_TYPE] = {"type", TEXT, .text = "application/octet-stream",
                            .help = "type:TYPE  another Content-Type (application/octet-stream)"},
    [GW_SITE_FAULT_CHALLENGE] = {"challenge", NUMBER, .value = 521,
                                 .help = "challenge:CODE  a script and a cookie instead of a page (521; 412, 200)"},
    [GW_SITE_FAULT_HANG] = {"hang", DURATION, .value = 3600 * 1000, .help = "hang:DURATION  never answers (1h)"},
    [GW_SITE_FAULT_CLOSE] = {"close", .help = "close  closes the connection without a byte"},
    [GW_SITE_FAULT_DEEP] = {"deep", NUMBER, .value = 10000, .help = "deep:N  elements nested so deep (10000)"},
    [GW_SITE_FAULT_SPANS] = {"spans", NUMBER, .value = 300000, .help = "spans:N  so many <span> never closed (300000)"},
    [GW_SITE_FAULT_ATTRIBUTES] = {"attributes", NUMBER, .value = 20000,
                                  .help = "attributes:N  one element with so many attributes (20000)"},
    [GW_SITE_FAULT_EMPTY] = {"empty", .help = "empty  200 without a body"},
    [GW_SITE_FAULT_NO_ROWS] = {"norows", .help = "norows  the page without any list or article in it"},
    [GW_SITE_FAULT_DYNAMIC] = {"dynamic", .help = "dynamic  no validators, and other bytes each time"},
};

const char *gw_site_fault_name(enum gw_site_fault_kind kind)
{
    return forms[kind].name;
}

void gw_site_fault_help(struct gw_buf *out)
{
    for (int kind = 1; kind < GW_SITE_FAULTS; kind++)
        gw_buf_printf(out, "  %s\n", forms[kind].help);
}

// "64k", "16m", "1g" or plain.
static bool bytes_parse(struct gw_span s, uint64_t *ret_bytes)
{
    static const char units[] = "kmg";
    const char *unit = s.bytes ? strchr(units, gw_lower(s.at[s.bytes - 1])) : NULL;
    unsigned shift = unit && *unit ? 10 * (unsigned)(unit - units + 1) : 0;
    s.bytes -= shift != 0;
    if (!gw_parse_u64(s, UINT32_MAX, ret_bytes))
        return false;
    *ret_bytes <<= shift;
    return true;
}

static bool argument_parse(enum argument argument, struct gw_span s, uint64_t *ret_value, char *ret_text)
{
    switch (argument) {
    case DURATION:
        return gw_parse_duration_ms(s, ret_value);
    case BYTES:
        return bytes_parse(s, ret_value);
    case NUMBER:
        return gw_parse_u64(s, UINT32_MAX, ret_value);
    case TEXT:
        if (s.bytes >= GW_SITE_FAULT_TEXT)
            return false;
        memcpy(ret_text, s.at, s.bytes);
        ret_text[s.bytes] = '\0';
        return true;
    default:
        return false;
    }
}

static struct gw_span word_next(struct gw_span *rest)
{
    const char *colon = rest->bytes ? memchr(rest->at, ':', rest->bytes) : NULL;
    struct gw_span word = {rest->at, colon ? (size_t)(colon - rest->at) : rest->bytes};
    size_t taken = word.bytes + (colon != NULL);
    *rest = (struct gw_span){rest->at + taken, rest->bytes - taken};
    return word;
}

static const struct form *form_named(struct gw_span name)
{
    for (int kind = 0; kind < GW_SITE_FAULTS; kind++)
        if (gw_span_eq(name, gw_span_of(forms[kind].name)))
            return &forms[kind];
    return NULL;
}

int gw_site_fault_parse(const char *spec, struct gw_site_fault *ret_fault)
{
    struct gw_span rest = gw_span_of(spec), name = word_next(&rest);
    const struct form *form = form_named(name);
    if (!form)
        return gw_fail(GW_EINVAL, "%s: no such fault", spec);
    struct gw_site_fault fault = {
        .kind = (enum gw_site_fault_kind)(form - forms), .value = form->value, .second = form->other};
    if (form->text)
        strcpy(fault.text, form->text);
    struct gw_span first = word_next(&rest), second = word_next(&rest);
    if ((first.bytes && !argument_parse(form->first, first, &fault.value, fault.text)) ||
        (second.bytes && !argument_parse(form->second, second, &fault.second, fault.text)) || rest.bytes)
        return gw_fail(GW_EINVAL, "%s: expected %s", spec, form->help);
    *ret_fault = fault;
    return 0;
}

// ---- rules

enum { RULES_MAX = 1024, PREFIX_BYTES = 512 };

struct rule {
    char prefix[PREFIX_BYTES];
    struct gw_site_fault fault;
    uint32_t times; // left; 0: always
};

struct gw_site_faults {
    pthread_mutex_t lock;
    size_t n;
    struct rule rules[RULES_MAX];
};

struct gw_site_faults *gw_site_faults_new(void)
{
    struct gw_site_faults *faults = calloc(1, sizeof *faults);
    gw_assert(faults);
    pthread_mutex_init(&faults->lock, NULL);
    return faults;
}

struct gw_site_faults *gw_site_faults_free(struct gw_site_faults *faults)
{
    if (faults)
        pthread_mutex_destroy(&faults->lock);
    free(faults);
    return NULL;
}

static struct rule *rule_of(struct gw_site_faults *faults, const char *prefix)
{
    for (size_t i = 0; i < faults->n; i++)
        if (strcmp(faults->rules[i].prefix, prefix) == 0)
            return &faults->rules[i];
    return NULL;
}

static void rule_drop(struct gw_site_faults *faults, struct rule *rule)
{
    *rule = faults->rules[--faults->n];
}

static int rule_put(struct gw_site_faults *faults, const char *prefix, const struct gw_site_fault *fault,
                    uint32_t times)
{
    struct rule *rule = rule_of(faults, prefix);
    if (fault->kind == GW_SITE_FAULT_NONE) {
        if (rule)
            rule_drop(faults, rule);
        return 0;
    }
    if (!rule && faults->n == RULES_MAX)
        return gw_fail(GW_ELIMIT, "more than %d rules", RULES_MAX);
    if (!rule)
        rule = &faults->rules[faults->n++];
    strcpy(rule->prefix, prefix);
    rule->fault = *fault;
    rule->times = times;
    return 0;
}

int gw_site_faults_set(struct gw_site_faults *faults, const char *prefix, const char *spec, uint32_t times)
{
    struct gw_site_fault fault;
    int rc = gw_site_fault_parse(spec, &fault);
    if (rc == 0 && strlen(prefix) >= PREFIX_BYTES)
        rc = gw_fail(GW_EINVAL, "a path of %zu bytes", strlen(prefix));
    if (rc)
        return rc;
    pthread_mutex_lock(&faults->lock);
    rc = rule_put(faults, prefix, &fault, times);
    pthread_mutex_unlock(&faults->lock);
    return rc;
}

void gw_site_faults_clear(struct gw_site_faults *faults)
{
    pthread_mutex_lock(&faults->lock);
    faults->n = 0;
    pthread_mutex_unlock(&faults->lock);
}

static struct rule *longest_rule(struct gw_site_faults *faults, const char *path)
{
    struct rule *best = NULL;
    size_t best_bytes = 0;
    for (size_t i = 0; i < faults->n; i++) {
        size_t bytes = strlen(faults->rules[i].prefix);
        if (strncmp(path, faults->rules[i].prefix, bytes) == 0 && (!best || bytes > best_bytes)) {
            best = &faults->rules[i];
            best_bytes = bytes;
        }
    }
    return best;
}

struct gw_site_fault gw_site_faults_meet(struct gw_site_faults *faults, const char *path)
{
    struct gw_site_fault fault = {0};
    pthread_mutex_lock(&faults->lock);
    struct rule *rule = longest_rule(faults, path);
    if (rule) {
        fault = rule->fault;
        if (rule->times && --rule->times == 0)
            rule_drop(faults, rule);
    }
    pthread_mutex_unlock(&faults->lock);
    return fault;
}
