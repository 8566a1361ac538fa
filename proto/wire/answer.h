// SPDX-License-Identifier: Apache-2.0
// How an errand ended, as a return code and as ANSWER says it.
#ifndef GW_WIRE_ANSWER_H
#define GW_WIRE_ANSWER_H

#include "base/err.h"
#include "schema/link.pb-c.h"

// The last answer to an errand that gave `rc`: with its reason, or (GW_OK) with a remark for people, which may be "".
// Borrows both.
void gw_answer_last(Gw__Answer *answer, int rc, const char *remark);
// What the other side's last answer means here: GW_OK, GW_ENOTFOUND, GW_EAGAIN, GW_EINVAL, GW_EIO or GW_ECORRUPT, with
// its reason.
GW_MUST_CHECK int gw_answer_rc(const Gw__Answer *last);

#endif
