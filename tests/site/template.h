// SPDX-License-Identifier: Apache-2.0
// HTML with places: {{name}} is escaped, {{&name}} goes in as it is.
#ifndef GW_SITE_TEMPLATE_H
#define GW_SITE_TEMPLATE_H

#include "base/buf.h"

struct gw_site_var {
    const char *name, *value; // value NULL: empty
};

void gw_site_escape(struct gw_buf *out, const char *text);
// A place without a variable is a programming error.
void gw_site_fill(struct gw_buf *out, const char *form, const struct gw_site_var *vars, size_t count);

// The pages' forms (forms.c).
extern const char gw_site_form_zh_article[], gw_site_form_zh_block[], gw_site_form_zh_list[], gw_site_form_zh_unit[],
    gw_site_form_en_article[], gw_site_form_en_list[], gw_site_form_home[], gw_site_form_error[];

#endif
