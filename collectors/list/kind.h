// SPDX-License-Identifier: Apache-2.0
// What one kind of list is to the table in list.c.
#ifndef GW_LIST_KIND_H
#define GW_LIST_KIND_H

#include "list/list.h"
#include "list/rows.h"
#include "model/value.h"

// One reading: what every kind is given.
struct gw_list_job {
    struct gw_arena *arena;
    const struct gw_list_input *input;
    const Gw__ListRule *rule;     // never NULL: an empty rule when the source says nothing
    const char *url;              // of the answer; NULL when unknown
    struct gw_compiled *compiled; // never NULL
};

// Reads the answer as this kind. As gw_list_read(); *ret_rows is always set on success.
typedef int (*gw_list_read_fn)(const struct gw_list_job *job, Gw__Rows **ret_rows, Gw__Request **ret_then);

struct gw_list_kind {
    const char *name;                                  // of list.kind
    gw_list_read_fn read;                              // must be set
    bool (*sniff)(const struct gw_page_input *answer); // is an answer of unsaid kind of this one? NULL: no
};

extern const struct gw_list_kind gw_list_calendar, gw_list_csv, gw_list_feed, gw_list_html, gw_list_json,
    gw_list_json_html, gw_list_script_array, gw_list_sitemap, gw_list_xml, gw_list_xml_records;

#endif
