// SPDX-License-Identifier: Apache-2.0
// Amounts of money and quantities: every number that no other reader understood, with its currency or unit and what the
// words around say of it (超过, no more than, rund).
#ifndef GW_POLICY_FIGURES_H
#define GW_POLICY_FIGURES_H

#include "scan.h"

// Needs document numbers, titles and dates marked.
void gw_figures_read(struct gw_scan *scan);

#endif
