// SPDX-License-Identifier: Apache-2.0
// What the document is about (document.topics), by the words of tables/topics.csv.
#ifndef GW_POLICY_TOPICS_H
#define GW_POLICY_TOPICS_H

#include "scan.h"

void gw_topics_read(struct gw_scan *scan);
// The page announces nothing: its topics end with "other".
void gw_topics_add_other(struct gw_scan *scan);

#endif
