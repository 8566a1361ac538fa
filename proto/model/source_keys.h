// SPDX-License-Identifier: Apache-2.0
// Inside of source definitions: the tables of keys, and the checks that need more than one key.
#ifndef GW_MODEL_SOURCE_KEYS_H
#define GW_MODEL_SOURCE_KEYS_H

#include "base/config.h"
#include "schema/source.pb-c.h"

extern const struct gw_config_key gw_source_keys[]; // of a Gw__Source
extern const struct gw_config_key gw_fetch_keys[];  // of a Gw__FetchRule

// Report what is wrong between the keys of `source`, which was read from `node`.
void gw_source_check(struct gw_config *config, const struct gw_config_node *node, Gw__Source *source);
// The part of it that is about fetching; paths start with "fetch." below `node` (NULL: no file).
void gw_source_check_fetch(struct gw_config *config, const struct gw_config_node *node, Gw__FetchRule *fetch);

// The kinds whose title, url and date are dotted paths, not selectors.
bool gw_source_kind_has_paths(const char *kind);

#endif
