// SPDX-License-Identifier: Apache-2.0
// Bytes of a response to UTF-8: which encoding, why, and the conversion.
//
// Order of belief: BOM > valid multi-byte UTF-8 > the source definition > HTTP > XML declaration or <meta> in the first
// 4 KiB > statistics. Valid UTF-8 stands above every label because savers and proxies transcode pages and leave the
// label; text in another encoding is practically never valid by chance.
#ifndef GW_HTML_DECODE_H
#define GW_HTML_DECODE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct gw_decode_input {
    const void *bytes;
    size_t length;
    const char *content_type; // as sent; may be NULL
    const char *charset;      // the source's; NULL or "auto" for none
};

struct gw_decoded {
    struct gw_span text; // valid UTF-8 without BOM; in the arena, or borrowed from the input when that already was it
    const char *charset; // "utf-8 (valid)", "gb18030 (meta)": the decision and why; in the arena
    bool truncated;      // more than GW_BODY_MAX decoded bytes; the rest was not read
};

// Open every converter once. A sandboxed process must call it before it locks itself: glibc loads a module per
// encoding. GW_EIO: this system lacks one (the reason names it); the others are open.
GW_MUST_CHECK int gw_decode_warm(void);

// Malformed bytes become U+FFFD. GW_EINVAL: zero bytes, or binary (the reason says which kind); GW_ELIMIT: arena full.
GW_MUST_CHECK int gw_decode(struct gw_arena *arena, const struct gw_decode_input *input,
                            struct gw_decoded *ret_decoded);

#endif
