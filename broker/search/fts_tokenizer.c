// SPDX-License-Identifier: Apache-2.0
#include "fts_tokenizer.h"

typedef int token_fn(void *context, int flags, const char *token, int bytes, int start, int end);

// Each word has its length in front. Nobody asks for offsets, as the index keeps no text.
static int tokenize(Fts5Tokenizer *self, void *context, int flags, const char *text, int bytes, token_fn *put)
{
    (void)self, (void)flags;
    int rc = SQLITE_OK;
    for (const char *end = text + bytes; text < end && rc == SQLITE_OK;) {
        int n = (unsigned char)*text++;
        n = n < end - text ? n : (int)(end - text);
        rc = put(context, 0, text, n, 0, 0);
        text += n;
    }
    return rc;
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
