// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "wire/endpoints.h"
#include "wire/socket.h"

#include "base/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// A runtime directory and a DIR of the test's own.
struct fixture {
    char root[64], runtime[80], dir[80];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->root, "/tmp/gw-endpoints-XXXXXX");
    assert_non_null(mkdtemp(f->root));
    snprintf(f->runtime, sizeof f->runtime, "%s/run", f->root);
    snprintf(f->dir, sizeof f->dir, "%s/dir", f->root);
    assert_int_equal(mkdir(f->runtime, 0700), 0);
    assert_int_equal(mkdir(f->dir, 0700), 0);
    setenv("XDG_RUNTIME_DIR", f->runtime, 1);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    gw_endpoints_remove(f->dir);
    check_ok(gw_fs_remove(f->root));
    free(f);
    return 0;
}

static const char *path_of(const char *endpoint)
{
    assert_memory_equal(endpoint, "ipc://", 6);
    return endpoint + 6;
}

static void run_directory_of(const char *endpoint, char out[GW_ENDPOINT_BYTES])
{
    snprintf(out, GW_ENDPOINT_BYTES, "%s", path_of(endpoint));
    *strrchr(out, '/') = '\0';
}

static void the_same_dir_means_the_same_endpoint(void **state)
{
    struct fixture *f = *state;
    char a[GW_ENDPOINT_BYTES], b[GW_ENDPOINT_BYTES], link[128], roundabout[128];
    check_ok(gw_endpoint(f->dir, GW_ENDPOINT_AGENTS, a));
    assert_memory_equal(path_of(a), f->runtime, strlen(f->runtime));
    snprintf(roundabout, sizeof roundabout, "%s/../run/../dir/.", f->dir);
    check_ok(gw_endpoint(roundabout, GW_ENDPOINT_AGENTS, b));
    assert_string_equal(a, b);
    snprintf(link, sizeof link, "%s/link", f->root);
    assert_int_equal(symlink(f->dir, link), 0);
    check_ok(gw_endpoint(link, GW_ENDPOINT_AGENTS, b));
    assert_string_equal(a, b);
    check_ok(gw_endpoint(f->dir, GW_ENDPOINT_JOBS, b));
    assert_string_not_equal(a, b);
    check_ok(gw_endpoint(f->root, GW_ENDPOINT_AGENTS, b));
    assert_string_not_equal(a, b);
    gw_endpoints_remove(f->root);
}

static void the_run_directory_is_private(void **state)
{
    struct fixture *f = *state;
    char endpoint[GW_ENDPOINT_BYTES], run[GW_ENDPOINT_BYTES];
    check_ok(gw_endpoint(f->dir, GW_ENDPOINT_AGENTS, endpoint));
    run_directory_of(endpoint, run);
    struct stat info;
    assert_int_equal(stat(run, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(chmod(run, 0755), 0);
    check_rc(gw_endpoint(f->dir, GW_ENDPOINT_AGENTS, endpoint), GW_EDENIED);
    assert_non_null(strstr(gw_reason(), "open to other users"));
    assert_int_equal(rmdir(run), 0);
    assert_int_equal(symlink(f->root, run), 0);
    check_rc(gw_endpoint(f->dir, GW_ENDPOINT_AGENTS, endpoint), GW_EDENIED);
    assert_int_equal(unlink(run), 0);
}

static void a_long_runtime_directory_is_passed_over(void **state)
{
    struct fixture *f = *state;
    char deep[256], endpoint[GW_ENDPOINT_BYTES];
    snprintf(deep, sizeof deep, "%s/%0100d", f->root, 0);
    assert_int_equal(mkdir(deep, 0700), 0);
    setenv("XDG_RUNTIME_DIR", deep, 1);
    check_ok(gw_endpoint(f->dir, GW_ENDPOINT_CONSUMERS, endpoint));
    assert_true(strlen(path_of(endpoint)) <= 107);
    assert_null(strstr(endpoint, f->root));
    gw_endpoints_remove(f->dir);
}

static void a_dir_of_any_length_works(void **state)
{
    struct fixture *f = *state;
    char deep[1024], endpoint[GW_ENDPOINT_BYTES];
    int n = snprintf(deep, sizeof deep, "%s", f->root);
    for (int i = 0; i < 4; i++)
        n += snprintf(deep + n, sizeof deep - (size_t)n, "/%0200d", i);
    check_ok(gw_fs_mkdir(deep, 0700));
    check_ok(gw_endpoint(deep, GW_ENDPOINT_AGENTS, endpoint));
    assert_true(strlen(path_of(endpoint)) <= 107);
    gw_endpoints_remove(deep);
}

// A program without the session's environment finds what one with it began.
static void what_exists_is_used(void **state)
{
    struct fixture *f = *state;
    char service[GW_ENDPOINT_BYTES], session[GW_ENDPOINT_BYTES];
    char gone[96];
    snprintf(gone, sizeof gone, "%s/gone", f->root);
    setenv("XDG_RUNTIME_DIR", gone, 1);
    check_ok(gw_endpoint(f->dir, GW_ENDPOINT_AGENTS, service));
    setenv("XDG_RUNTIME_DIR", f->runtime, 1);
    check_ok(gw_endpoint(f->dir, GW_ENDPOINT_AGENTS, session));
    assert_string_equal(service, session);
    gw_endpoints_remove(f->dir);
    check_ok(gw_endpoint(f->dir, GW_ENDPOINT_AGENTS, session));
    assert_memory_equal(path_of(session), f->runtime, strlen(f->runtime));
}

static void no_dir_no_endpoint(void **state)
{
    (void)state;
    char endpoint[GW_ENDPOINT_BYTES] = "kept";
    check_rc(gw_endpoint("/no/such/dir", GW_ENDPOINT_AGENTS, endpoint), GW_ENOTFOUND);
    assert_string_equal(endpoint, "kept");
    gw_endpoints_remove("/no/such/dir");
}

static void ignore(struct gw_socket *socket, const struct gw_peer *peer, int rc, enum gw_msg type,
                   const ProtobufCMessage *message, void *arg)
{
    (void)socket, (void)peer, (void)rc, (void)type, (void)message, (void)arg;
}

static void only_stale_sockets_are_removed(void **state)
{
    struct fixture *f = *state;
    char endpoint[GW_ENDPOINT_BYTES];
    check_ok(gw_endpoint(f->dir, GW_ENDPOINT_AGENTS, endpoint));
    uv_loop_t loop;
    uv_loop_init(&loop);
    struct gw_socket *socket = NULL;
    struct gw_socket_options o = {.kind = GW_SOCKET_ROUTER, .bind = endpoint, .on_message = ignore};
    check_ok(gw_socket_new(&loop, &o, &socket));
    gw_endpoints_remove(f->dir);
    assert_int_equal(access(path_of(endpoint), F_OK), 0);
    gw_socket_free(socket);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    gw_socket_shutdown();
    assert_int_equal(access(path_of(endpoint), F_OK), 0); // ZeroMQ leaves the file, as kill -9 does
    gw_endpoints_remove(f->dir);
    char run[GW_ENDPOINT_BYTES];
    run_directory_of(endpoint, run);
    assert_int_not_equal(access(run, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_dir_means_the_same_endpoint, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_run_directory_is_private, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_runtime_directory_is_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dir_of_any_length_works, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_exists_is_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_dir_no_endpoint, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_stale_sockets_are_removed, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("wire/endpoints", tests, NULL, NULL);
}
