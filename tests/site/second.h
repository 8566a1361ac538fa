// SPDX-License-Identifier: Apache-2.0
// The ministry's news once more, in lists whose rows come by a second request: a channel's JSON, a data set in XML, and
// rows for whoever brings back the page's cookie. (The unit of /zh/tzgg/ is in list_page.c.)
#ifndef GW_SITE_SECOND_H
#define GW_SITE_SECOND_H

#include "pages.h"

#include <stdbool.h>

// False: the path is none of these.
bool gw_site_second_page(const struct gw_site_pages *pages, const struct gw_site_ask *ask, struct gw_arena *arena,
                         struct gw_site_answer *answer);

#endif
