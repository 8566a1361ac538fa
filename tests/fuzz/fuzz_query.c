// SPDX-License-Identifier: Apache-2.0
// A line of query, then a title, then a body. A query and its negation never agree.
#include "base/err.h"
#include "model/query.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *take_line(char **rest)
{
    char *line = *rest, *end = strchr(line, '\n');
    *rest = end ? end + 1 : line + strlen(line);
    if (end)
        *end = '\0';
    return line;
}

static void check_negation(const char *text, const Gw__Event *event, bool matches)
{
    char *negated;
    struct gw_query *query;
    gw_assert(asprintf(&negated, "-(%s)", text) > 0);
    if (gw_query_new(negated, &query) == GW_OK) { // one more level and term may be one too many
        gw_assert(gw_query_match(query, event) == !matches);
        gw_query_free(query);
    }
    free(negated);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = strndup((const char *)data, size), *rest = copy;
    struct gw_query *query;
    Gw__Event event = GW__EVENT__INIT;
    Gw__Document document = GW__DOCUMENT__INIT;
    Gw__Amount amount = GW__AMOUNT__INIT, *amounts[] = {&amount};
    char *text = take_line(&rest);
    document.title = take_line(&rest);
    document.body = rest;
    document.doc_number = document.published = amount.value = document.title;
    document.amounts = amounts;
    document.n_amounts = 1;
    event.document = &document;
    if (gw_query_new(text, &query) == GW_OK) {
        bool matches = gw_query_match(query, &event);
        gw_query_free(query);
        check_negation(text, &event, matches);
    } else {
        gw_assert(gw_reason()[0]);
    }
    free(copy);
    return 0;
}
