// SPDX-License-Identifier: Apache-2.0
// DESIGN: a list's kind is the source's, or found from the bytes of the answer: the rows of `kinds` are asked in order
// and html takes what nobody else claims.
#include "list/list.h"

#include "list/kind.h"

static const struct gw_list_kind *const kinds[] = {
    &gw_list_html, // the last: it has no sniff and takes the rest
};

static const Gw__ListRule no_rule = GW__LIST_RULE__INIT;

static const struct gw_list_kind *choose(const struct gw_list_job *job)
{
    const char *wanted = job->rule->kind;
    for (size_t i = 0; i < GW_COUNT(kinds); i++) {
        if (wanted && *wanted && !gw_str_eq(wanted, "auto")) {
            if (gw_str_eq(kinds[i]->name, wanted))
                return kinds[i];
        } else if (!kinds[i]->sniff || kinds[i]->sniff(&job->input->answer)) {
            return kinds[i];
        }
    }
    return NULL;
}

int gw_list_read(struct gw_arena *arena, const struct gw_list_input *input, Gw__Rows **ret_rows, Gw__Request **ret_then)
{
    struct gw_list_job job = {.arena = arena, .input = input, .rule = &no_rule, .url = input->answer.url};
    if (input->source && input->source->list)
        job.rule = input->source->list;
    *ret_then = NULL;
    const struct gw_list_kind *kind = choose(&job);
    if (!kind)
        return gw_fail(GW_EINVAL, "list.kind: there is no kind '%s'", job.rule->kind);
    return kind->read(&job, ret_rows, ret_then);
}
