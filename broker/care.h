// SPDX-License-Identifier: Apache-2.0
// What operators elsewhere ask of the store that takes long: to verify it, and a backup of it. One at a time, on a
// thread of its own with a reading handle of its own, beside everything else; whoever asked comes back for the outcome.
//
// DESIGN: an operator pulls. ERRAND_VERIFY and ERRAND_BACKUP without a subject begin and are answered with a token;
// with the token they are answered with "running DONE TOTAL", or with "done NUMBER" (events; bytes of the backup) or
// the failure. With "TOKEN OFFSET" a backup's bytes come from there on, a part at a time: nothing gathers here for a
// slow peer. The copy lies in DIR/state/backup until another begins, its last byte was asked for, or the broker ends.
#ifndef GW_BROKER_CARE_H
#define GW_BROKER_CARE_H

#include "errands.h"

struct gw_care;

struct gw_care *gw_care_new(const char *dir);
// Does not wait for work that is under way: it ends by itself, or with the process. Accepts NULL, returns NULL.
struct gw_care *gw_care_free(struct gw_care *care);
// True: the errand is of this kind, and answered.
bool gw_care_do(struct gw_care *care, Gw__Errand errand, const char *subject, gw_errand_fn *answer, void *arg);

#endif
