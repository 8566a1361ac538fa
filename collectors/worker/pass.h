// SPDX-License-Identifier: Apache-2.0
// Bytes with one descriptor over a local socket (SCM_RIGHTS, unix(7)). Results and errno as sendmsg and recvmsg give
// them.
#ifndef GW_WORKER_PASS_H
#define GW_WORKER_PASS_H

#include <stddef.h>
#include <sys/types.h>

// fd < 0: bytes alone. Never raises SIGPIPE.
ssize_t gw_pass_send(int socket_fd, const void *bytes, size_t n, int fd);
// *ret_fd: the descriptor that came along (close-on-exec, the caller's), else -1.
ssize_t gw_pass_receive(int socket_fd, void *bytes, size_t n, int *ret_fd);

#endif
