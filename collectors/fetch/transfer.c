// SPDX-License-Identifier: Apache-2.0
#include "transfer.h"

#include "base/clock.h"
#include "base/str.h"
#include "fetch/failure.h"
#include "fetch/guard.h"
#include "fetch/tls.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTIONS_KEPT = 256,
    BUFFER_BYTES = 64 * 1024,
    HEADERS_MAX = 128 * 1024, // of one answer
    HEADER_VALUE_MAX = 8 * 1024,
    CONNECT_TIMEOUT_MS = 10000, // the defaults of model/source.h, for a rule that says nothing
    TIMEOUT_MS = 30000,
    SLOW_BYTES_PER_S = 64,
    SLOW_SECONDS = 15,
    RETRY_AFTER_MAX_S = 7 * 86400,
};

// The contact page is where an operator of a site learns who we are and how to tell us to stay away.
static const char USER_AGENT[] = "govwire/0.1 (+https://govwire.example/about-our-visits)";

struct gw_fetch {
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t *timer;
    struct gw_tls *tls;
    struct gw_transfer *transfers; // under way
};

// Headers that are kept.
enum header { CONTENT_TYPE, ETAG, LAST_MODIFIED, LOCATION, HEADER_COUNT };
static const char *const HEADER_NAMES[HEADER_COUNT] = {"content-type", "etag", "last-modified", "location"};

struct gw_transfer {
    struct gw_fetch *fetch;
    struct gw_transfer *next, *previous;
    gw_transfer_fn *on_done;
    void *arg;
    CURL *easy;
    struct curl_slist *headers;
    struct gw_sha256 *digest;
    struct gw_buf body, cookies;
    char *header[HEADER_COUNT];
    size_t header_bytes;
    int64_t started_ms;
    const char *refused; // the guard's word
    char detail[CURL_ERROR_SIZE];
    char unusable[CURL_ERROR_SIZE]; // why nothing can be sent: what is wrong with the rule's ca_file
    bool truncated, headers_full, allow_private, through_proxy;
};

// ---- one loop for curl

struct watch { // one socket of curl's
    uv_poll_t poll;
    struct gw_fetch *fetch;
    curl_socket_t fd;
};

static void finish_done(struct gw_fetch *fetch);

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    struct gw_fetch *fetch = watch->fetch;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
    flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
    int running;
    curl_multi_socket_action(fetch->multi, watch->fd, flags, &running);
    finish_done(fetch);
}

static void on_timeout(uv_timer_t *timer)
{
    struct gw_fetch *fetch = timer->data;
    int running;
    curl_multi_socket_action(fetch->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    finish_done(fetch);
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *arg)
{
    (void)multi;
    struct gw_fetch *fetch = arg;
    if (timeout_ms < 0)
        uv_timer_stop(fetch->timer);
    else
        uv_timer_start(fetch->timer, on_timeout, (uint64_t)timeout_ms, 0);
    return 0;
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    (void)easy;
    struct gw_fetch *fetch = arg;
    struct watch *watch = socket_arg;
    if (what == CURL_POLL_REMOVE) {
        if (watch) {
            curl_multi_assign(fetch->multi, fd, NULL);
            uv_poll_stop(&watch->poll);
            uv_close((uv_handle_t *)&watch->poll, on_closed);
        }
        return 0;
    }
    if (!watch) {
        watch = calloc(1, sizeof *watch);
        gw_assert(watch);
        if (uv_poll_init_socket(fetch->loop, &watch->poll, fd) != 0) {
            free(watch);
            return -1;
        }
        watch->poll.data = watch;
        watch->fetch = fetch;
        watch->fd = fd;
        curl_multi_assign(fetch->multi, fd, watch);
    }
    int events = what == CURL_POLL_IN ? UV_READABLE : what == CURL_POLL_OUT ? UV_WRITABLE : UV_READABLE | UV_WRITABLE;
    uv_poll_start(&watch->poll, events, on_poll);
    return 0;
}

// ---- what curl asks of one transfer

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct gw_transfer *transfer = arg;
    (void)purpose;
    // The operator chose the proxy; the guard is about addresses that pages choose.
    if (!transfer->through_proxy) {
        transfer->refused = gw_guard_refuses(&address->addr, transfer->allow_private);
        if (transfer->refused)
            return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Also called for a connection that is used again, which another source with another rule may have opened.
static int on_before_request(void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    struct gw_transfer *transfer = arg;
    if (!transfer->through_proxy)
        transfer->refused = gw_guard_refuses_text(remote_ip, transfer->allow_private);
    return transfer->refused ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t on_header(char *bytes, size_t one, size_t count, void *arg)
{
    struct gw_transfer *transfer = arg;
    size_t all = one * count;
    transfer->header_bytes += all;
    if (transfer->header_bytes > HEADERS_MAX) {
        transfer->headers_full = true;
        return 0;
    }
    struct gw_span line = {bytes, all};
    if (gw_starts_with(line, "HTTP/")) { // a new answer (after 100, 103): what came before does not count
        for (int i = 0; i < HEADER_COUNT; i++) {
            free(transfer->header[i]);
            transfer->header[i] = NULL;
        }
        gw_buf_reset(&transfer->cookies);
        return all;
    }
    const char *colon = memchr(bytes, ':', all);
    if (!colon)
        return all;
    struct gw_span name = {bytes, (size_t)(colon - bytes)};
    struct gw_span value = gw_span_trim((struct gw_span){colon + 1, all - name.bytes - 1});
    if (gw_span_eq_nocase(name, GW_SPAN("set-cookie")) && gw_utf8_valid(value.at, value.bytes, true)) {
        gw_buf_add(&transfer->cookies, value.at, value.bytes);
        gw_buf_putc(&transfer->cookies, '\n');
    }
    for (int i = 0; i < HEADER_COUNT; i++) {
        bool fits = value.bytes <= HEADER_VALUE_MAX && gw_utf8_valid(value.at, value.bytes, true);
        if (fits && !transfer->header[i] && gw_span_eq_nocase(name, gw_span_of(HEADER_NAMES[i]))) {
            transfer->header[i] = strndup(value.at, value.bytes);
            gw_assert(transfer->header[i]);
        }
    }
    return all;
}

static size_t on_body(char *bytes, size_t one, size_t count, void *arg)
{
    struct gw_transfer *transfer = arg;
    size_t all = one * count, room = transfer->body.limit - transfer->body.bytes;
    size_t take = all < room ? all : room;
    gw_buf_add(&transfer->body, bytes, take);
    gw_sha256_add(transfer->digest, bytes, take);
    transfer->truncated |= take < all;
    return take; // less than all ends the transfer
}

// ---- the end of one transfer

static void unlink_transfer(struct gw_transfer *transfer)
{
    struct gw_fetch *fetch = transfer->fetch;
    if (transfer->previous)
        transfer->previous->next = transfer->next;
    else
        fetch->transfers = transfer->next;
    if (transfer->next)
        transfer->next->previous = transfer->previous;
}

static void free_transfer(struct gw_transfer *transfer)
{
    unlink_transfer(transfer);
    curl_multi_remove_handle(transfer->fetch->multi, transfer->easy);
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    if (transfer->digest)
        gw_sha256_final(transfer->digest, NULL);
    gw_buf_fini(&transfer->body);
    gw_buf_fini(&transfer->cookies);
    for (int i = 0; i < HEADER_COUNT; i++)
        free(transfer->header[i]);
    free(transfer);
}

static const char *kept(const struct gw_transfer *transfer, enum header header)
{
    return transfer->header[header] ? transfer->header[header] : "";
}

static void judge(struct gw_transfer *transfer, CURLcode code, struct gw_answer *answer)
{
    char *detail = transfer->detail;
    size_t size = sizeof transfer->detail;
    long verify_result = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &verify_result);
    if (transfer->refused) {
        answer->failure = GW__FAILURE__FAILURE_PRIVATE_ADDRESS;
        snprintf(detail, size, "leads to a %s address", transfer->refused);
    } else if (transfer->headers_full) {
        answer->failure = GW__FAILURE__FAILURE_TOO_BIG;
        snprintf(detail, size, "more than %d KiB of headers", HEADERS_MAX / 1024);
    } else if (transfer->unusable[0]) {
        answer->failure = GW__FAILURE__FAILURE_TLS_CHAIN;
        snprintf(detail, size, "%s", transfer->unusable);
    } else if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && transfer->truncated)) {
        answer->failure = gw_failure_of_transfer(code, detail, verify_result);
        if (!detail[0])
            snprintf(detail, size, "%s", curl_easy_strerror(code));
    } else {
        struct gw_span body = {gw_buf_str(&transfer->body), transfer->body.bytes};
        bool wall = gw_failure_is_challenge(answer->status, transfer->cookies.bytes > 0, body);
        answer->failure = wall ? GW__FAILURE__FAILURE_CHALLENGE : gw_failure_of_status(answer->status);
        if (answer->failure != GW__FAILURE__FAILURE_NONE)
            snprintf(detail, size, "status %u%s", answer->status, wall ? ", a bot wall in place of the page" : "");
        else
            detail[0] = '\0';
    }
    answer->detail = detail;
}

static void finish(struct gw_transfer *transfer, CURLcode code)
{
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    if (retry_after_s > RETRY_AFTER_MAX_S)
        retry_after_s = RETRY_AFTER_MAX_S;
    struct gw_answer answer = {
        .status = (uint32_t)status,
        .content_type = kept(transfer, CONTENT_TYPE),
        .etag = kept(transfer, ETAG),
        .last_modified = kept(transfer, LAST_MODIFIED),
        .location = kept(transfer, LOCATION),
        .cookies = gw_buf_str(&transfer->cookies),
        .retry_after_ms = retry_after_s > 0 ? (uint64_t)retry_after_s * 1000 : 0,
        .duration_ms = (uint32_t)(gw_clock_boot_ms() - transfer->started_ms),
        .truncated = transfer->truncated,
    };
    judge(transfer, code, &answer);
    gw_sha256_final(transfer->digest, answer.sha256);
    transfer->digest = NULL;
    answer.body = transfer->body;
    transfer->body = (struct gw_buf){0};
    transfer->on_done(&answer, transfer->arg);
    gw_buf_fini(&answer.body);
    free_transfer(transfer);
}

static void finish_done(struct gw_fetch *fetch)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(fetch->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct gw_transfer *transfer;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        finish(transfer, code);
    }
}

// ---- setting up

static bool header_is_ours(const char *name)
{
    static const char *const OURS[] = {
        "Host",          "Content-Length",    "Transfer-Encoding", "Connection", "Expect", "Accept-Encoding",
        "If-None-Match", "If-Modified-Since", "User-Agent",        "Upgrade",    "TE",     "Trailer"};
    for (size_t i = 0; i < GW_COUNT(OURS); i++)
        if (strcasecmp(name, OURS[i]) == 0)
            return true;
    return false;
}

static void add_header(struct gw_transfer *transfer, const char *name, const char *value)
{
    // A value may come from a page; a line end in it would begin a header of the page's choice.
    if (!value || !value[0] || strpbrk(name, "\r\n: \t") || strpbrk(value, "\r\n"))
        return;
    struct gw_buf line = GW_BUF(HEADER_VALUE_MAX);
    gw_buf_printf(&line, "%s: %s", name, value);
    struct curl_slist *longer = gw_buf_ok(&line) ? curl_slist_append(transfer->headers, line.data) : NULL;
    if (longer)
        transfer->headers = longer;
    gw_buf_fini(&line);
}

static void set_headers(struct gw_transfer *transfer, const struct gw_request *request)
{
    bool accept = false, type = false, cookie = false;
    for (size_t i = 0; i < request->header_count; i++) {
        const Gw__Pair *header = request->headers[i];
        accept |= strcasecmp(header->key, "Accept") == 0;
        type |= strcasecmp(header->key, "Content-Type") == 0;
        cookie |= strcasecmp(header->key, "Cookie") == 0;
        if (!header_is_ours(header->key))
            add_header(transfer, header->key, header->value);
    }
    if (!accept)
        add_header(transfer, "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    if (!cookie)
        add_header(transfer, "Cookie", request->cookie);
    add_header(transfer, "If-None-Match", request->etag);
    add_header(transfer, "If-Modified-Since", request->last_modified);
    if (request->body && !type)
        add_header(transfer, "Content-Type",
                   request->body_type ? request->body_type : "application/x-www-form-urlencoded");
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

static void set_limits(CURL *easy, const Gw__FetchRule *rule)
{
    uint64_t connect_ms = rule && rule->connect_timeout_ms ? rule->connect_timeout_ms : CONNECT_TIMEOUT_MS;
    uint64_t all_ms = rule && rule->timeout_ms ? rule->timeout_ms : TIMEOUT_MS;
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)all_ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES_PER_S);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS);
}

static void set_callbacks(struct gw_transfer *transfer)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->detail);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
}

static void set_request(struct gw_transfer *transfer, const struct gw_request *request)
{
    CURL *easy = transfer->easy;
    const Gw__FetchRule *rule = request->rule;
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_PROXY, rule ? rule->proxy : "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, rule && rule->user_agent[0] ? rule->user_agent : USER_AGENT);
    if (request->method && strcasecmp(request->method, "POST") == 0) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes);
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body ? request->body : "");
    }
}

// Behind a proxy the guard sees no address of the site; a literal one in the URL is judged all the same.
static void guard_literal(struct gw_transfer *transfer, const char *url)
{
    char *host = NULL;
    CURLU *parts = curl_url();
    if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        transfer->refused = gw_guard_refuses_text(host, transfer->allow_private);
    curl_free(host);
    curl_url_cleanup(parts);
}

struct gw_transfer *gw_transfer_start(struct gw_fetch *fetch, const struct gw_request *request, gw_transfer_fn *on_done,
                                      void *arg)
{
    gw_assert(request->url && request->body_max > 0);
    const Gw__FetchRule *rule = request->rule;
    struct gw_transfer *transfer = calloc(1, sizeof *transfer);
    gw_assert(transfer);
    *transfer = (struct gw_transfer){.fetch = fetch,
                                     .next = fetch->transfers,
                                     .on_done = on_done,
                                     .arg = arg,
                                     .easy = curl_easy_init(),
                                     .digest = gw_sha256_new(),
                                     .body = GW_BUF(request->body_max),
                                     .cookies = GW_BUF(HEADERS_MAX),
                                     .started_ms = gw_clock_boot_ms(),
                                     .allow_private = rule && rule->allow_private_networks,
                                     .through_proxy = rule && rule->proxy[0]};
    gw_assert(transfer->easy);
    if (fetch->transfers)
        fetch->transfers->previous = transfer;
    fetch->transfers = transfer;
    set_callbacks(transfer);
    set_request(transfer, request);
    set_headers(transfer, request);
    set_limits(transfer->easy, rule);
    if (gw_tls_apply(fetch->tls, rule, transfer->easy) != 0)
        snprintf(transfer->unusable, sizeof transfer->unusable, "%s", gw_reason());
    guard_literal(transfer, request->url);
    if (transfer->unusable[0] || transfer->refused)
        curl_easy_setopt(transfer->easy, CURLOPT_URL, ""); // ends at once, through the same door as every other end
    curl_multi_add_handle(fetch->multi, transfer->easy);
    return transfer;
}

void gw_transfer_cancel(struct gw_transfer *transfer)
{
    free_transfer(transfer);
}

int gw_fetch_new(uv_loop_t *loop, struct gw_fetch **ret_fetch)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return gw_fail(GW_EIO, "libcurl could not start");
    struct gw_fetch *fetch = calloc(1, sizeof *fetch);
    gw_assert(fetch);
    fetch->loop = loop;
    fetch->multi = curl_multi_init();
    fetch->timer = calloc(1, sizeof *fetch->timer);
    gw_assert(fetch->multi && fetch->timer);
    uv_timer_init(loop, fetch->timer);
    fetch->timer->data = fetch;
    fetch->tls = gw_tls_new();
    curl_multi_setopt(fetch->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl_multi_setopt(fetch->multi, CURLMOPT_SOCKETDATA, fetch);
    curl_multi_setopt(fetch->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(fetch->multi, CURLMOPT_TIMERDATA, fetch);
    curl_multi_setopt(fetch->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    *ret_fetch = fetch;
    return 0;
}

struct gw_fetch *gw_fetch_free(struct gw_fetch *fetch)
{
    if (!fetch)
        return NULL;
    while (fetch->transfers)
        free_transfer(fetch->transfers);
    curl_multi_cleanup(fetch->multi);
    uv_close((uv_handle_t *)fetch->timer, on_closed);
    gw_tls_free(fetch->tls);
    free(fetch);
    curl_global_cleanup();
    return NULL;
}
