// SPDX-License-Identifier: Apache-2.0
#include "type.h"

#include "base/err.h"

#include <stdbool.h>
#include <string.h>

static const struct {
    size_t at;
    struct gw_span bytes;
    const char *what;
} MAGIC[] = {
    {0, GW_SPAN("%PDF-"), "a PDF file"},
    {0, GW_SPAN("\x89PNG"), "an image"},
    {0, GW_SPAN("GIF8"), "an image"},
    {0, GW_SPAN("\xFF\xD8\xFF"), "an image"},
    {8, GW_SPAN("WEBP"), "an image"},
    {4, GW_SPAN("ftyp"), "a video"},
    {0, GW_SPAN("PK\x03\x04"), "an archive or office file"},
    {0, GW_SPAN("\xD0\xCF\x11\xE0"), "an office file"},
    {0, GW_SPAN("{\\rtf"), "an office file"},
    {0, GW_SPAN("Rar!"), "an archive"},
    {0, GW_SPAN("7z\xBC\xAF"), "an archive"},
    {0,
     GW_SPAN("\x7F"
             "ELF"),
     "a program"},
    {0, GW_SPAN("MZ\x90"), "a program"},
};

static const struct {
    const char *type; // ends with '/': a whole family
    bool lists_too;
    const char *what;
} TYPES[] = {
    {"application/pdf", true, "a PDF file"},
    {"image/", true, "an image"},
    {"video/", true, "a video"},
    {"audio/", true, "a sound"},
    {"font/", true, "a font"},
    {"application/msword", true, "an office file"},
    {"application/vnd.ms-excel", true, "an office file"},
    {"application/vnd.openxmlformats-officedocument", true, "an office file"},
    {"application/zip", true, "an archive"},
    {"application/json", false, "JSON"},
    {"text/css", true, "a style sheet"},
};

static bool looks_like_text(struct gw_span body)
{
    struct gw_span start = gw_span_trim(body);
    if (gw_starts_with(start, "\xEF\xBB\xBF"))
        start = (struct gw_span){start.at + 3, start.bytes - 3};
    return gw_starts_with(start, "<");
}

const char *gw_type_refuses(Gw__Purpose purpose, const char *content_type, struct gw_span body)
{
    for (size_t i = 0; i < GW_COUNT(MAGIC); i++) {
        size_t at = MAGIC[i].at, bytes = MAGIC[i].bytes.bytes;
        if (body.bytes >= at + bytes && memcmp(body.at + at, MAGIC[i].bytes.at, bytes) == 0)
            return MAGIC[i].what;
    }
    if (looks_like_text((struct gw_span){body.at, body.bytes < 512 ? body.bytes : 512}))
        return NULL;
    for (size_t i = 0; i < GW_COUNT(TYPES); i++) {
        bool applies = TYPES[i].lists_too || purpose != GW__PURPOSE__PURPOSE_LIST;
        if (applies && gw_starts_with_nocase(gw_span_of(content_type), TYPES[i].type))
            return TYPES[i].what;
    }
    return NULL;
}
