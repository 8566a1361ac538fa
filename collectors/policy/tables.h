// SPDX-License-Identifier: Apache-2.0
// The compiled tables (tables/*.csv) and the automaton of their names. A cell holds one name, or several split by ';'.
#ifndef GW_POLICY_TABLES_H
#define GW_POLICY_TABLES_H

#include "csv.h"
#include "names.h"

enum gw_table_id {
    GW_T_AGENCIES,     // central bodies of China
    GW_T_BUREAUS,      // functions of provincial and local bodies
    GW_T_DIVISIONS,    // GB/T 2260, provinces and prefectures
    GW_T_COUNTIES,     // GB/T 2260, counties and districts
    GW_T_PREFIXES,     // of document numbers
    GW_T_COUNTRIES,    // ISO 3166-1
    GW_T_SUBDIVISIONS, // ISO 3166-2
    GW_T_BODIES,       // public bodies abroad
    GW_T_OFFICES,      // what a person holds: 局长, Deputy Director
    GW_T_TOPICS,       // words that speak for a topic
    GW_T_MONTHS,
    GW_T_WORDS, // cues: of roles of dates, of reporting, of the state
    GW_T_COUNT
};

enum { GW_AGENCY_NAME, GW_AGENCY_SHORT, GW_AGENCY_EN, GW_AGENCY_ABBR, GW_AGENCY_DOMAIN, GW_AGENCY_KIND };
enum { GW_BUREAU_SHORT, GW_BUREAU_NAME, GW_BUREAU_EN };
enum {
    GW_DIVISION_CODE,
    GW_DIVISION_LEVEL,
    GW_DIVISION_NAME,
    GW_DIVISION_SHORT,
    GW_DIVISION_ABBR,
    GW_DIVISION_EN,
    GW_DIVISION_PROVINCE
};
enum { GW_COUNTY_CODE, GW_COUNTY_NAME }; // in every table of places: code first
enum { GW_PREFIX_PREFIX, GW_PREFIX_MEANING, GW_PREFIX_ISSUER };
enum { GW_COUNTRY_CODE, GW_COUNTRY_NAME, GW_COUNTRY_EN, GW_COUNTRY_ZH, GW_COUNTRY_DE, GW_COUNTRY_JA };
enum { GW_SUBDIVISION_CODE, GW_SUBDIVISION_NAME, GW_SUBDIVISION_POSTAL, GW_SUBDIVISION_CITIES };
enum { GW_BODY_NAME, GW_BODY_CANONICAL, GW_BODY_LEVEL, GW_BODY_REGION };
enum { GW_OFFICE_NAME };
enum { GW_TOPIC_TOPIC, GW_TOPIC_WEIGHT, GW_TOPIC_WORDS };
enum { GW_MONTH_NUMBER, GW_MONTH_NAMES };
enum { GW_WORD_CLASS, GW_WORD_WORDS };

extern const struct gw_table gw_tables[GW_T_COUNT];
extern const struct gw_names gw_table_names;

#endif
