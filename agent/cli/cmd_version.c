// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <stdio.h>

int cmd_version(int argc, char **argv)
{
    if (argc > 1)
        return gw_cli_usage("version", "unexpected argument '%s'", argv[1]);
    printf("govwire %s\n", GOVWIRE_VERSION);
    return GW_EXIT_OK;
}
