// SPDX-License-Identifier: Apache-2.0
// Inside of config: the tree that config_tree.c makes of YAML and config_read.c walks.
#ifndef GW_BASE_CONFIG_TREE_H
#define GW_BASE_CONFIG_TREE_H

#include "config.h"

enum { GW_CONFIG_REPORTS_MAX = 50, GW_CONFIG_QUOTE_MAX = 60 };

enum gw_config_kind { GW_NODE_TEXT, GW_NODE_MAPPING, GW_NODE_SEQUENCE };

struct gw_config_node {
    enum gw_config_kind kind;
    bool plain;            // an unquoted scalar, which may mean null
    bool open;             // its end was not seen yet: an alias to it would be a ring
    uint32_t line, column; // from 1, in characters
    const char *text;      // scalar, NUL-terminated
    size_t bytes;
    struct gw_config_node *child; // first value of a sequence, first key of a mapping
    struct gw_config_node *value; // of a key
    struct gw_config_node *next;
};

struct gw_config {
    struct gw_arena *arena, *scratch;
    const char *file;
    struct gw_buf *problems;
    struct gw_config_node *root;
    const struct gw_config_key *root_table;
    unsigned errors, reports;
    unsigned visits;
    bool keep_secrets;
    char path[160]; // dotted, of the key being read
};

// Make config->root of the text; problems are reported. GW_EINVAL.
int gw_config_tree(
    struct gw_config *config, const char *text,
    size_t bytes); // The scalar asks for something of the environment, so that its value is not for showing.
bool gw_config_has_variable(const struct gw_config_node *node);
// As gw_config_text, but in scratch, and replaced also when secrets are kept: for values that are no texts.
const char *gw_config_plain(struct gw_config *config, const struct gw_config_node *node);

#endif
