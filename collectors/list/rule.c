// SPDX-License-Identifier: Apache-2.0
#include "list/rule.h"

#include <string.h>

static int compile(struct gw_arena *arena, const char *key, const char *text, enum gw_value_kind kind,
                   struct gw_value *value)
{
    if (!text || !*text)
        return 0;
    int rc = gw_value_parse(arena, text, kind, value);
    return rc == 0 ? 0 : gw_fail_prefix(rc, "list.%s", key);
}

static int compile_item(struct gw_arena *arena, const char *text, enum gw_value_kind kind, struct gw_list_rule *rule)
{
    if (!text || !*text)
        return 0;
    if (kind == GW_VALUE_PATH) {
        rule->item_path = text;
        return 0;
    }
    int rc = gw_selector_parse(arena, gw_span_of(text), &rule->item);
    return rc == 0 ? 0 : gw_fail_prefix(rc, "list.item");
}

int gw_list_rule_compile(struct gw_arena *arena, const Gw__ListRule *source, enum gw_value_kind kind,
                         struct gw_list_rule *ret_rule)
{
    struct gw_list_rule rule = {0};
    bool template = source->next && (strstr(source->next, "{n}") || strstr(source->next, "{n-1}"));
    rule.next_template = template ? source->next : NULL;
    int rc = compile_item(arena, source->item, kind, &rule);
    if (rc == 0)
        rc = compile(arena, "title", source->title, kind, &rule.title);
    if (rc == 0)
        rc = compile(arena, "url", source->url, kind, &rule.url);
    if (rc == 0)
        rc = compile(arena, "date", source->date, kind, &rule.date);
    if (rc == 0 && !template)
        rc = compile(arena, "next", source->next, kind, &rule.next);
    if (rc != 0) {
        gw_list_rule_close(&rule);
        return rc;
    }
    *ret_rule = rule;
    return 0;
}

void gw_list_rule_close(struct gw_list_rule *rule)
{
    gw_value_close(&rule->title);
    gw_value_close(&rule->url);
    gw_value_close(&rule->date);
    gw_value_close(&rule->next);
}
