// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include "base/log.h"

#include <stdio.h>

enum { PROBLEMS_MAX = 256 * 1024 };

void gw_program_log(const char *program, const struct gw_settings *settings)
{
    enum gw_log_level level = GW_LOG_INFO;
    enum gw_log_format format = GW_LOG_AUTO;
    if (settings->log_level)
        gw_log_level_parse(settings->log_level, &level);
    if (settings->log_format)
        gw_log_format_parse(settings->log_format, &format);
    gw_log_init(program, level, format);
}

int gw_program_begin(struct gw_arena *arena, const char *program, const char *dir, struct gw_settings *ret_settings)
{
    struct gw_buf problems = GW_BUF(PROBLEMS_MAX);
    int rc = gw_settings_load(arena, dir, &problems, ret_settings);
    fputs(gw_buf_str(&problems), stderr);
    gw_buf_fini(&problems);
    if (rc == GW_OK)
        gw_program_log(program, ret_settings);
    else if (rc != GW_EINVAL)
        fprintf(stderr, "%s: %s\n", program, gw_reason());
    return rc == GW_OK ? GW_EXIT_OK : rc == GW_EINVAL ? GW_EXIT_CONFIG : (int)gw_exit_for(rc);
}
