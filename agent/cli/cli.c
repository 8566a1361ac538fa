// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int gw_cli_usage(const char *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("govwire: ", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nTry 'govwire %s%s--help'.\n", command ? command : "", command ? " " : "");
    return GW_EXIT_USAGE;
}

int gw_cli_error(int exit_code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("govwire: ", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return exit_code;
}

bool gw_cli_wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

const char *gw_cli_nearest(const char *word, const struct gw_command *table)
{
    const char *best = NULL;
    size_t best_distance = 1 + strlen(word) / 2; // further than that is no likely slip of the keys
    for (; table->name; table++) {
        size_t d = gw_str_distance(word, table->name);
        if (d < best_distance) {
            best_distance = d;
            best = table->name;
        }
    }
    return best;
}

static void print_table(const char *parent, const struct gw_command *table)
{
    printf("Usage: govwire %s%sCOMMAND [OPTION]…\n\nCommands:\n", parent ? parent : "", parent ? " " : "");
    for (; table->name; table++)
        printf("  %-10s %s\n", table->name, table->summary);
    printf("\n'govwire %s%sCOMMAND --help' says more.\n", parent ? parent : "", parent ? " " : "");
}

int gw_cli_dispatch(const char *parent, const struct gw_command *table, int argc, char **argv)
{
    if (argc < 2)
        return gw_cli_usage(parent, "%s%sneeds a command", parent ? parent : "", parent ? " " : "");
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        print_table(parent, table);
        return GW_EXIT_OK;
    }
    for (const struct gw_command *c = table; c->name; c++) {
        if (strcmp(word, c->name) != 0)
            continue;
        if (c->help && gw_cli_wants_help(argc - 1, argv + 1)) {
            fputs(c->help, stdout);
            return GW_EXIT_OK;
        }
        return c->run(argc - 1, argv + 1);
    }
    const char *nearest = gw_cli_nearest(word, table);
    if (nearest)
        return gw_cli_usage(parent, "no command '%s' (did you mean '%s'?)", word, nearest);
    return gw_cli_usage(parent, "no command '%s'", word);
}
