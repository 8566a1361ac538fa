// SPDX-License-Identifier: Apache-2.0
#include "site.h"

#include "faults.h"

#include "base/clock.h"
#include "base/str.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct settings {
    struct gw_site_options site;
    bool until_eof;
};

static void help(FILE *out)
{
    struct gw_buf faults = GW_BUF(16384);
    gw_site_fault_help(&faults);
    fprintf(
        out,
        "usage: govwire-site [OPTION]...\n"
        "A ministry that does not exist, on loopback, for tests. Prints \"listening URL\" and serves until SIGTERM.\n\n"
        "  --port N            listen there (0: the kernel chooses)\n"
        "  --seed N            of the generated articles (1)\n"
        "  --articles N        generated articles under /load/ (0)\n"
        "  --per-page N        of them on a list page (20); 0: all on one\n"
        "  --interval TIME     a new article appears so often (never)\n"
        "  --change-after TIME articles with a revision change then (never)\n"
        "  --crawl-delay N     seconds, in robots.txt (not said)\n"
        "  --now TIME          the site's birth, RFC 3339 (now); dates on pages count from it\n"
        "  --until-eof         stop when standard input ends, too\n"
        "  --help\n\n"
        "Faults, in a path (/fault/slow:3s/zh/zcwj/) or set with\n"
        "  curl -X POST 'URL/_control?path=/zh/&fault=status:503:30&times=2'\n%s\n"
        "Also /_control?publish=N  ?change=1  ?crawl_delay=N  ?clear=1, and /_log?from=N.\n\n"
        "Example: govwire-site --port 8080 --interval 30s --change-after 1m\n",
        gw_buf_str(&faults));
    gw_buf_fini(&faults);
}

enum choice { PORT = 256, SEED, ARTICLES, PER_PAGE, INTERVAL, CHANGE_AFTER, CRAWL_DELAY, NOW, UNTIL_EOF, HELP };

static bool number(const char *text, uint64_t max, uint64_t *ret_value)
{
    return gw_parse_u64(gw_span_of(text), max, ret_value);
}

static bool setting(struct settings *s, int option, const char *text)
{
    struct gw_site_state_options *state = &s->site.state;
    uint64_t n = 0;
    bool ok = true;
    switch (option) {
    case PORT:
        ok = number(text, 65535, &n);
        s->site.port = (uint16_t)n;
        return ok;
    case SEED:
        return number(text, UINT64_MAX, &state->seed);
    case ARTICLES:
        ok = number(text, 1000000, &n);
        state->articles = (uint32_t)n;
        return ok;
    case PER_PAGE:
        ok = number(text, 5000, &n);
        state->per_page = (uint32_t)n;
        return ok;
    case INTERVAL:
        return gw_parse_duration_ms(gw_span_of(text), &state->interval_ms);
    case CHANGE_AFTER:
        return gw_parse_duration_ms(gw_span_of(text), &state->change_after_ms);
    case CRAWL_DELAY:
        ok = number(text, 86400, &n);
        s->site.crawl_delay_s = (uint32_t)n;
        return ok;
    case NOW:
        return gw_rfc3339_parse(text, &state->now_ms) == 0;
    default:
        s->until_eof = true;
        return true;
    }
}

static int settings_read(int argc, char **argv, struct settings *s)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, PORT},
        {"seed", required_argument, NULL, SEED},
        {"articles", required_argument, NULL, ARTICLES},
        {"per-page", required_argument, NULL, PER_PAGE},
        {"interval", required_argument, NULL, INTERVAL},
        {"change-after", required_argument, NULL, CHANGE_AFTER},
        {"crawl-delay", required_argument, NULL, CRAWL_DELAY},
        {"now", required_argument, NULL, NOW},
        {"until-eof", no_argument, NULL, UNTIL_EOF},
        {"help", no_argument, NULL, HELP},
        {0},
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == HELP) {
            help(stdout);
            exit(GW_EXIT_OK);
        }
        if (option == '?' || !setting(s, option, optarg)) {
            if (option != '?')
                fprintf(stderr, "govwire-site: %s: not a value of that option\n", optarg);
            return GW_EXIT_USAGE;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "govwire-site: %s: unexpected\n", argv[optind]);
        return GW_EXIT_USAGE;
    }
    return 0;
}

// Until SIGINT, SIGTERM or, if asked, the end of standard input.
static void wait_for_end(int signals, bool until_eof)
{
    struct pollfd fds[] = {{signals, POLLIN, 0}, {until_eof ? STDIN_FILENO : -1, POLLIN, 0}};
    for (;;) {
        if (poll(fds, GW_COUNT(fds), -1) < 0 && errno != EINTR)
            return;
        char ignored[256];
        if (fds[0].revents || (fds[1].revents && read(STDIN_FILENO, ignored, sizeof ignored) <= 0))
            return;
    }
}

int main(int argc, char **argv)
{
    struct settings settings = {.site.state = {.seed = 1, .per_page = 20}};
    int rc = settings_read(argc, argv, &settings);
    if (rc)
        return rc;
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL); // before the server's threads start
    signal(SIGPIPE, SIG_IGN);
    int signals = signalfd(-1, &ends, SFD_CLOEXEC);
    struct gw_site *site = NULL;
    rc = gw_site_new(&settings.site, &site);
    if (rc) {
        fprintf(stderr, "govwire-site: %s\n", gw_reason());
        return rc == GW_EEXIST ? GW_EXIT_UNAVAILABLE : gw_exit_for(rc);
    }
    printf("listening %s\n", gw_site_url(site));
    fflush(stdout);
    wait_for_end(signals, settings.until_eof);
    gw_site_free(site);
    close(signals);
    return 0;
}
