// SPDX-License-Identifier: Apache-2.0
#include "list/rule.h"

#include <string.h>

static int compile(struct gw_compiled *compiled, const char *key, const char *text, enum gw_value_kind kind,
                   const struct gw_value **ret_value)
{
    if (!text || !*text)
        return 0;
    int rc = gw_compiled_value(compiled, text, kind, ret_value);
    return rc == 0 ? 0 : gw_fail_prefix(rc, "list.%s", key);
}

static int compile_item(struct gw_compiled *compiled, const char *text, enum gw_value_kind kind,
                        struct gw_list_rule *rule)
{
    if (!text || !*text)
        return 0;
    if (kind == GW_VALUE_PATH) {
        rule->item_path = text;
        return 0;
    }
    int rc = gw_compiled_selector(compiled, text, &rule->item);
    return rc == 0 ? 0 : gw_fail_prefix(rc, "list.item");
}

int gw_list_rule_compile(struct gw_compiled *compiled, const Gw__ListRule *source, enum gw_value_kind kind,
                         struct gw_list_rule *ret_rule)
{
    struct gw_list_rule rule = {0};
    bool template = source->next && (strstr(source->next, "{n}") || strstr(source->next, "{n-1}"));
    rule.next_template = template ? source->next : NULL;
    int rc = compile_item(compiled, source->item, kind, &rule);
    if (rc == 0)
        rc = compile(compiled, "title", source->title, kind, &rule.title);
    if (rc == 0)
        rc = compile(compiled, "url", source->url, kind, &rule.url);
    if (rc == 0)
        rc = compile(compiled, "date", source->date, kind, &rule.date);
    if (rc == 0 && !template)
        rc = compile(compiled, "next", source->next, kind, &rule.next);
    if (rc == 0)
        *ret_rule = rule;
    return rc;
}
