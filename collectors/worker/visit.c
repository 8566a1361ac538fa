// SPDX-License-Identifier: Apache-2.0
#include "visit.h"

#include "base/clock.h"
#include "base/str.h"
#include "fetch/failure.h"
#include "fetch/robots.h"
#include "model/url.h"

#include <stdlib.h>
#include <string.h>

enum { ASKS_MAX = 8 }; // permits for one request that came too late to be used

enum stage { STARTING, ASKING, WAITING, FETCHING };

struct gw_visit {
    struct gw_visit_options o;
    uv_timer_t *timer;
    struct gw_transfer *transfer;
    enum stage stage;
    bool for_robots;   // the request under way is the host's robots.txt
    const char *url;   // of the page, at this hop
    const char *host;  // its key
    const char *asked; // the URL under way: `url`, or a robots.txt
    Gw__RequestKind kind, asked_kind;
    unsigned asks, robots_hops;
    int64_t not_before_ms, not_after_ms;
    Gw__Hop *hops[GW_VISIT_HOPS];
    size_t hop_count;
    bool new_cookies;  // the last answer of the page set some
    bool cookie_tried; // it was asked again because of them
};

static void check_robots(struct gw_visit *visit);

static void on_timer_closed(uv_handle_t *timer)
{
    free(timer);
}

static void free_visit(struct gw_visit *visit)
{
    uv_close((uv_handle_t *)visit->timer, on_timer_closed);
    free(visit);
}

static void end(struct gw_visit *visit, Gw__Failure failure, const char *detail, struct gw_answer *answer)
{
    struct gw_visit_end end = {.failure = failure,
                               .detail = detail ? detail : "",
                               .answer = answer,
                               .final_url = visit->url,
                               .hop_count = visit->hop_count};
    end.hops = gw_arena_alloc(visit->o.arena, sizeof visit->hops);
    if (end.hops)
        memcpy(end.hops, visit->hops, sizeof visit->hops);
    else
        end.hop_count = 0;
    visit->o.on_done(&end, visit->o.arg);
    free_visit(visit);
}

static void end_text(struct gw_visit *visit, Gw__Failure failure, const char *prefix, const char *detail)
{
    end(visit, failure, gw_arena_printf(visit->o.arena, "%s%s", prefix, detail), NULL);
}

// ---- the answer of robots.txt

static void decide(struct gw_visit *visit);

// Scheme and authority of a URL, with `path` behind them.
static char *on_same_host(struct gw_arena *arena, const char *url, const char *path)
{
    const char *authority = strstr(url, "://");
    size_t bytes = authority ? (size_t)(authority - url) + 3 + strcspn(authority + 3, "/?#") : 0;
    return bytes ? gw_arena_printf(arena, "%.*s%s", (int)bytes, url, path) : NULL;
}

static void tell_robots(struct gw_visit *visit, uint32_t status, struct gw_span text)
{
    const struct gw_port *port = visit->o.port;
    Gw__RobotsSeen seen = GW__ROBOTS_SEEN__INIT;
    seen.host = (char *)visit->host;
    seen.status = status;
    seen.fetched_ms = gw_clock_unix_ms();
    if (gw_robots_state_of(status) == GW_ROBOTS_READ)
        seen.text = (ProtobufCBinaryData){.data = (uint8_t *)text.at, .len = text.bytes};
    gw_hosts_put(port->hosts, visit->host, status, text, seen.fetched_ms);
    seen.crawl_delay_ms = gw_hosts_delay_ms(port->hosts, visit->host);
    port->send(port->arg, GW_MSG_ROBOTS_SEEN, &seen);
}

static bool is_redirect(uint32_t status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

static void ask(struct gw_visit *visit, const char *url, Gw__RequestKind kind);

static void on_robots(struct gw_visit *visit, struct gw_answer *answer)
{
    uint32_t status = answer->status;
    bool arrived = answer->failure == gw_failure_of_status(status) || answer->failure == GW__FAILURE__FAILURE_CHALLENGE;
    if (arrived && is_redirect(status) && visit->robots_hops++ < GW_VISIT_HOPS) {
        const char *next = gw_url_resolve(visit->o.arena, visit->asked, answer->location);
        if (next && answer->location[0]) {
            ask(visit, next, GW__REQUEST_KIND__REQUEST_ROBOTS);
            return;
        }
    }
    if (!arrived || gw_robots_state_of(status) == GW_ROBOTS_DISALLOW) {
        // Nobody may ask a host whose rules cannot be read (RFC 9309 §2.3.1.4); the reason is the host's, not the
        // rules'.
        end_text(visit, answer->failure, "robots.txt: ", answer->detail);
        return;
    }
    tell_robots(visit, status, (struct gw_span){gw_buf_str(&answer->body), answer->body.bytes});
    decide(visit);
}

// ---- the answer of the page

static bool was_here(const struct gw_visit *visit, const char *url)
{
    for (size_t i = 0; i < visit->hop_count; i++)
        if (strcmp(visit->hops[i]->url, url) == 0)
            return true;
    return false;
}

static void follow(struct gw_visit *visit, struct gw_answer *answer)
{
    struct gw_arena *arena = visit->o.arena;
    if (!answer->location[0]) {
        end(visit, GW__FAILURE__FAILURE_BAD_ANSWER, "a redirect to nowhere", answer);
        return;
    }
    if (visit->hop_count == GW_VISIT_HOPS) {
        end(visit, GW__FAILURE__FAILURE_REDIRECT_LOOP, "more than 5 redirects", answer);
        return;
    }
    const char *next = gw_url_resolve(arena, visit->url, answer->location);
    if (!next) {
        end(visit, GW__FAILURE__FAILURE_BAD_ANSWER, gw_arena_printf(arena, "redirect: %s", gw_reason()), answer);
        return;
    }
    Gw__Hop *hop = gw_arena_alloc(arena, sizeof *hop);
    if (!hop) {
        end(visit, GW__FAILURE__FAILURE_TOO_BIG, "out of memory for one job", answer);
        return;
    }
    gw__hop__init(hop);
    hop->url = (char *)visit->url;
    hop->status = answer->status;
    visit->hops[visit->hop_count++] = hop;
    if (was_here(visit, next) && !visit->new_cookies) {
        end(visit, GW__FAILURE__FAILURE_REDIRECT_LOOP, "a redirect back to where it came from", answer);
        return;
    }
    if (answer->status <= 303) { // what browsers do; 307 and 308 keep the method
        visit->o.request.method = NULL;
        visit->o.request.body = NULL;
    }
    visit->url = next;
    visit->kind = GW__REQUEST_KIND__REQUEST_REDIRECT;
    check_robots(visit);
}

// A wall that lets in who brings its cookie back gets one chance; one that wants a script to be run stays one.
static bool ask_with_cookie(struct gw_visit *visit, const struct gw_answer *answer)
{
    bool refused = answer->failure == GW__FAILURE__FAILURE_CHALLENGE || answer->failure == GW__FAILURE__FAILURE_REFUSED;
    if (!refused || !visit->new_cookies || visit->cookie_tried)
        return false;
    visit->cookie_tried = true;
    ask(visit, visit->url, GW__REQUEST_KIND__REQUEST_COOKIE);
    return true;
}

static void on_page(struct gw_visit *visit, struct gw_answer *answer)
{
    const struct gw_request *request = &visit->o.request;
    visit->new_cookies = visit->o.jar && answer->cookies[0] && gw_jar_take(visit->o.jar, visit->asked, answer->cookies);
    if (ask_with_cookie(visit, answer))
        return;
    bool conditional = (request->etag && request->etag[0]) || (request->last_modified && request->last_modified[0]);
    if (answer->failure != GW__FAILURE__FAILURE_NONE)
        end(visit, answer->failure, gw_arena_strdup(visit->o.arena, answer->detail), answer);
    else if (is_redirect(answer->status))
        follow(visit, answer);
    else if (answer->status == 304 && !conditional)
        end(visit, GW__FAILURE__FAILURE_BAD_ANSWER, "status 304 to a request without validators", answer);
    else
        end(visit, GW__FAILURE__FAILURE_NONE, "", answer);
}

static void on_answer(struct gw_answer *answer, void *arg)
{
    struct gw_visit *visit = arg;
    visit->transfer = NULL;
    if (visit->for_robots)
        on_robots(visit, answer);
    else
        on_page(visit, answer);
}

// ---- permit, wait, transfer

static void transfer(struct gw_visit *visit)
{
    const struct gw_port *port = visit->o.port;
    struct gw_request request = {.url = visit->asked, .rule = visit->o.request.rule, .body_max = GW_ROBOTS_MAX};
    visit->stage = FETCHING;
    if (!visit->for_robots) {
        Gw__Stage stage = GW__STAGE__INIT;
        stage.job = visit->o.job;
        stage.stage = GW__JOB_STAGE__JOB_STAGE_FETCHING;
        port->send(port->arg, GW_MSG_STAGE, &stage);
        request = visit->o.request;
        request.url = visit->asked;
        request.cookie = visit->o.jar ? gw_jar_header(visit->o.jar, visit->asked) : NULL;
    }
    visit->transfer = port->transfer(port->arg, &request, on_answer, visit);
}

static void on_timer(uv_timer_t *timer)
{
    struct gw_visit *visit = timer->data;
    int64_t now_ms = gw_clock_boot_ms();
    if (visit->stage == STARTING)
        check_robots(visit);
    else if (now_ms < visit->not_before_ms) // the loop's clock and ours differ by what the machine slept
        uv_timer_start(timer, on_timer, (uint64_t)(visit->not_before_ms - now_ms), 0);
    else if (now_ms > visit->not_after_ms)
        ask(visit, visit->asked, visit->asked_kind);
    else
        transfer(visit);
}

static void use_permit(struct gw_visit *visit, const Gw__Permit *permit)
{
    visit->not_before_ms = permit->not_before_ms;
    visit->not_after_ms = permit->not_after_ms;
    int64_t wait_ms = permit->not_before_ms - gw_clock_boot_ms();
    visit->stage = WAITING;
    uv_timer_start(visit->timer, on_timer, wait_ms > 0 ? (uint64_t)wait_ms : 0, 0);
}

static void ask(struct gw_visit *visit, const char *url, Gw__RequestKind kind)
{
    const struct gw_port *port = visit->o.port;
    visit->asks = visit->asked == url ? visit->asks + 1 : 0;
    visit->asked = url;
    visit->asked_kind = kind;
    if (visit->asks >= ASKS_MAX) {
        end(visit, GW__FAILURE__FAILURE_TIMEOUT, "permits came too late to be used", NULL);
        return;
    }
    const Gw__Permit *permit = visit->o.permit;
    if (permit && strcmp(permit->url, url) == 0) {
        visit->o.permit = NULL; // once
        use_permit(visit, permit);
        return;
    }
    Gw__PermitReq request = GW__PERMIT_REQ__INIT;
    request.job = visit->o.job;
    request.url = (char *)url;
    request.kind = kind;
    visit->stage = ASKING;
    port->send(port->arg, GW_MSG_PERMIT_REQ, &request);
}

// The rules of the host are known: may this page be asked for?
static void decide(struct gw_visit *visit)
{
    const char *path = strstr(visit->url, "://");
    path = path ? path + 3 + strcspn(path + 3, "/?") : "/";
    char *full = path[0] == '/' ? (char *)path : gw_arena_printf(visit->o.arena, "/%s", path);
    if (!full || !gw_hosts_allows(visit->o.port->hosts, visit->host, full)) {
        end_text(visit, GW__FAILURE__FAILURE_ROBOTS, "robots.txt does not allow ", full ? full : "");
        return;
    }
    visit->for_robots = false;
    ask(visit, visit->url, visit->kind);
}

static void check_robots(struct gw_visit *visit)
{
    const struct gw_port *port = visit->o.port;
    const Gw__FetchRule *rule = visit->o.request.rule;
    visit->host = gw_url_host_key(visit->o.arena, visit->url);
    if (!visit->host) {
        end_text(visit, GW__FAILURE__FAILURE_BAD_ANSWER, "", gw_reason());
        return;
    }
    if (rule && rule->robots == GW__ROBOTS__ROBOTS_IGNORE) {
        visit->for_robots = false;
        ask(visit, visit->url, visit->kind);
        return;
    }
    if (gw_hosts_knows(port->hosts, visit->host, gw_clock_unix_ms())) {
        decide(visit);
        return;
    }
    const char *robots = on_same_host(visit->o.arena, visit->url, "/robots.txt");
    if (!robots) {
        end(visit, GW__FAILURE__FAILURE_BAD_ANSWER, "no host in the URL", NULL);
        return;
    }
    visit->for_robots = true;
    visit->robots_hops = 0;
    ask(visit, robots, GW__REQUEST_KIND__REQUEST_ROBOTS);
}

// ---- public

struct gw_visit *gw_visit_start(const struct gw_visit_options *options)
{
    struct gw_visit *visit = calloc(1, sizeof *visit);
    gw_assert(visit);
    *visit = (struct gw_visit){.o = *options, .url = options->request.url, .kind = options->kind};
    visit->timer = calloc(1, sizeof *visit->timer);
    gw_assert(visit->timer);
    uv_timer_init(options->port->loop, visit->timer);
    visit->timer->data = visit;
    uv_timer_start(visit->timer, on_timer, 0, 0);
    return visit;
}

void gw_visit_permit(struct gw_visit *visit, const Gw__Permit *permit)
{
    if (visit->stage == ASKING && strcmp(permit->url, visit->asked) == 0)
        use_permit(visit, permit);
}

void gw_visit_elsewhere(struct gw_visit *visit, const Gw__Elsewhere *elsewhere)
{
    // The agent, which said so, knows what to do with it; everybody else sees that nothing was read.
    if (visit->stage == ASKING && strcmp(elsewhere->url, visit->asked) == 0)
        end_text(visit, GW__FAILURE__FAILURE_REFUSED, "elsewhere: ", elsewhere->reason);
}

void gw_visit_cancel(struct gw_visit *visit)
{
    if (visit->transfer)
        visit->o.port->transfer_cancel(visit->o.port->arg, visit->transfer);
    free_visit(visit);
}
