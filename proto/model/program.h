// SPDX-License-Identifier: Apache-2.0
// How the long-running programs begin: the settings of DIR are read, wrong ones are said, the log speaks as they ask.
#ifndef GW_MODEL_PROGRAM_H
#define GW_MODEL_PROGRAM_H

#include "settings.h"

// Problems and failures go to stderr. Returns GW_EXIT_OK, or the code to end with. Strings of the settings live in
// arena; `program` is "govwire-broker" and must live as long as the process.
GW_MUST_CHECK int gw_program_begin(struct gw_arena *arena, const char *program, const char *dir,
                                   struct gw_settings *ret_settings);
// The log as the settings ask for.
void gw_program_log(const char *program, const struct gw_settings *settings);

#endif
