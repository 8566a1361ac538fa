// SPDX-License-Identifier: Apache-2.0
#include "fts_tokenizer.h"

#include "base/buf.h"
#include "model/text.h"
#include "model/tokens.h"

#include <string.h>

enum { FORM_BYTES = 32 * 1024 * 1024 };

typedef int token_fn(void *context, int flags, const char *token, int bytes, int start, int end);

struct sink {
    void *context;
    token_fn *put;
    int rc;
};

// Offsets would be of the form, not of the text; nobody asks for them, as the index keeps no text.
static void put(struct sink *sink, struct gw_span term)
{
    if (sink->rc == SQLITE_OK)
        sink->rc = sink->put(sink->context, 0, term.at, (int)term.bytes, 0, 0);
}

static struct gw_span pair_of(struct gw_span a, struct gw_span b)
{
    return (struct gw_span){a.at, (size_t)(b.at + b.bytes - a.at)};
}

static void put_tokens(struct sink *sink, struct gw_span form, bool query)
{
    struct gw_token token, before = {0};
    bool open = false, paired = false; // before is unspaced, and was part of a pair
    for (size_t at = 0; gw_token_next(form, &at, &token) && sink->rc == SQLITE_OK;) {
        bool joins = open && token.unspaced && token.joined;
        if (joins)
            put(sink, pair_of(before.text, token.text));
        else if (open && (!query || !paired))
            put(sink, before.text);
        if (!token.unspaced)
            put(sink, token.text);
        open = token.unspaced;
        paired = joins;
        before = token;
    }
    if (open && (!query || !paired))
        put(sink, before.text);
}

static int tokenize(Fts5Tokenizer *self, void *context, int flags, const char *text, int bytes, token_fn *put_fn)
{
    (void)self;
    struct sink sink = {.context = context, .put = put_fn};
    struct gw_buf form = GW_BUF(FORM_BYTES);
    gw_text_compare_form((struct gw_span){text, (size_t)bytes}, &form);
    if (gw_buf_ok(&form))
        put_tokens(&sink, (struct gw_span){gw_buf_str(&form), form.bytes}, flags & FTS5_TOKENIZE_QUERY);
    else
        sink.rc = SQLITE_TOOBIG;
    gw_buf_fini(&form);
    return sink.rc;
}

static int create(void *context, const char **arguments, int count, Fts5Tokenizer **ret_tokenizer)
{
    static int nothing; // it has no state, but FTS5 wants something
    (void)context, (void)arguments, (void)count;
    *ret_tokenizer = (Fts5Tokenizer *)&nothing;
    return SQLITE_OK;
}

static void delete (Fts5Tokenizer *tokenizer)
{
    (void)tokenizer;
}

int gw_fts_tokenizer_add(sqlite3 *db)
{
    fts5_api *api = NULL;
    fts5_tokenizer tokenizer = {create, delete, tokenize};
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
        sqlite3_step(statement);
        rc = sqlite3_finalize(statement);
    }
    if (rc == SQLITE_OK && api)
        rc = api->xCreateTokenizer(api, GW_FTS_TOKENIZER, NULL, &tokenizer, NULL);
    return rc == SQLITE_OK && api ? GW_OK : gw_fail(GW_EBUG, "search: this SQLite has no FTS5: %s", sqlite3_errmsg(db));
}
