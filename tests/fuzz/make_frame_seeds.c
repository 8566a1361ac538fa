// SPDX-License-Identifier: Apache-2.0
// Writes one frame of each kind into the directory given.
#include "unit/wire/samples.h"

#include "base/fs.h"

#include <stdio.h>

static int seed_write(const char *dir, const char *name, const struct gw_buf *bytes)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return gw_fs_write(path, bytes->data, bytes->bytes, 0644);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: make_frame_seeds DIR\n", stderr);
        return GW_EXIT_USAGE;
    }
    struct gw_buf frame = GW_BUF(GW_FRAME_MAX);
    for (const enum gw_msg *type = sample_types(); *type; type++) {
        gw_buf_reset(&frame);
        if (gw_frame_pack(&frame, *type, sample_message(*type)) != 0 ||
            seed_write(argv[1], gw_msg_name((int)*type), &frame) != 0) {
            fprintf(stderr, "make_frame_seeds: %s: %s\n", gw_msg_name((int)*type), gw_reason());
            return GW_EXIT_FAILED;
        }
    }
    gw_buf_fini(&frame);
    return 0;
}
