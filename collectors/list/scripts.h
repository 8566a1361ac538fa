// SPDX-License-Identifier: Apache-2.0
// A page's scripts, which the parse leaves aside, as a tree of their own: values and fingerprints look there too.
#ifndef GW_LIST_SCRIPTS_H
#define GW_LIST_SCRIPTS_H

#include "html/page.h"
#include "model/value.h"

// A page whose body is one element per script, with the script's attributes and its text. GW_ELIMIT: budget.
GW_MUST_CHECK int gw_scripts_page(const struct gw_page *page, struct gw_page *ret_scripts);
// As gw_select_value() over the whole page, where "script…" finds the page's scripts. In page->arena; NULL: no value.
const char *gw_scripts_value(const struct gw_page *page, const struct gw_page *scripts, const struct gw_value *value);

#endif
