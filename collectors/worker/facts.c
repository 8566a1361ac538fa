// SPDX-License-Identifier: Apache-2.0
#include "facts.h"

#include <string.h>

static const ProtobufCFieldDescriptor *proof_field(const ProtobufCFieldDescriptor *field)
{
    if (field->label != PROTOBUF_C_LABEL_REPEATED || field->type != PROTOBUF_C_TYPE_MESSAGE)
        return NULL;
    const ProtobufCFieldDescriptor *proof = protobuf_c_message_descriptor_get_field_by_name(field->descriptor, "proof");
    return proof && proof->type == PROTOBUF_C_TYPE_MESSAGE && proof->descriptor == &gw__proof__descriptor ? proof
                                                                                                          : NULL;
}

static size_t *count_of(const Gw__Document *document, const ProtobufCFieldDescriptor *field)
{
    return (size_t *)((char *)document + field->quantifier_offset);
}

static char ***list_of(const Gw__Document *document, const ProtobufCFieldDescriptor *field)
{
    return (char ***)((char *)document + field->offset);
}

void gw_facts_keep(Gw__Document *document, gw_fact_fn *keep, void *arg)
{
    for (unsigned i = 0; i < gw__document__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &gw__document__descriptor.fields[i];
        const ProtobufCFieldDescriptor *proof = proof_field(field);
        if (!proof)
            continue;
        size_t *count = count_of(document, field), kept = 0;
        char **facts = *list_of(document, field);
        for (size_t j = 0; j < *count; j++)
            if (keep(*(Gw__Proof **)(facts[j] + proof->offset), arg))
                facts[kept++] = facts[j];
        *count = kept;
    }
}

bool gw_facts_append(struct gw_arena *arena, Gw__Document *to, const Gw__Document *from)
{
    for (unsigned i = 0; i < gw__document__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &gw__document__descriptor.fields[i];
        size_t more = proof_field(field) ? *count_of(from, field) : 0;
        if (more == 0)
            continue;
        size_t have = *count_of(to, field);
        char **longer = gw_arena_alloc(arena, (have + more) * sizeof *longer);
        if (!longer)
            return false;
        if (have)
            memcpy(longer, *list_of(to, field), have * sizeof *longer);
        memcpy(longer + have, *list_of(from, field), more * sizeof *longer);
        *list_of(to, field) = longer;
        *count_of(to, field) = have + more;
    }
    return true;
}
