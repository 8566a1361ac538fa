// SPDX-License-Identifier: Apache-2.0
// Answers that no reader of ours reads, told by their first bytes and their Content-Type.
#ifndef GW_WORKER_TYPE_H
#define GW_WORKER_TYPE_H

#include "base/str.h"
#include "schema/observation.pb-c.h"

// NULL: it may be read. Otherwise what it is ("a PDF file"). Bytes are believed before labels.
const char *gw_type_refuses(Gw__Purpose purpose, const char *content_type, struct gw_span body);

#endif
