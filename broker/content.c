// SPDX-License-Identifier: Apache-2.0
#include "content.h"

#include "base/err.h"
#include "model/text.h"

#include <string.h>

enum { FORM_BYTES = 16 * 1024 * 1024 }; // far above any frame: NFKC lengthens at most 18 times

#define FIELD(name, class)                                                                                             \
    {                                                                                                                  \
#name, offsetof(Gw__Document, name), class                                                                     \
    }

const struct gw_content_field gw_content_fields[] = {
    FIELD(title, GW_CONTENT_TEXT),
    FIELD(subtitle, GW_CONTENT_TEXT),
    FIELD(published, GW_CONTENT_DATE),
    FIELD(written, GW_CONTENT_DATE),
    FIELD(effective, GW_CONTENT_DATE),
    FIELD(expiry, GW_CONTENT_DATE),
    FIELD(source, GW_CONTENT_OTHER),
    FIELD(author, GW_CONTENT_OTHER),
    FIELD(editor, GW_CONTENT_OTHER),
    FIELD(doc_number, GW_CONTENT_NUMBER),
    FIELD(index_number, GW_CONTENT_NUMBER),
    FIELD(notice, GW_CONTENT_OTHER),
    {0},
};

static bool is_from_list(const Gw__Document *document, const char *field)
{
    for (size_t i = 0; i < document->n_evidence; i++)
        if (strcmp(document->evidence[i]->field, field) == 0)
            return strcmp(document->evidence[i]->from, "list") == 0;
    return false;
}

const char *gw_content_text(const Gw__Document *document, const struct gw_content_field *field)
{
    const char *text = *(char *const *)((const char *)document + field->offset);
    return text && !is_from_list(document, field->name) ? text : "";
}

void gw_content_attachments(const Gw__Document *document, struct gw_buf *out)
{
    for (size_t i = 0; i < document->n_attachments; i++)
        gw_buf_printf(out, "%s %s\n", document->attachments[i]->name, document->attachments[i]->url);
}

// Name and length frame each value, so that text cannot move from one field into the next unseen.
static void add(struct gw_sha256 *state, struct gw_buf *form, const char *name, struct gw_span text)
{
    gw_buf_reset(form);
    gw_text_bare_form(text, form);
    if (form->bytes == 0)
        return; // an absent field and an empty one look alike; so a field this table gains later changes no digest
    uint64_t bytes = form->bytes;
    gw_sha256_add(state, name, strlen(name) + 1);
    gw_sha256_add(state, &bytes, sizeof bytes);
    gw_sha256_add(state, form->data, form->bytes);
}

void gw_content_digest(const Gw__Document *document, uint8_t out[GW_SHA256_BYTES])
{
    struct gw_sha256 *state = gw_sha256_new();
    struct gw_buf form = GW_BUF(FORM_BYTES), attachments = GW_BUF(FORM_BYTES);
    (void)!gw_buf_reserve(&form, strlen(document->body)); // most forms are about as long as their text
    for (const struct gw_content_field *f = gw_content_fields; f->name; f++)
        add(state, &form, f->name, gw_span_of(gw_content_text(document, f)));
    add(state, &form, "body", gw_span_of(document->body));
    gw_content_attachments(document, &attachments);
    add(state, &form, "attachments", (struct gw_span){gw_buf_str(&attachments), attachments.bytes});
    gw_buf_fini(&form);
    gw_buf_fini(&attachments);
    gw_sha256_final(state, out);
}

bool gw_content_same(const char *a, const char *b)
{
    if (strcmp(a, b) == 0)
        return true;
    struct gw_buf x = GW_BUF(FORM_BYTES), y = GW_BUF(FORM_BYTES);
    gw_text_bare_form(gw_span_of(a), &x);
    gw_text_bare_form(gw_span_of(b), &y);
    bool same = strcmp(gw_buf_str(&x), gw_buf_str(&y)) == 0;
    gw_buf_fini(&x);
    gw_buf_fini(&y);
    return same;
}
