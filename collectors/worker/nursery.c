// SPDX-License-Identifier: Apache-2.0
#include "nursery.h"

#include "base/arena.h"
#include "base/fs.h"
#include "base/log.h"
#include "html/decode.h"
#include "worker/pass.h"
#include "worker/reader.h"
#include "worker/sandbox.h"
#include "worker/understand.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NURSERY_FD = 3 };

// ---- the fetcher's side

int gw_nursery_start(const char *bodies, int *ret_fd, pid_t *ret_pid)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return gw_fail_errno("socketpair");
    pid_t pid = fork();
    if (pid < 0) {
        close(pair[0]);
        close(pair[1]);
        return gw_fail_errno("fork");
    }
    if (pid == 0) {
        gw_sandbox_die_with_parent(SIGKILL);
        // dup2 onto itself would keep close-on-exec
        if (pair[1] == NURSERY_FD ? fcntl(NURSERY_FD, F_SETFD, 0) < 0 : dup2(pair[1], NURSERY_FD) < 0)
            _exit(GW_EXIT_FAILED);
        execl("/proc/self/exe", "govwire-collector", "--reader", bodies ? "--bodies" : NULL, bodies, (char *)NULL);
        _exit(GW_EXIT_FAILED);
    }
    close(pair[1]);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    *ret_fd = pair[0];
    *ret_pid = pid;
    return 0;
}

int gw_nursery_ask(int nursery_fd, int reader_fd)
{
    char byte = 0;
    ssize_t n = gw_pass_send(nursery_fd, &byte, 1, reader_fd);
    if (n == 1)
        return 0;
    return errno == EAGAIN ? gw_fail(GW_EAGAIN, "the nursery is busy") : gw_fail_errno("nursery");
}

int gw_nursery_answer(int nursery_fd, pid_t *ret_pid)
{
    pid_t pid;
    ssize_t n = recv(nursery_fd, &pid, sizeof pid, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return gw_fail(GW_EAGAIN, "no reader yet");
    if (n != sizeof pid)
        return gw_fail(GW_EIO, "the nursery is gone");
    *ret_pid = pid;
    return 0;
}

// ---- the process

static void warm_page(struct gw_arena *arena, Gw__Purpose purpose, const char *content_type, const char *text)
{
    Gw__Source source = GW__SOURCE__INIT;
    source.id = (char *)"warm";
    Gw__ReadReq request = GW__READ_REQ__INIT;
    request.job = 1;
    request.purpose = purpose;
    request.url = (char *)"https://warm.example.cn/a/1.html";
    request.content_type = (char *)content_type;
    request.source = &source;
    Gw__ReadResult result;
    gw_understand(arena, &request, NULL, text, strlen(text), &result);
    gw_arena_reset(arena);
}

// Tables that are made at first use are made here, once, and shared by every reader.
static void warm(void)
{
    static const char ARTICLE[] =
        "<!DOCTYPE html><html><head><title>通知 - Town</title><meta name=\"PubDate\" content=\"2024-03-04 09:18\">"
        "<script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"headline\":\"n\"}</script></head><body>"
        "<h1>关于印发通知的通知</h1><div>来源：市经信局 发布时间：2024-03-04</div><div id=\"zoom\"><p>各区县人民政府："
        "根据工信部联规〔2021〕207号，2024年3月4日前安排300万元，增长8%。</p><p>On March 4, 2024 the Ministry of "
        "Finance announced 300 million yuan for 2,066 enterprises in the city, up 8 percent from a year earlier.</p>"
        "</div></body></html>";
    static const char LIST[] =
        "<!DOCTYPE html><html><body><ul><li><a href=\"./202403/t20240304_1.html\" title=\"通知一则\">通知</a><span>"
        "2024-03-04</span></li><li><a href=\"./202403/t20240304_2.html\">公告二则</a><span>2024-03-03</span></li><li>"
        "<a href=\"./202403/t20240304_3.html\">公告三则</a><span>2024-03-02</span></li></ul></body></html>";
    static const char FEED[] =
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>t</title><item><title>a</title><link>"
        "https://warm.example.cn/a</link><pubDate>Mon, 04 Mar 2024 09:18:27 +0800</pubDate></item></channel></rss>";
    if (gw_decode_warm() != 0)
        gw_warn("reader", "warm", "%s; pages in it will fail", gw_reason());
    struct gw_arena *arena = gw_arena_new(GW_PAGE_ARENA);
    warm_page(arena, GW__PURPOSE__PURPOSE_ARTICLE, "text/html", ARTICLE);
    warm_page(arena, GW__PURPOSE__PURPOSE_ARTICLE, "text/plain", "Title\nSource: Town Hall | 2024-03-04\nText.");
    warm_page(arena, GW__PURPOSE__PURPOSE_LIST, "text/html", LIST);
    warm_page(arena, GW__PURPOSE__PURPOSE_LIST, "application/rss+xml", FEED);
    warm_page(arena, GW__PURPOSE__PURPOSE_LIST, "application/json", "[{\"title\":\"a\",\"url\":\"/a\"}]");
    gw_arena_free(arena);
}

// The user's own public bodies. A file that cannot be used costs its names only; `govwire check` and `up` say so.
static struct gw_policy_table *load_bodies(const char *path)
{
    struct gw_buf csv = GW_BUF(GW_POLICY_TABLE_MAX);
    struct gw_policy_table *table = NULL;
    int rc = gw_fs_read(path, &csv);
    if (rc == GW_OK)
        rc = gw_policy_table_new(gw_buf_str(&csv), csv.bytes, &table);
    if (rc != GW_OK)
        gw_error("reader", "bodies", "%s: %s; going on without", path, gw_reason());
    gw_buf_fini(&csv);
    return table;
}

static int read_as_child(int fd, const struct gw_policy_table *bodies)
{
    prctl(PR_SET_NAME, "govwire-reader");
    gw_sandbox_die_with_parent(SIGKILL);
    if (fd != NURSERY_FD && dup2(fd, NURSERY_FD) < 0)
        return GW_EXIT_FAILED;
    close_range(NURSERY_FD + 1, ~0U, 0);
    if (gw_sandbox_reader(NURSERY_FD, NULL) != 0) {
        gw_error("reader", "locked", "%s; it reads nothing", gw_reason());
        return GW_EXIT_FAILED;
    }
    return gw_reader_run(NURSERY_FD, bodies) == 0 ? GW_EXIT_OK : GW_EXIT_FAILED;
}

int gw_nursery_main(const char *bodies)
{
    prctl(PR_SET_NAME, "govwire-nursery");
    gw_sandbox_die_with_parent(SIGKILL);
    warm();
    const struct gw_policy_table *table = bodies ? load_bodies(bodies) : NULL;
    for (;;) {
        char byte;
        int reader_fd;
        ssize_t n = gw_pass_receive(NURSERY_FD, &byte, 1, &reader_fd);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return GW_EXIT_OK; // the fetcher is gone
        if (reader_fd < 0)
            return GW_EXIT_FAILED;
        // fork() with the fetcher as the child's parent. One thread, so the C library has nothing to put in order.
        pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
        if (pid == 0)
            return read_as_child(reader_fd, table);
        close(reader_fd);
        if (send(NURSERY_FD, &pid, sizeof pid, MSG_NOSIGNAL) != sizeof pid)
            return GW_EXIT_OK;
    }
}
