// SPDX-License-Identifier: Apache-2.0
// The facts of a document as lines for people: all kinds of them in one list.
#ifndef GW_CLI_FACTS_H
#define GW_CLI_FACTS_H

#include "schema/document.pb-c.h"

#include <stddef.h>

struct gw_fact {
    const char *field;      // "issuer", "amount" …, static
    char *value;            // what is understood: "lte 300000000 CNY"
    const Gw__Proof *proof; // the document's; NULL: none
};

struct gw_facts {
    struct gw_fact *at;
    size_t count;
};

// In the order of the schema. Free with gw_facts_fini(), before the document goes.
struct gw_facts gw_facts_of(const Gw__Document *document);
void gw_facts_fini(struct gw_facts *facts);

#endif
