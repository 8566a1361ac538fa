// SPDX-License-Identifier: Apache-2.0
#include "screen.h"

#include "base/err.h"

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOG_BYTES = 64 * 1024 };

struct gw_screen {
    struct gw_look look;
    uv_poll_t poll;
    int logs_fd, saved_stderr;
    struct gw_buf logs;   // bytes of lines that are not whole yet
    struct gw_buf status; // as shown; empty: none
};

static void hide_status(struct gw_screen *screen)
{
    if (screen->status.bytes)
        fputs("\r\033[K", stdout);
}

static void show_status(struct gw_screen *screen)
{
    if (screen->status.bytes)
        fprintf(stdout, "%s%s%s", screen->look.colours ? "\033[2m" : "", gw_buf_str(&screen->status),
                screen->look.colours ? "\033[0m" : "");
    fflush(stdout);
}

void gw_screen_line(struct gw_screen *screen, const char *text)
{
    hide_status(screen);
    fprintf(stdout, "%s\n", text);
    show_status(screen);
}

void gw_screen_status(struct gw_screen *screen, const char *text)
{
    hide_status(screen);
    gw_buf_reset(&screen->status);
    gw_text_columns(&screen->status, text, screen->look.columns ? screen->look.columns - 1 : 0);
    show_status(screen);
}

static void print_logs(struct gw_screen *screen)
{
    char *line = screen->logs.data, *end;
    hide_status(screen);
    while (line && (end = strchr(line, '\n'))) {
        *end = '\0';
        size_t n = strcspn(line, "\r"); // the terminal's own line end
        fprintf(stdout, "%.*s\n", (int)n, line);
        line = end + 1;
    }
    show_status(screen);
    if (line)
        gw_buf_drop_front(&screen->logs, (size_t)(line - screen->logs.data));
}

static void read_logs(struct gw_screen *screen)
{
    char bytes[4096];
    ssize_t n;
    while ((n = read(screen->logs_fd, bytes, sizeof bytes)) > 0) {
        gw_buf_add(&screen->logs, bytes, (size_t)n);
        print_logs(screen);
        if (!gw_buf_ok(&screen->logs))
            gw_buf_reset(&screen->logs); // a line without end is nobody's log
    }
}

static void on_logs(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events;
    read_logs(poll->data);
}

struct gw_screen *gw_screen_new(uv_loop_t *loop, const struct gw_look *look)
{
    int logs_fd, stderr_fd;
    if (!look->terminal || openpty(&logs_fd, &stderr_fd, NULL, NULL, NULL) != 0)
        return NULL;
    struct gw_screen *screen = calloc(1, sizeof *screen);
    gw_assert(screen);
    screen->look = *look;
    screen->logs_fd = logs_fd;
    screen->logs = GW_BUF(LOG_BYTES);
    screen->status = GW_BUF(4096);
    fcntl(logs_fd, F_SETFL, O_NONBLOCK);
    fcntl(logs_fd, F_SETFD, FD_CLOEXEC);
    screen->saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    dup2(stderr_fd, STDERR_FILENO);
    close(stderr_fd);
    gw_assert(uv_poll_init(loop, &screen->poll, logs_fd) == 0);
    screen->poll.data = screen;
    uv_poll_start(&screen->poll, UV_READABLE, on_logs);
    return screen;
}

static void on_closed(uv_handle_t *handle)
{
    struct gw_screen *screen = handle->data;
    close(screen->logs_fd);
    gw_buf_fini(&screen->logs);
    gw_buf_fini(&screen->status);
    free(screen);
}

struct gw_screen *gw_screen_free(struct gw_screen *screen)
{
    if (!screen)
        return NULL;
    read_logs(screen);
    hide_status(screen);
    gw_buf_reset(&screen->status);
    fflush(stdout);
    dup2(screen->saved_stderr, STDERR_FILENO);
    close(screen->saved_stderr);
    uv_close((uv_handle_t *)&screen->poll, on_closed);
    return NULL;
}
