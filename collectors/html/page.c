// SPDX-License-Identifier: Apache-2.0
#include "page.h"

#include "base/clock.h"
#include "cut.h"
#include "decode.h"
#include "dom.h"
#include "model/url.h"

#include <setjmp.h>
#include <string.h>

enum { CHECK_EVERY = 32 * 1024 }; // bytes Gumbo allocates between two looks at the clock

struct budget {
    int64_t end_us;
    bool over;
};

static _Bool within(void *arg)
{
    struct budget *budget = arg;
    budget->over |= gw_clock_cpu_us() > budget->end_us;
    return !budget->over;
}

static void *allocate(void *arena, size_t bytes)
{
    return gw_arena_alloc(arena, bytes);
}

static void keep(void *arena, void *memory)
{
    (void)arena, (void)memory; // all of it goes with the arena
}

// Gumbo, left by longjmp when memory or time ends. NULL then. Nothing here may live in a register across setjmp.
static GumboOutput *parse(struct gw_arena *arena, struct gw_span text, struct budget *budget)
{
    jmp_buf ceiling;
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = allocate;
    options.deallocator = keep;
    options.userdata = arena;
    options.max_errors = 0;
    GumboOutput *volatile output = NULL;
    if (setjmp(ceiling) == 0) {
        gw_arena_on_limit(arena, &ceiling);
        gw_arena_on_progress(arena, CHECK_EVERY, within, budget);
        output = gumbo_parse_with_options(&options, text.at, text.bytes);
    }
    gw_arena_on_progress(arena, 0, NULL, NULL);
    gw_arena_on_limit(arena, NULL);
    return output;
}

static GumboNode *child_element(GumboNode *parent, GumboTag tag)
{
    const GumboVector *children = gw_dom_children(parent);
    for (unsigned i = 0; i < children->length; i++)
        if (gw_dom_is(children->data[i], tag))
            return children->data[i];
    return NULL;
}

static const char *find_base(struct gw_arena *arena, const struct gw_page *page, const char *url)
{
    GumboNode *head = page->root ? child_element(page->root, GUMBO_TAG_HEAD) : NULL;
    GumboNode *base = head ? gw_dom_find(head, GUMBO_TAG_BASE) : NULL;
    const char *href = base ? gw_dom_attr(base, "href") : NULL;
    const char *resolved = href && *href ? gw_url_resolve(arena, url, href) : NULL;
    return resolved ? resolved : url;
}

static bool says_text(const char *content_type)
{
    return content_type && gw_starts_with_nocase(gw_span_trim(gw_span_of(content_type)), "text/plain");
}

int gw_page_parse(struct gw_arena *arena, const struct gw_page_input *input, struct gw_page *ret_page)
{
    struct budget budget = {gw_clock_cpu_us() + (input->budget_ms ? input->budget_ms : GW_PAGE_BUDGET_MS) * 1000LL, 0};
    struct gw_page page = {.arena = arena, .truncated = input->truncated, .base_url = input->url};
    struct gw_decode_input bytes = {input->bytes, input->length, input->content_type, input->charset};
    struct gw_decoded decoded;
    int rc = gw_decode(arena, &bytes, &decoded);
    if (rc < 0)
        return rc;
    page.text = decoded.text;
    page.charset = decoded.charset;
    page.truncated |= decoded.truncated;
    page.is_text = says_text(input->content_type);
    if (!page.is_text) {
        struct gw_cut cut;
        rc = gw_cut(arena, decoded.text, input->lean, &cut);
        if (rc < 0)
            return rc;
        page.asides = cut.asides;
        page.aside_count = cut.aside_count;
        page.truncated |= cut.truncated;
        GumboOutput *output = parse(arena, cut.text, &budget);
        if (!output)
            return budget.over ? gw_fail(GW_ELIMIT, "page took more CPU time than it may")
                               : gw_fail(GW_ELIMIT, "page took more memory than it may");
        page.document = output->document;
        page.root = output->root;
        page.body = child_element(page.root, GUMBO_TAG_BODY);
        page.base_url = find_base(arena, &page, input->url);
    }
    *ret_page = page;
    return GW_OK;
}
