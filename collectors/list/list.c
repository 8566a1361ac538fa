// SPDX-License-Identifier: Apache-2.0
// DESIGN: a list's kind is the source's, or found from the bytes of the answer: the rows of `kinds` are asked in order
// and html takes what nobody else claims.
#include "list/list.h"

#include "list/chain.h"
#include "list/kind.h"

#include <limits.h>
#include <zlib.h>

static const struct gw_list_kind *const kinds[] = {
    &gw_list_feed,         &gw_list_sitemap,  &gw_list_json, &gw_list_json_html, &gw_list_xml_records,
    &gw_list_script_array, &gw_list_calendar, &gw_list_csv,  &gw_list_xml,       &gw_list_html,
};

static const Gw__ListRule no_rule = GW__LIST_RULE__INIT;

static const struct gw_list_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < GW_COUNT(kinds); i++)
        if (gw_str_eq(kinds[i]->name, name))
            return kinds[i];
    return NULL;
}

static const struct gw_list_kind *find_by_bytes(const struct gw_page_input *answer)
{
    for (size_t i = 0; i < GW_COUNT(kinds); i++)
        if (kinds[i]->sniff && kinds[i]->sniff(answer))
            return kinds[i];
    return &gw_list_html;
}

// ---- compressed files (sitemap.xml.gz); what HTTP compressed was unpacked by the fetcher

static bool is_gzip(const struct gw_page_input *answer)
{
    const unsigned char *bytes = answer->bytes;
    return answer->length > 18 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8;
}

// Replaces the answer's bytes by what they unpack to, at most GW_BODY_MAX of it.
static int unpack(struct gw_arena *arena, struct gw_page_input *answer)
{
    z_stream z = {.next_in = (Bytef *)answer->bytes,
                  .avail_in = answer->length > UINT_MAX ? UINT_MAX : (uInt)answer->length};
    size_t room = GW_BODY_MAX / 8;
    char *out = NULL;
    int rc = Z_BUF_ERROR;
    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
        return gw_fail(GW_ELIMIT, "gzip: out of memory");
    for (; rc == Z_BUF_ERROR && room <= GW_BODY_MAX; room *= 8) { // twice at most: one guess, then the ceiling
        inflateReset(&z);
        z.next_in = (Bytef *)answer->bytes;
        z.avail_in = (uInt)answer->length;
        out = gw_arena_alloc(arena, room);
        z.next_out = (Bytef *)out;
        z.avail_out = (uInt)room;
        rc = out ? inflate(&z, Z_FINISH) : Z_MEM_ERROR;
        if (rc == Z_OK)
            rc = Z_BUF_ERROR;
    }
    size_t bytes = z.total_out;
    inflateEnd(&z);
    if (bytes == 0 || !out || rc == Z_MEM_ERROR)
        return gw_fail(GW_EINVAL, "gzip: damaged");
    answer->bytes = out;
    answer->length = bytes;
    answer->truncated = answer->truncated || rc != Z_STREAM_END;
    answer->content_type = NULL;
    return 0;
}

static int read_answer(struct gw_arena *arena, const struct gw_list_input *input, struct gw_compiled *compiled,
                       Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    struct gw_list_job job = {
        .arena = arena, .input = input, .rule = &no_rule, .url = input->answer.url, .compiled = compiled};
    if (input->source && input->source->list)
        job.rule = input->source->list;
    *ret_then = NULL;
    if (input->answer.length == 0)
        return gw_fail(GW_EINVAL, "zero bytes");
    struct gw_list_input unpacked = *input;
    if (is_gzip(&input->answer)) {
        int rc = unpack(arena, &unpacked.answer);
        if (rc != 0)
            return rc;
        job.input = &unpacked;
    }
    const char *name = job.rule->kind;
    bool said = name && *name && !gw_str_eq(name, "auto");
    const struct gw_list_kind *kind = said ? find_kind(name) : find_by_bytes(&job.input->answer);
    if (!kind)
        return gw_fail(GW_EINVAL, "list.kind: there is no kind '%s'", name);
    bool first = job.rule->then && input->request_no == 0;
    int rc = first ? gw_chain_follow(&job, ret_rows, ret_then) : kind->read(&job, ret_rows, ret_then);
    if (rc == 0 && *ret_then)
        gw_rows_warn(arena, *ret_rows,
                     gw_arena_printf(arena, "the rows come with a second request: %s", (*ret_then)->url));
    return rc;
}

int gw_list_read(struct gw_arena *arena, const struct gw_list_input *input, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    struct gw_compiled *own = input->compiled ? NULL : gw_compiled_new();
    int rc = read_answer(arena, input, own ? own : input->compiled, ret_rows, ret_then);
    gw_compiled_free(own);
    return rc;
}

bool gw_list_is_page(const struct gw_page_input *answer)
{
    return answer->length == 0 || (!is_gzip(answer) && find_by_bytes(answer) == &gw_list_html);
}
