// SPDX-License-Identifier: Apache-2.0
// `govwire key`: who may join a broker from another machine. Keys are files (wire/keys.h); a running broker sees
// changes within a second.
#include "cli.h"

#include "base/fs.h"
#include "base/str.h"
#include "model/settings.h"
#include "wire/keys.h"

#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 4 * 1024 * 1024, PROBLEMS_BYTES = 256 * 1024 };

struct arguments {
    const char *command, *operand; // "key allow", its one argument
    const char *dir, *role;
    struct gw_arena *arena;
    const char *keys_dir;
};

static int failed(int rc)
{
    return gw_cli_error(rc == GW_EINVAL ? GW_EXIT_CONFIG : gw_exit_for(rc), "%s", gw_reason());
}

// broker.keys_dir of DIR/govwire.yaml. < 0: go on.
static int find_keys(struct arguments *args)
{
    if (!gw_fs_exists(args->dir))
        return gw_cli_error(GW_EXIT_FAILED, "%s: no such directory", args->dir);
    struct gw_buf problems = GW_BUF(PROBLEMS_BYTES);
    struct gw_settings settings;
    int rc = gw_settings_load(args->arena, args->dir, &problems, &settings);
    if (rc == GW_EINVAL)
        fputs(gw_buf_str(&problems), stderr);
    gw_buf_fini(&problems);
    if (rc != GW_OK)
        return failed(rc);
    args->keys_dir = settings.broker_keys_dir;
    return -1;
}

// `operand` is what its one argument is called (NULL: none). < 0: go on.
static int parse(struct arguments *args, int argc, char **argv, bool takes_dir, bool takes_role, const char *operand)
{
    enum { DIR_ = 1, ROLE };
    static const struct option options[] = {
        {"dir", required_argument, NULL, DIR_}, {"role", required_argument, NULL, ROLE}, {0}};
    opterr = 0;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == DIR_ && takes_dir)
            args->dir = optarg;
        else if (c == ROLE && takes_role)
            args->role = optarg;
        else
            return gw_cli_usage(args->command, "unknown or incomplete option '%s'", argv[optind - 1]);
    }
    if (operand && optind == argc)
        return gw_cli_usage(args->command, "needs %s", operand);
    args->operand = operand ? argv[optind++] : NULL;
    if (optind < argc)
        return gw_cli_usage(args->command, "unexpected argument '%s'", argv[optind]);
    if (takes_dir && !args->dir)
        return gw_cli_usage(args->command, "--dir is missing");
    args->arena = gw_arena_new(ARENA_BYTES);
    return takes_dir ? find_keys(args) : -1;
}

static int end(struct arguments *args, int exit_code)
{
    gw_arena_free(args->arena);
    return exit_code;
}

static char *path_of(struct arguments *args, const char *format, const char *name)
{
    char *path = gw_arena_printf(args->arena, format, args->keys_dir ? args->keys_dir : ".", name);
    gw_assert(path); // names and settings are bounded
    return path;
}

// ---- new

static int key_new(int argc, char **argv)
{
    struct arguments args = {.command = "key new"};
    struct gw_key key;
    int exit_code = parse(&args, argc, argv, false, false, "a NAME");
    if (exit_code >= 0)
        return end(&args, exit_code);
    if (gw_key_make(args.operand, &key) != GW_OK)
        return end(&args, gw_cli_usage(args.command, "%s", gw_reason()));
    const char *secret = path_of(&args, "%s/%s.key", key.name), *public = path_of(&args, "%s/%s.pub", key.name);
    if (gw_fs_exists(secret) || gw_fs_exists(public))
        return end(&args, gw_cli_error(GW_EXIT_CANTCREATE, "%s or %s is there already", secret, public));
    int rc = gw_key_save(secret, &key);
    explicit_bzero(key.secret_key, sizeof key.secret_key);
    if (rc == GW_OK)
        rc = gw_key_save(public, &key);
    if (rc != GW_OK)
        return end(&args, gw_cli_error(GW_EXIT_CANTCREATE, "%s", gw_reason()));
    fprintf(stderr,
            "govwire: made %s (secret) and %s; next, where the broker is: govwire key allow %s.pub --role ROLE\n",
            secret, public, key.name);
    return end(&args, GW_EXIT_OK);
}

// ---- allow

static int key_allow(int argc, char **argv)
{
    struct arguments args = {.command = "key allow"};
    struct gw_key key, broker;
    enum gw_role role;
    int exit_code = parse(&args, argc, argv, true, true, "a NAME.pub");
    if (exit_code >= 0)
        return end(&args, exit_code);
    if (!args.role || !gw_role_parse(args.role, &role))
        return end(&args, gw_cli_usage(args.command, "--role is agent, consumer or operator%s%s%s",
                                       args.role ? ", not '" : "", args.role ? args.role : "", args.role ? "'" : ""));
    int rc = gw_key_load(args.operand, &key);
    if (rc == GW_OK && !*key.name)
        rc = gw_fail(GW_EINVAL, "%s: no name in it", args.operand);
    if (rc == GW_OK)
        rc = gw_key_broker(args.keys_dir, &broker);
    explicit_bzero(key.secret_key, sizeof key.secret_key); // a .key works, too, but its secret stays where it is
    key.broker_key[0] = '\0';
    key.role = role;
    if (rc == GW_OK)
        rc = gw_fs_mkdir(path_of(&args, "%s/%s", "allowed"), 0700);
    if (rc == GW_OK)
        rc = gw_key_save(path_of(&args, "%s/allowed/%s.pub", key.name), &key);
    if (rc == GW_OK)
        printf("broker %s\n", broker.public_key);
    gw_key_wipe(&broker);
    if (rc != GW_OK)
        return end(&args, failed(rc));
    fprintf(stderr, "govwire: '%s' may join as %s; put the line above into %s.key\n", key.name, args.role, key.name);
    return end(&args, GW_EXIT_OK);
}

// ---- list

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_public(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && gw_ends_with(gw_span_of(entry->d_name), ".pub");
}

static int key_list(int argc, char **argv)
{
    struct arguments args = {.command = "key list"};
    struct dirent **names = NULL;
    int exit_code = parse(&args, argc, argv, true, false, NULL);
    if (exit_code >= 0)
        return end(&args, exit_code);
    exit_code = GW_EXIT_OK;
    int count = scandir(path_of(&args, "%s/%s", "allowed"), &names, is_public, by_name);
    for (int i = 0; i < count; i++) {
        struct gw_key key;
        if (gw_key_load(path_of(&args, "%s/allowed/%s", names[i]->d_name), &key) != GW_OK)
            exit_code = failed(GW_EINVAL);
        else
            printf("%-24s %-9s %s\n", key.name, key.role ? gw_role_name(key.role) : "-", key.public_key);
        free(names[i]);
    }
    free(names);
    return end(&args, exit_code);
}

// ---- revoke

static int key_revoke(int argc, char **argv)
{
    struct arguments args = {.command = "key revoke"};
    int exit_code = parse(&args, argc, argv, true, false, "a NAME");
    if (exit_code >= 0)
        return end(&args, exit_code);
    if (!gw_key_name_valid(args.operand))
        return end(&args, gw_cli_usage(args.command, "'%s' is no name of a key", args.operand));
    const char *path = path_of(&args, "%s/allowed/%s.pub", args.operand);
    if (!gw_fs_exists(path))
        return end(&args, gw_cli_error(GW_EXIT_FAILED, "no key '%s' is allowed ('govwire key list')", args.operand));
    int rc = gw_fs_remove(path);
    return end(&args, rc == GW_OK ? GW_EXIT_OK : failed(rc));
}

static const struct gw_command commands[] = {
    {"allow", key_allow, "Let a machine join the broker of a directory",
     "Usage: govwire key allow NAME.pub --role agent|consumer|operator --dir DIR\n\n"
     "Where the broker is: lets the holder of that key in, and prints the line with the broker's public key that has "
     "to be\n"
     "put into NAME.key on the other side. A running broker knows it within a second. The broker's own key is made "
     "when it\n"
     "is missing. Allowing a key again changes its role.\n\n"
     "  --role ROLE   agent: brings what it saw; consumer: reads events; operator: reads events and asks for the "
     "status\n"
     "  --dir DIR     of the broker; keys are in broker.keys_dir of its govwire.yaml (default: DIR/keys)\n\n"
     "Exit codes: 0 done, 1 no such file, 2 usage, 73 cannot be written, 77 broker.key is readable by others, 78 not "
     "a\n"
     "key file.\n\n"
     "Example:\n  govwire key allow reader.pub --role consumer --dir . >> reader.key\n"},
    {"list", key_list, "Who may join",
     "Usage: govwire key list --dir DIR\n\n"
     "One line for each allowed key: name, role, public key.\n\n"
     "Exit codes: 0 done, 2 usage, 78 a file is wrong.\n\n"
     "Example:\n  govwire key list --dir .\n"},
    {"new", key_new, "Make a key for this machine",
     "Usage: govwire key new NAME\n\n"
     "Writes NAME.key (secret, mode 0600) and NAME.pub (to be sent to who runs the broker) into the working "
     "directory.\n\n"
     "Exit codes: 0 done, 2 usage, 73 there already, or cannot be written.\n\n"
     "Example:\n  govwire key new reader\n"},
    {"revoke", key_revoke, "Let it join no more",
     "Usage: govwire key revoke NAME --dir DIR\n\n"
     "Where the broker is: takes the key away. A running broker ends its sessions within a second.\n\n"
     "Exit codes: 0 done, 1 no such key, 2 usage.\n\n"
     "Example:\n  govwire key revoke reader --dir .\n"},
    {0},
};

int cmd_key(int argc, char **argv)
{
    return gw_cli_dispatch("key", commands, argc, argv);
}
