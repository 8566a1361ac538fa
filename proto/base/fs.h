// SPDX-License-Identifier: Apache-2.0
// Files as durable state: whole reads with a ceiling, atomic replaces, locks. Failures give GW_EIO or GW_ENOSPC with
// path and errno.
#ifndef GW_BASE_FS_H
#define GW_BASE_FS_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

// Append the file's bytes to out. GW_ENOTFOUND: no such file; GW_ELIMIT: more than the buffer may hold.
GW_MUST_CHECK int gw_fs_read(const char *path, struct gw_buf *out);
// Replace or make `path` with exactly these bytes: written beside it, fsynced, renamed, directory fsynced.
GW_MUST_CHECK int gw_fs_write(const char *path, const void *bytes, size_t n, int mode);
// All of `bytes` at the descriptor's position.
GW_MUST_CHECK int gw_fs_write_all(int fd, const void *bytes, size_t n);
// Make the directory and its parents (mode for new ones). An existing directory is fine.
GW_MUST_CHECK int gw_fs_mkdir(const char *path, int mode);
GW_MUST_CHECK int gw_fs_sync_dir(const char *path);
bool gw_fs_exists(const char *path);
// Remove a file or a whole directory tree; missing is fine. Does not follow symbolic links.
GW_MUST_CHECK int gw_fs_remove(const char *path);
// Total bytes of the regular files below path.
uint64_t gw_fs_usage(const char *path);

// Hold an exclusive lock on `path` (made when missing) until the descriptor is closed or the process ends; the pid is
// written into it for people. GW_EAGAIN: another process holds it (the reason names its pid).
GW_MUST_CHECK int gw_fs_lock(const char *path, int *ret_fd);

// The directory of the running program ("/usr/bin"), into out; false when unknown.
bool gw_fs_program_dir(char *out, size_t bytes);
// A program beside the running one, else in PATH; malloc'd. GW_ENOTFOUND says where it looked.
GW_MUST_CHECK int gw_fs_find_program(const char *name, char **ret_path);

#endif
