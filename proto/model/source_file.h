// SPDX-License-Identifier: Apache-2.0
// The file of sources.d that a definition stands in, as people write it: read without following its secrets, and edited
// by one line, everything else as it was written.
#ifndef GW_MODEL_SOURCE_FILE_H
#define GW_MODEL_SOURCE_FILE_H

#include "base/arena.h"
#include "base/err.h"
#include "schema/source.pb-c.h"

#include <stdbool.h>

// `source` says which and where ("town.yaml:3" in dir/sources.d). GW_EAGAIN: the file changed since, and it is no
// longer there; GW_EIO; GW_ELIMIT.
GW_MUST_CHECK int gw_source_file_show(struct gw_arena *arena, const char *dir, const Gw__Source *source,
                                      const Gw__Source **ret_written);
// Say that it is paused, or take that out. *ret_path (in arena) is the file, NULL when it said so already. GW_EINVAL:
// it is written in a way that is not edited here; otherwise as above, GW_ENOSPC too.
GW_MUST_CHECK int gw_source_file_pause(struct gw_arena *arena, const char *dir, const Gw__Source *source, bool paused,
                                       const char **ret_path);

#endif
