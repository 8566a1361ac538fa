// SPDX-License-Identifier: Apache-2.0
// The value expressions of a list's rule, compiled for one kind of answer.
#ifndef GW_LIST_RULE_H
#define GW_LIST_RULE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/value.h"
#include "schema/source.pb-c.h"

struct gw_list_rule {
    const struct gw_selector *item;   // CSS; NULL: not said
    const char *item_path;            // PATH; NULL: not said
    struct gw_value title, url, date; // count 0: not said
    struct gw_value next;             // a selector; count 0: not said, or a template
    const char *next_template;        // has {n}; NULL: not said, or a selector
};

// Compiled into `arena`; gw_list_rule_close() before the arena goes. GW_EINVAL: "list.title: column 3: …".
GW_MUST_CHECK int gw_list_rule_compile(struct gw_arena *arena, const Gw__ListRule *source, enum gw_value_kind kind,
                                       struct gw_list_rule *ret_rule);
void gw_list_rule_close(struct gw_list_rule *rule);

#endif
