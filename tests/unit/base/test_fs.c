// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];

static char *in_dir(const char *name)
{
    static char path[8][128];
    static unsigned next;
    char *at = path[next++ % 8];
    snprintf(at, sizeof path[0], "%s/%s", dir, name);
    return at;
}

static int make_dir(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/govwire-test-fs-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    return gw_fs_remove(dir);
}

static void writes_are_whole_and_read_back(void **state)
{
    (void)state;
    check_ok(gw_fs_mkdir(in_dir("a/b/c"), 0700));
    check_ok(gw_fs_mkdir(in_dir("a/b/c"), 0700));
    check_ok(gw_fs_write(in_dir("a/b/c/file"), "hello", 5, 0600));
    check_ok(gw_fs_write(in_dir("a/b/c/file"), "world!", 6, 0600));
    struct gw_buf out = GW_BUF(6);
    check_ok(gw_fs_read(in_dir("a/b/c/file"), &out));
    assert_string_equal(gw_buf_str(&out), "world!");
    gw_buf_fini(&out);
    struct gw_buf small = GW_BUF(5);
    check_rc(gw_fs_read(in_dir("a/b/c/file"), &small), GW_ELIMIT);
    gw_buf_fini(&small);
    check_rc(gw_fs_read(in_dir("nothing"), &out), GW_ENOTFOUND);
    assert_int_equal(gw_fs_usage(dir), 6);
    check_ok(gw_fs_remove(in_dir("a")));
    assert_false(gw_fs_exists(in_dir("a")));
    check_ok(gw_fs_remove(in_dir("a")));
}

static void a_file_where_a_directory_should_be_is_named(void **state)
{
    (void)state;
    check_ok(gw_fs_write(in_dir("plain"), "", 0, 0600));
    check_rc(gw_fs_mkdir(in_dir("plain/below"), 0700), GW_EIO);
    assert_non_null(strstr(gw_reason(), "plain: cannot make directory"));
}

static void the_lock_names_its_holder(void **state)
{
    (void)state;
    int fd, other, to_child[2], from_child[2];
    assert_int_equal(pipe(to_child) | pipe(from_child), 0);
    pid_t child = fork();
    if (child == 0) {
        char c;
        int ok = gw_fs_lock(in_dir("lock"), &fd) == GW_OK && write(from_child[1], "l", 1) == 1 &&
                 read(to_child[0], &c, 1) == 1;
        _exit(ok ? 0 : 1);
    }
    char c;
    assert_int_equal(read(from_child[0], &c, 1), 1);
    check_rc(gw_fs_lock(in_dir("lock"), &other), GW_EAGAIN);
    char pid[32];
    snprintf(pid, sizeof pid, "process %d", (int)child);
    assert_non_null(strstr(gw_reason(), pid));
    assert_int_equal(write(to_child[1], "x", 1), 1);
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    check_ok(gw_fs_lock(in_dir("lock"), &other)); // its end freed it
    close(other);
}

static void a_missing_program_says_where_it_looked(void **state)
{
    (void)state;
    char *path;
    check_rc(gw_fs_find_program("govwire-no-such-program", &path), GW_ENOTFOUND);
    assert_non_null(strstr(gw_reason(), "nor in PATH"));
    check_ok(gw_fs_find_program("sh", &path));
    assert_int_equal(access(path, X_OK), 0);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_are_whole_and_read_back),
        cmocka_unit_test(a_file_where_a_directory_should_be_is_named),
        cmocka_unit_test(the_lock_names_its_holder),
        cmocka_unit_test(a_missing_program_says_where_it_looked),
    };
    return cmocka_run_group_tests_name("base/fs", tests, make_dir, remove_dir);
}
