// SPDX-License-Identifier: Apache-2.0
// The value expressions of a list's rule, compiled for one kind of answer.
#ifndef GW_LIST_RULE_H
#define GW_LIST_RULE_H

#include "base/err.h"
#include "model/compiled.h"
#include "schema/source.pb-c.h"

struct gw_list_rule {
    const struct gw_selector *item;            // CSS; NULL: not said
    const char *item_path;                     // PATH; NULL: not said
    const struct gw_value *title, *url, *date; // NULL: not said
    const struct gw_value *next;               // a selector; NULL: not said, or a template
    const char *next_template;                 // has {n}; NULL: not said, or a selector
};

// Borrows from `compiled` and `source`. GW_EINVAL: "list.title: column 3: …".
GW_MUST_CHECK int gw_list_rule_compile(struct gw_compiled *compiled, const Gw__ListRule *source,
                                       enum gw_value_kind kind, struct gw_list_rule *ret_rule);

#endif
