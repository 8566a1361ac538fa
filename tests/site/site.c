// SPDX-License-Identifier: Apache-2.0
#include "site.h"

#include "faults.h"
#include "journal.h"
#include "pages.h"
#include "spoil.h"

#include "base/clock.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 2000, STACK_BYTES = 256 * 1024, BACKLOG = 512, GZIP_FROM = 1024, DRIP_SLICE_MS = 100 };
enum { ARENA_MAX = 256 << 20, IDLE_S = 120 };

struct gw_site {
    struct MHD_Daemon *daemon;
    struct gw_site_pages pages;
    struct gw_site_faults *faults;
    struct gw_site_journal *journal;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    char url[64];
};

// Sleep, unless the site stops; false then.
static bool pause_ms(struct gw_site *site, uint64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    uint64_t ns = (uint64_t)until.tv_nsec + ms % 1000 * 1000000;
    until.tv_sec += (time_t)(ms / 1000 + ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&site->lock);
    int rc = 0;
    while (!site->stopping && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&site->wake, &site->lock, &until);
    bool on = !site->stopping;
    pthread_mutex_unlock(&site->lock);
    return on;
}

// ---- one request

struct exchange {
    struct gw_site *site;
    struct MHD_Connection *connection;
    const char *method, *path; // as asked for
    struct gw_arena *arena;
    struct gw_site_fault fault;
    struct gw_site_answer answer;
};

static const char *header(const struct exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

static const char *argument(const struct exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->connection, MHD_GET_ARGUMENT_KIND, name);
}

static uint64_t number_argument(const struct exchange *x, const char *name)
{
    uint64_t value = 0;
    const char *text = argument(x, name);
    return text && gw_parse_u64(gw_span_of(text), UINT32_MAX, &value) ? value : 0;
}

static enum MHD_Result query_put(void *arg, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind;
    struct gw_buf *out = arg;
    gw_buf_printf(out, "%s%s=%s", out->bytes ? "&" : "", key, value ? value : "");
    return MHD_YES;
}

static uint16_t client_port(const struct exchange *x)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? ntohs(((const struct sockaddr_in *)(const void *)info->client_addr)->sin_port) : 0;
}

static void write_down(const struct exchange *x, int64_t came_ms, int status)
{
    const struct gw_site_header headers[] = {
        {"user_agent", header(x, "User-Agent")},
        {"accept", header(x, "Accept")},
        {"accept_encoding", header(x, "Accept-Encoding")},
        {"if_none_match", header(x, "If-None-Match")},
        {"if_modified_since", header(x, "If-Modified-Since")},
        {"referer", header(x, "Referer")},
        {"cookie", header(x, "Cookie")},
        {"from", header(x, "From")},
    };
    struct gw_buf query = GW_BUF(4096);
    MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, query_put, &query);
    const struct gw_site_request request = {
        .came_ms = came_ms,
        .method = x->method,
        .path = x->path,
        .query = gw_buf_str(&query),
        .fault = x->fault.kind ? gw_site_fault_name(x->fault.kind) : NULL,
        .status = status,
        .bytes = status == MHD_HTTP_NOT_MODIFIED ? 0 : x->answer.body.bytes,
        .client_port = client_port(x),
        .headers = headers,
        .header_count = GW_COUNT(headers),
    };
    gw_site_journal_add(x->site->journal, &request);
    gw_buf_fini(&query);
}

// ---- validators (RFC 9110 section 13)

static const char HTTP_DATE[] = "%a, %d %b %Y %H:%M:%S GMT";

static bool is_not_modified(const struct exchange *x)
{
    const struct gw_site_answer *a = &x->answer;
    const char *etags = header(x, "If-None-Match"), *since = header(x, "If-Modified-Since");
    if (a->status != MHD_HTTP_OK)
        return false;
    if (etags)
        return a->etag[0] && (strstr(etags, a->etag) || strcmp(etags, "*") == 0);
    struct tm day = {0};
    return since && a->modified_ms && strptime(since, HTTP_DATE, &day) && timegm(&day) >= a->modified_ms / 1000;
}

static void last_modified_add(struct MHD_Response *response, int64_t modified_ms)
{
    time_t seconds = (time_t)(modified_ms / 1000);
    struct tm day;
    char text[64];
    gmtime_r(&seconds, &day);
    strftime(text, sizeof text, HTTP_DATE, &day);
    MHD_add_response_header(response, MHD_HTTP_HEADER_LAST_MODIFIED, text);
}

// ---- delivery

// A body that is made, or held back, while it is sent.
struct stream {
    struct gw_site *site;
    struct gw_buf body;
    enum gw_site_fault_kind kind;
    uint64_t value;
};

static ssize_t drip_read(struct stream *s, uint64_t at, char *out, size_t max)
{
    if (!pause_ms(s->site, DRIP_SLICE_MS))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    uint64_t n = s->value * DRIP_SLICE_MS / 1000, left = s->body.bytes - at;
    n = n ? n : 1;
    n = n > left ? left : n;
    n = n > max ? max : n;
    memcpy(out, s->body.data + at, n);
    return n ? (ssize_t)n : MHD_CONTENT_READER_END_OF_STREAM;
}

static ssize_t cut_read(struct stream *s, uint64_t at, char *out, size_t max)
{
    uint64_t n = s->value > at ? s->value - at : 0;
    n = n > max ? max : n;
    if (!n)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    memcpy(out, s->body.data + at, n);
    return (ssize_t)n;
}

static ssize_t filler_read(struct stream *s, uint64_t at, char *out, size_t max)
{
    uint64_t left = s->kind == GW_SITE_FAULT_ENDLESS ? max : s->value - at;
    size_t n = left > max ? max : (size_t)left;
    for (size_t i = 0; i < n; i++)
        out[i] = gw_site_filler(at + i);
    return n ? (ssize_t)n : MHD_CONTENT_READER_END_OF_STREAM;
}

static ssize_t stream_read(void *arg, uint64_t at, char *out, size_t max)
{
    struct stream *s = arg;
    switch (s->kind) {
    case GW_SITE_FAULT_DRIP:
        return drip_read(s, at, out, max);
    case GW_SITE_FAULT_CUT:
        return cut_read(s, at, out, max);
    default:
        return filler_read(s, at, out, max);
    }
}

static void stream_free(void *arg)
{
    struct stream *s = arg;
    gw_buf_fini(&s->body);
    free(s);
}

static struct MHD_Response *stream_response(struct exchange *x)
{
    struct stream *s = calloc(1, sizeof *s);
    gw_assert(s);
    *s = (struct stream){.site = x->site, .body = x->answer.body, .kind = x->fault.kind, .value = x->fault.value};
    x->answer.body = GW_BUF(0); // the stream's now
    uint64_t size = s->body.bytes;
    if (s->kind == GW_SITE_FAULT_CUT && (!s->value || s->value > size))
        s->value = size / 2;
    if (s->kind == GW_SITE_FAULT_HUGE)
        size = s->value;
    if (s->kind == GW_SITE_FAULT_ENDLESS)
        size = MHD_SIZE_UNKNOWN;
    return MHD_create_response_from_callback(size, 16 * 1024, stream_read, s, stream_free);
}

static bool is_streamed(enum gw_site_fault_kind kind)
{
    return kind == GW_SITE_FAULT_DRIP || kind == GW_SITE_FAULT_CUT || kind == GW_SITE_FAULT_HUGE ||
           kind == GW_SITE_FAULT_ENDLESS;
}

static void compress_if_wanted(struct exchange *x)
{
    struct gw_site_answer *a = &x->answer;
    const char *accepted = header(x, "Accept-Encoding");
    if (a->is_gzip || a->body.bytes < GZIP_FROM || !accepted || !strstr(accepted, "gzip"))
        return;
    struct gw_buf packed = GW_BUF(a->body.limit + GZIP_FROM);
    gw_site_gzip(&a->body, &packed);
    gw_buf_fini(&a->body);
    a->body = packed;
    a->is_gzip = true;
}

static void headers_add(struct MHD_Response *response, const struct gw_site_answer *a)
{
    char seconds[24];
    snprintf(seconds, sizeof seconds, "%" PRIu64, a->retry_after_s);
    const struct {
        const char *name, *value;
        bool said;
    } table[] = {
        {MHD_HTTP_HEADER_SERVER, "nginx", true},
        {MHD_HTTP_HEADER_CONTENT_TYPE, a->content_type, a->content_type && a->content_type[0]},
        {MHD_HTTP_HEADER_ETAG, a->etag, a->etag[0]},
        {MHD_HTTP_HEADER_LOCATION, a->location, a->location},
        {MHD_HTTP_HEADER_RETRY_AFTER, seconds, a->retry_after_s},
        {MHD_HTTP_HEADER_SET_COOKIE, a->cookie, a->cookie},
        {MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip", a->is_gzip},
    };
    for (size_t i = 0; i < GW_COUNT(table); i++)
        if (table[i].said)
            MHD_add_response_header(response, table[i].name, table[i].value);
    if (a->modified_ms)
        last_modified_add(response, a->modified_ms);
}

static enum MHD_Result deliver(struct exchange *x)
{
    struct gw_site_answer *a = &x->answer;
    int status = a->status;
    struct MHD_Response *response;
    if (is_not_modified(x)) {
        status = MHD_HTTP_NOT_MODIFIED;
        a->content_type = NULL;
        response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    } else if (is_streamed(x->fault.kind)) {
        response = stream_response(x);
    } else {
        compress_if_wanted(x);
        response = MHD_create_response_from_buffer(a->body.bytes, a->body.data, MHD_RESPMEM_MUST_COPY);
    }
    gw_assert(response);
    headers_add(response, a);
    enum MHD_Result rc = MHD_queue_response(x->connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return rc;
}

// ---- routes

// Takes "/fault/SPEC" off the path.
static const char *fault_of_path(const char *path, struct gw_arena *arena, struct gw_site_fault *ret_fault)
{
    static const char prefix[] = "/fault/";
    if (strncmp(path, prefix, sizeof prefix - 1) != 0)
        return path;
    const char *spec = path + sizeof prefix - 1, *rest = strchr(spec, '/');
    if (!rest || gw_site_fault_parse(gw_arena_strndup(arena, spec, (size_t)(rest - spec)), ret_fault) != 0)
        return path; // which is no page
    return rest;
}

static enum MHD_Result serve_page(struct exchange *x)
{
    struct gw_site *site = x->site;
    int64_t came_ms = gw_clock_unix_ms();
    const char *path = fault_of_path(x->path, x->arena, &x->fault);
    if (path == x->path)
        x->fault = gw_site_faults_meet(site->faults, path);
    if (x->fault.kind == GW_SITE_FAULT_CLOSE || x->fault.kind == GW_SITE_FAULT_HANG) {
        write_down(x, came_ms, 0);
        if (x->fault.kind == GW_SITE_FAULT_HANG)
            pause_ms(site, x->fault.value);
        return MHD_NO; // closes the connection
    }
    const struct gw_site_ask ask = {.path = path,
                                    .parameters = argument(x, "paramJson"),
                                    .page = argument(x, "page"),
                                    .token = argument(x, "token"),
                                    .cookie = header(x, "Cookie")};
    gw_site_page(&site->pages, &ask, x->arena, &x->answer);
    gw_site_spoil(&x->answer, &x->fault, x->path, number_argument(x, "_hop"), x->arena);
    write_down(x, came_ms, is_not_modified(x) ? MHD_HTTP_NOT_MODIFIED : x->answer.status);
    if (x->fault.kind == GW_SITE_FAULT_SLOW && !pause_ms(site, x->fault.value))
        return MHD_NO;
    return deliver(x);
}

static enum MHD_Result serve_log(struct exchange *x)
{
    x->answer = (struct gw_site_answer){
        .status = MHD_HTTP_OK, .content_type = "application/x-ndjson", .body = GW_BUF(128 << 20)};
    gw_site_journal_read(x->site->journal, number_argument(x, "from"), &x->answer.body);
    return deliver(x);
}

static int control(struct exchange *x)
{
    struct gw_site *site = x->site;
    const char *path = argument(x, "path"), *fault = argument(x, "fault");
    if (argument(x, "clear"))
        gw_site_faults_clear(site->faults);
    if (argument(x, "crawl_delay"))
        __atomic_store_n(&site->pages.crawl_delay_s, (uint32_t)number_argument(x, "crawl_delay"), __ATOMIC_RELAXED);
    if (argument(x, "change"))
        gw_site_state_change(site->pages.state);
    gw_site_state_publish(site->pages.state, (uint32_t)number_argument(x, "publish"));
    if (!path != !fault)
        return gw_fail(GW_EINVAL, "path and fault belong together");
    return path ? gw_site_faults_set(site->faults, path, fault, (uint32_t)number_argument(x, "times")) : 0;
}

static enum MHD_Result serve_control(struct exchange *x)
{
    int rc = control(x);
    x->answer = (struct gw_site_answer){.status = rc ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_OK,
                                        .content_type = "text/plain; charset=utf-8",
                                        .body = GW_BUF(4096)};
    gw_buf_printf(&x->answer.body, "%s\n", rc ? gw_reason() : "ok");
    return deliver(x);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path, const char *method,
                                  const char *version, const char *upload, size_t *upload_bytes, void **state)
{
    (void)version, (void)upload;
    static int begun;
    if (!*state) { // headers only; the body of a POST follows
        *state = &begun;
        return MHD_YES;
    }
    if (*upload_bytes) {
        *upload_bytes = 0;
        return MHD_YES;
    }
    struct exchange x = {.site = arg, .connection = connection, .method = method, .path = path};
    x.arena = gw_arena_new(ARENA_MAX);
    enum MHD_Result rc;
    if (strcmp(path, "/_log") == 0)
        rc = serve_log(&x);
    else if (strcmp(path, "/_control") == 0)
        rc = serve_control(&x);
    else
        rc = serve_page(&x);
    gw_buf_fini(&x.answer.body);
    gw_arena_free(x.arena);
    return rc;
}

// ---- life

static int listen_on(uint16_t port, int *ret_fd, uint16_t *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t bytes = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        return gw_fail_errno("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &bytes) != 0) {
        int rc = errno == EADDRINUSE ? gw_fail(GW_EEXIST, "port %u is taken", port) : gw_fail_errno("port %u", port);
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    *ret_port = ntohs(address.sin_port);
    return 0;
}

static void sleepers_init(struct gw_site *site)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&site->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&site->lock, NULL);
}

int gw_site_new(const struct gw_site_options *options, struct gw_site **ret_site)
{
    int fd = -1;
    uint16_t port = 0;
    int rc = listen_on(options->port, &fd, &port);
    if (rc)
        return rc;
    struct gw_site *site = calloc(1, sizeof *site);
    gw_assert(site);
    sleepers_init(site);
    site->faults = gw_site_faults_new();
    site->journal = gw_site_journal_new();
    site->pages = (struct gw_site_pages){gw_site_state_new(&options->state), options->crawl_delay_s};
    snprintf(site->url, sizeof site->url, "http://127.0.0.1:%u/", port);
    site->daemon = MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION, port, NULL, NULL,
                                    on_request, site, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
                                    (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
                                    MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES, MHD_OPTION_END);
    if (!site->daemon) {
        close(fd);
        gw_site_free(site);
        return gw_fail(GW_EIO, "the HTTP server does not start");
    }
    *ret_site = site;
    return 0;
}

struct gw_site *gw_site_free(struct gw_site *site)
{
    if (!site)
        return NULL;
    pthread_mutex_lock(&site->lock);
    site->stopping = true;
    pthread_cond_broadcast(&site->wake);
    pthread_mutex_unlock(&site->lock);
    if (site->daemon)
        MHD_stop_daemon(site->daemon); // closes the listening socket too
    gw_site_faults_free(site->faults);
    gw_site_journal_free(site->journal);
    gw_site_state_free(site->pages.state);
    pthread_cond_destroy(&site->wake);
    pthread_mutex_destroy(&site->lock);
    free(site);
    return NULL;
}

int gw_site_fault(struct gw_site *site, const char *prefix, const char *spec, uint32_t times)
{
    return gw_site_faults_set(site->faults, prefix, spec, times);
}

void gw_site_publish(struct gw_site *site, uint32_t n)
{
    gw_site_state_publish(site->pages.state, n);
}

void gw_site_change(struct gw_site *site)
{
    gw_site_state_change(site->pages.state);
}

const char *gw_site_url(const struct gw_site *site)
{
    return site->url;
}

void gw_site_log(struct gw_site *site, uint64_t from, struct gw_buf *out)
{
    gw_site_journal_read(site->journal, from, out);
}
