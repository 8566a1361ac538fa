// SPDX-License-Identifier: Apache-2.0
// Uses only system calls that sandbox.c leaves it: recvmsg, sendto, fstat, mmap.
#include "reader.h"

#include "base/arena.h"
#include "base/buf.h"
#include "html/page.h"
#include "wire/frame.h"
#include "worker/pass.h"
#include "worker/understand.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REQUEST_ARENA = 8 * 1024 * 1024, COMPILED_BYTES = 8 * 1024 * 1024, CHUNK = 64 * 1024 };

struct reader {
    int fd;
    struct gw_understand_kept kept;
    struct gw_arena *request_arena, *page_arena;
    struct gw_buf in, out;
};

// One whole frame into reader->in and the descriptor that came with it. GW_ENOTFOUND: the fetcher is gone.
static int receive(struct reader *reader, int *ret_memfd)
{
    size_t want = 0;
    *ret_memfd = -1;
    gw_buf_reset(&reader->in);
    while (want == 0 || reader->in.bytes < want) {
        int rc = gw_frame_size(gw_buf_str(&reader->in), reader->in.bytes, &want);
        if (rc)
            return rc;
        size_t room = want ? want - reader->in.bytes : GW_FRAME_HEADER - reader->in.bytes;
        if (room == 0)
            break;
        char *at = gw_buf_reserve(&reader->in, room);
        int passed;
        ssize_t n = at ? gw_pass_receive(reader->fd, at, room, &passed) : 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return gw_fail(GW_ENOTFOUND, "the fetcher is gone");
        if (passed >= 0) {
            if (*ret_memfd >= 0)
                close(*ret_memfd);
            *ret_memfd = passed;
        }
        gw_buf_grow(&reader->in, (size_t)n);
    }
    return 0;
}

static int answer(struct reader *reader, const Gw__ReadResult *result)
{
    gw_buf_reset(&reader->out);
    int rc = gw_frame_pack(&reader->out, GW_MSG_READ_RESULT, result);
    if (rc)
        return rc;
    for (size_t sent = 0; sent < reader->out.bytes;) {
        ssize_t n = send(reader->fd, reader->out.data + sent, reader->out.bytes - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return gw_fail(GW_ENOTFOUND, "the fetcher is gone");
        sent += (size_t)n;
    }
    return 0;
}

static int read_page(struct reader *reader, int memfd)
{
    enum gw_msg type;
    ProtobufCMessage *message;
    gw_arena_reset(reader->request_arena);
    int rc = gw_frame_unpack(reader->in.data, reader->in.bytes, reader->request_arena, &type, &message);
    if (rc)
        return rc;
    struct stat info;
    if (type != GW_MSG_READ_REQ || memfd < 0 || fstat(memfd, &info) != 0)
        return gw_fail(GW_EPROTO, "a page without its bytes");
    const Gw__ReadReq *request = (const Gw__ReadReq *)message;
    size_t n = (size_t)info.st_size;
    if (n != request->body_bytes || n > GW_BODY_MAX)
        return gw_fail(GW_EPROTO, "%zu bytes where %llu were announced", n, (unsigned long long)request->body_bytes);
    void *bytes = n ? mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_POPULATE, memfd, 0) : NULL;
    if (bytes == MAP_FAILED)
        return gw_fail_errno("mmap");
    Gw__ReadResult result;
    gw_arena_reset(reader->page_arena);
    gw_understand(reader->page_arena, request, &reader->kept, n ? bytes : "", n, &result);
    rc = answer(reader, &result);
    gw_compiled_trim(reader->kept.compiled, COMPILED_BYTES);
    if (n)
        munmap(bytes, n);
    return rc;
}

int gw_reader_run(int fd, const struct gw_policy_table *bodies)
{
    struct reader reader = {.fd = fd,
                            .kept = {.bodies = bodies, .compiled = gw_compiled_new()},
                            .request_arena = gw_arena_new(REQUEST_ARENA),
                            .page_arena = gw_arena_new(GW_PAGE_ARENA),
                            .in = GW_BUF(GW_FRAME_MAX + CHUNK),
                            .out = GW_BUF(GW_FRAME_MAX + CHUNK)};
    int rc, memfd;
    while ((rc = receive(&reader, &memfd)) == 0 && (rc = read_page(&reader, memfd)) == 0)
        close(memfd);
    gw_arena_free(reader.request_arena);
    gw_arena_free(reader.page_arena);
    gw_compiled_free(reader.kept.compiled);
    gw_buf_fini(&reader.in);
    gw_buf_fini(&reader.out);
    return rc == GW_ENOTFOUND ? 0 : rc;
}
