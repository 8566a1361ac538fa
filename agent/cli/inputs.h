// SPDX-License-Identifier: Apache-2.0
// What `extract` and `list` read: files, directories, standard input, manifests.
#ifndef GW_CLI_INPUTS_H
#define GW_CLI_INPUTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>

struct gw_input {
    const char *path; // NULL: standard input
    const char *id;   // base name without its last extension, "stdin", or the manifest's
    const char *url;  // NULL: not said
    const char *content_type;
};

struct gw_inputs {
    struct gw_arena *arena; // the caller's; holds every string
    struct gw_input *items;
    size_t count, room;
};

// A file, "-", or a directory (every file below it, in order of path). What cannot be opened is still an input: reading
// it reports that. GW_EIO: a directory that cannot be walked.
GW_MUST_CHECK int gw_inputs_add(struct gw_inputs *inputs, const char *argument);
// JSON Lines of {"file","id"?,"url"?,"content_type"?}; paths are relative to the manifest. GW_EINVAL: "FILE:line: …".
GW_MUST_CHECK int gw_inputs_add_manifest(struct gw_inputs *inputs, const char *path);
// Append the input's bytes to out. GW_EIO, GW_ENOTFOUND, GW_ELIMIT as gw_fs_read.
GW_MUST_CHECK int gw_input_read(const struct gw_input *input, struct gw_buf *out);

#endif
