// SPDX-License-Identifier: Apache-2.0
// Against a server of one thread that answers each connection by script.
#include "kit/check.h"

#include "base/clock.h"
#include "base/err.h"
#include "fetch/failure.h"
#include "fetch/transfer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
    const char *answer;  // whole, with head; NULL: accept and say nothing
    const char *endless; // repeated after `answer` until the peer leaves
    bool keep;           // answer further requests on the connection
    int fd;
    unsigned port;
    pthread_t thread;
    atomic_int connections, requests;
    char last_request[8192];
};

static bool read_request(struct server *server, int fd)
{
    size_t n = 0;
    while (n < sizeof server->last_request - 1) {
        ssize_t got = read(fd, server->last_request + n, sizeof server->last_request - 1 - n);
        if (got <= 0)
            return false;
        n += (size_t)got;
        server->last_request[n] = '\0';
        if (strstr(server->last_request, "\r\n\r\n"))
            return true;
    }
    return false;
}

static void serve(struct server *server, int fd)
{
    while (read_request(server, fd)) {
        atomic_fetch_add(&server->requests, 1);
        if (!server->answer)
            continue; // until the peer gives up
        (void)!write(fd, server->answer, strlen(server->answer));
        while (server->endless && write(fd, server->endless, strlen(server->endless)) > 0) {
        }
        if (!server->keep)
            return;
    }
}

static void *run_server(void *arg)
{
    struct server *server = arg;
    for (int fd; (fd = accept(server->fd, NULL, NULL)) >= 0; close(fd)) {
        atomic_fetch_add(&server->connections, 1);
        serve(server, fd);
    }
    return NULL;
}

static void server_start(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->fd, 16), 0);
    assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &bytes), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, run_server, server), 0);
}

static void server_stop(struct server *server)
{
    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->fd);
}

// ---- one request, run to its end

struct outcome {
    Gw__Failure failure;
    uint32_t status;
    char detail[256], content_type[256], etag[256], location[256], body[4096];
    size_t body_bytes;
    bool truncated, came;
    uint64_t retry_after_ms;
};

static void note(struct gw_answer *answer, void *arg)
{
    struct outcome *outcome = arg;
    assert_false(outcome->came);
    *outcome = (struct outcome){.came = true,
                                .failure = answer->failure,
                                .status = answer->status,
                                .truncated = answer->truncated,
                                .body_bytes = answer->body.bytes,
                                .retry_after_ms = answer->retry_after_ms};
    snprintf(outcome->detail, sizeof outcome->detail, "%s", answer->detail);
    snprintf(outcome->content_type, sizeof outcome->content_type, "%s", answer->content_type);
    snprintf(outcome->etag, sizeof outcome->etag, "%s", answer->etag);
    snprintf(outcome->location, sizeof outcome->location, "%s", answer->location);
    snprintf(outcome->body, sizeof outcome->body, "%s", gw_buf_str(&answer->body));
    uint8_t digest[GW_SHA256_BYTES];
    gw_sha256(answer->body.data, answer->body.bytes, digest);
    assert_memory_equal(digest, answer->sha256, sizeof digest);
}

struct client {
    uv_loop_t loop;
    struct gw_fetch *fetch;
};

static void client_start(struct client *client)
{
    assert_int_equal(uv_loop_init(&client->loop), 0);
    check_ok(gw_fetch_new(&client->loop, &client->fetch));
}

static void client_stop(struct client *client)
{
    gw_fetch_free(client->fetch);
    uv_run(&client->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&client->loop), 0);
}

static Gw__FetchRule rule_of(bool allow_private)
{
    Gw__FetchRule rule = GW__FETCH_RULE__INIT;
    rule.allow_private_networks = allow_private;
    rule.timeout_ms = 20000;
    return rule;
}

static struct outcome ask_url(struct client *client, const char *url, const Gw__FetchRule *rule, size_t body_max)
{
    struct outcome outcome = {0};
    struct gw_request request = {.url = url, .rule = rule, .body_max = body_max};
    gw_transfer_start(client->fetch, &request, note, &outcome);
    assert_false(outcome.came);
    while (!outcome.came)
        uv_run(&client->loop, UV_RUN_ONCE);
    return outcome;
}

static struct outcome ask(struct client *client, struct server *server, const Gw__FetchRule *rule, size_t body_max)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/page", server->port);
    return ask_url(client, url, rule, body_max);
}

// A server, a client and one request; most tests need no more.
static struct outcome exchange(struct server *server, Gw__FetchRule rule, size_t body_max)
{
    struct client client;
    server_start(server);
    client_start(&client);
    struct outcome outcome = ask(&client, server, &rule, body_max);
    client_stop(&client);
    server_stop(server);
    return outcome;
}

static void a_page(void **state)
{
    (void)state;
    struct server server = {.answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gbk\r\nETag: \"7\"\r\n"
                                      "Content-Length: 5\r\n\r\nhello"};
    struct outcome outcome = exchange(&server, rule_of(true), 100);
    assert_int_equal(outcome.failure, GW__FAILURE__FAILURE_NONE);
    assert_int_equal(outcome.status, 200);
    assert_string_equal(outcome.body, "hello");
    assert_string_equal(outcome.content_type, "text/html; charset=gbk");
    assert_string_equal(outcome.etag, "\"7\"");
    assert_non_null(strstr(server.last_request, "User-Agent: govwire/"));
    assert_non_null(strstr(server.last_request, "Accept-Encoding: "));
    assert_null(strstr(server.last_request, "If-None-Match"));
}

static void guard_comes_before_the_connection(void **state)
{
    (void)state;
    struct server server = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
    struct outcome outcome = exchange(&server, rule_of(false), 100);
    assert_int_equal(outcome.failure, GW__FAILURE__FAILURE_PRIVATE_ADDRESS);
    assert_string_equal(outcome.detail, "leads to a loopback address");
    assert_int_equal(atomic_load(&server.connections), 0);
}

// localhost passes no literal check: only the socket's own address tells.
static void guard_sees_resolved_names(void **state)
{
    (void)state;
    struct server server = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
    struct client client;
    server_start(&server);
    client_start(&client);
    char url[64];
    snprintf(url, sizeof url, "http://localhost:%u/", server.port);
    Gw__FetchRule rule = rule_of(false);
    assert_int_equal(ask_url(&client, url, &rule, 100).failure, GW__FAILURE__FAILURE_PRIVATE_ADDRESS);
    client_stop(&client);
    server_stop(&server);
    assert_int_equal(atomic_load(&server.connections), 0);
}

static void guard_holds_for_reused_connections(void **state)
{
    (void)state;
    struct server server = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .keep = true};
    struct client client;
    server_start(&server);
    client_start(&client);
    char url[64];
    snprintf(url, sizeof url, "http://localhost:%u/", server.port);
    Gw__FetchRule open = rule_of(true), closed = rule_of(false);
    assert_int_equal(ask_url(&client, url, &open, 100).failure, GW__FAILURE__FAILURE_NONE);
    assert_int_equal(ask_url(&client, url, &open, 100).failure, GW__FAILURE__FAILURE_NONE);
    assert_int_equal(atomic_load(&server.connections), 1); // so it is reused
    assert_int_equal(ask_url(&client, url, &closed, 100).failure, GW__FAILURE__FAILURE_PRIVATE_ADDRESS);
    assert_int_equal(atomic_load(&server.requests), 2);
    client_stop(&client);
    server_stop(&server);
}

static void endless_body_is_cut(void **state)
{
    (void)state;
    struct server server = {.answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
                            .endless = "0123456789abcdef"};
    struct outcome outcome = exchange(&server, rule_of(true), 100000);
    assert_int_equal(outcome.failure, GW__FAILURE__FAILURE_NONE);
    assert_true(outcome.truncated);
    assert_int_equal(outcome.body_bytes, 100000);
}

static void endless_headers_are_too_big(void **state)
{
    (void)state;
    struct server server = {.answer = "HTTP/1.1 200 OK\r\n", .endless = "X-More: 0123456789abcdef\r\n"};
    assert_int_equal(exchange(&server, rule_of(true), 100).failure, GW__FAILURE__FAILURE_TOO_BIG);
}

static void redirect_is_handed_over(void **state)
{
    (void)state;
    struct server server = {.answer = "HTTP/1.1 302 Found\r\nLocation: ../other?a=b\r\nContent-Length: 0\r\n\r\n"};
    struct outcome outcome = exchange(&server, rule_of(true), 100);
    assert_int_equal(outcome.failure, GW__FAILURE__FAILURE_NONE);
    assert_int_equal(outcome.status, 302);
    assert_string_equal(outcome.location, "../other?a=b");
    assert_int_equal(atomic_load(&server.requests), 1);
}

static void early_hints_do_not_count(void **state)
{
    (void)state;
    struct server server = {.answer = "HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\n\r\n"
                                      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
    assert_string_equal(exchange(&server, rule_of(true), 100).etag, "");
}

static void cut_off(void **state)
{
    (void)state;
    struct server server = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"};
    struct outcome outcome = exchange(&server, rule_of(true), 100);
    assert_int_equal(outcome.failure, GW__FAILURE__FAILURE_CUT_OFF);
    assert_int_equal(outcome.status, 200);
}

static void silence_is_a_timeout(void **state)
{
    (void)state;
    struct server server = {0};
    Gw__FetchRule rule = rule_of(true);
    rule.timeout_ms = 150;
    assert_int_equal(exchange(&server, rule, 100).failure, GW__FAILURE__FAILURE_TIMEOUT);
}

static void status_and_retry_after(void **state)
{
    (void)state;
    struct server server = {.answer = "HTTP/1.1 429 Slow\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"};
    struct outcome outcome = exchange(&server, rule_of(true), 100);
    assert_int_equal(outcome.failure, GW__FAILURE__FAILURE_RATE_LIMITED);
    assert_int_equal(outcome.retry_after_ms, 120000);
    assert_string_equal(outcome.detail, "status 429");
}

static void request_as_said(void **state)
{
    (void)state;
    struct server server = {.answer = "HTTP/1.1 304 Not Modified\r\n\r\n"};
    struct client client;
    server_start(&server);
    client_start(&client);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", server.port);
    Gw__Pair referer = GW__PAIR__INIT, evil = GW__PAIR__INIT, host = GW__PAIR__INIT;
    referer.key = (char *)"Referer", referer.value = (char *)"http://a/";
    evil.key = (char *)"X-Evil", evil.value = (char *)"1\r\nX-Injected: 1";
    host.key = (char *)"host", host.value = (char *)"internal";
    Gw__Pair *headers[] = {&referer, &evil, &host};
    Gw__FetchRule rule = rule_of(true);
    rule.user_agent = (char *)"town watcher";
    struct gw_request request = {.url = url,
                                 .method = "POST",
                                 .headers = headers,
                                 .header_count = 3,
                                 .body = "page=1",
                                 .body_bytes = 6,
                                 .etag = "\"7\"",
                                 .last_modified = "Mon, 04 Mar 2024 01:18:27 GMT",
                                 .rule = &rule,
                                 .body_max = 100};
    struct outcome outcome = {0};
    gw_transfer_start(client.fetch, &request, note, &outcome);
    while (!outcome.came)
        uv_run(&client.loop, UV_RUN_ONCE);
    client_stop(&client);
    server_stop(&server);
    assert_int_equal(outcome.status, 304);
    assert_int_equal(outcome.failure, GW__FAILURE__FAILURE_NONE);
    const char *sent = server.last_request;
    assert_non_null(strstr(sent, "POST / HTTP/1.1"));
    assert_non_null(strstr(sent, "Referer: http://a/"));
    assert_non_null(strstr(sent, "If-None-Match: \"7\""));
    assert_non_null(strstr(sent, "If-Modified-Since: Mon, 04 Mar 2024 01:18:27 GMT"));
    assert_non_null(strstr(sent, "User-Agent: town watcher"));
    assert_non_null(strstr(sent, "Content-Type: application/x-www-form-urlencoded"));
    assert_null(strstr(sent, "Evil"));
    assert_null(strstr(sent, "internal"));
}

static void other_schemes_and_bad_certificates(void **state)
{
    (void)state;
    struct client client;
    client_start(&client);
    Gw__FetchRule rule = rule_of(true);
    assert_int_equal(ask_url(&client, "file:///etc/passwd", &rule, 100).failure, GW__FAILURE__FAILURE_BAD_ANSWER);
    rule.ca_file = (char *)"/nonexistent.pem";
    struct outcome outcome = ask_url(&client, "https://127.0.0.1:1/", &rule, 100);
    assert_int_equal(outcome.failure, GW__FAILURE__FAILURE_TLS_CHAIN);
    assert_non_null(strstr(outcome.detail, "/nonexistent.pem"));
    client_stop(&client);
}

static void metadata_stays_closed(void **state)
{
    (void)state;
    struct client client;
    client_start(&client);
    Gw__FetchRule rule = rule_of(true);
    struct outcome outcome = ask_url(&client, "http://169.254.169.254/latest/", &rule, 100);
    assert_int_equal(outcome.failure, GW__FAILURE__FAILURE_PRIVATE_ADDRESS);
    rule.proxy = (char *)"http://127.0.0.1:1";
    outcome = ask_url(&client, "http://169.254.169.254/latest/", &rule, 100);
    assert_int_equal(outcome.failure, GW__FAILURE__FAILURE_PRIVATE_ADDRESS);
    client_stop(&client);
}

static void cancelled_is_silent(void **state)
{
    (void)state;
    struct server server = {0};
    struct client client;
    server_start(&server);
    client_start(&client);
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", server.port);
    Gw__FetchRule rule = rule_of(true);
    struct outcome outcome = {0};
    struct gw_request request = {.url = url, .rule = &rule, .body_max = 100};
    struct gw_transfer *transfer = gw_transfer_start(client.fetch, &request, note, &outcome);
    while (atomic_load(&server.requests) == 0)
        uv_run(&client.loop, UV_RUN_NOWAIT);
    gw_transfer_cancel(transfer);
    gw_transfer_start(client.fetch, &request, note, &outcome); // ends with its engine
    client_stop(&client);
    server_stop(&server);
    assert_false(outcome.came);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page),
        cmocka_unit_test(guard_comes_before_the_connection),
        cmocka_unit_test(guard_sees_resolved_names),
        cmocka_unit_test(guard_holds_for_reused_connections),
        cmocka_unit_test(endless_body_is_cut),
        cmocka_unit_test(endless_headers_are_too_big),
        cmocka_unit_test(redirect_is_handed_over),
        cmocka_unit_test(early_hints_do_not_count),
        cmocka_unit_test(cut_off),
        cmocka_unit_test(silence_is_a_timeout),
        cmocka_unit_test(status_and_retry_after),
        cmocka_unit_test(request_as_said),
        cmocka_unit_test(other_schemes_and_bad_certificates),
        cmocka_unit_test(metadata_stays_closed),
        cmocka_unit_test(cancelled_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
