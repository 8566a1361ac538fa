// SPDX-License-Identifier: Apache-2.0
// What readers and operators ask of a broker beside events and status: from the store, the board and the files of
// sources in `dir`, at once.
#ifndef GW_BROKER_ERRANDS_H
#define GW_BROKER_ERRANDS_H

#include "board.h"

// Each part as it is made, and one with `last`.
typedef void gw_errand_fn(void *arg, const Gw__Answer *answer);

// True: it was one of the broker's, and is answered. False: the agents know.
bool gw_errand_do(Gw__Errand errand, const char *subject, const char *dir, struct gw_store *reader,
                  struct gw_board *board, gw_errand_fn *answer, void *arg);

#endif
