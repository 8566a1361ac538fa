// SPDX-License-Identifier: Apache-2.0
#include "articles.h"

#include "base/err.h"

const struct gw_site_article gw_site_articles_en[] = {
    {
        .id = 2001,
        .column = GW_SITE_CITY,
        .age_hours = 8,
        .title = "Hailan opens 40 million yuan fund for harbor retrofits",
        .source = "Hailan Daily",
        .author = "Mara Lindqvist",
        .before = "until {d+21}",
        .after = "until {d+60}",
        .paragraphs =
            {
                "Hailan's harbor authority has opened a fund of 40 million yuan to help small ship owners replace "
                "diesel "
                "engines, the municipal government said on {d}.",
                "Owners of vessels under 300 gross tons can apply for up to 35 percent of the cost of a retrofit, with "
                "a "
                "ceiling of 600,000 yuan for each vessel. Applications are accepted until {d+21} at the service hall "
                "on "
                "Quay Road or online.",
                "\"We want the first hundred boats to be running on batteries or methanol before the fishing season "
                "starts,\" said Ren Haoyu, deputy director of the harbor authority.",
                "The city registered 1,742 small vessels last year, two thirds of which are more than fifteen years "
                "old. "
                "According to the authority, they cause about 28 percent of the nitrogen oxides measured at the old "
                "port.",
                "A list of approved workshops is published every month.",
            },
        .attachments = {"harbor-retrofit-application.pdf"},
    },
    {
        .id = 2002,
        .column = GW_SITE_CITY,
        .age_hours = 26,
        .title = "Tram line 4 reaches the university town ahead of schedule",
        .source = "Hailan Municipal Bureau of Transport",
        .paragraphs =
            {
                "Trial operation of tram line 4 began on {d}, five months earlier than planned. The 17.8-kilometer "
                "line has "
                "22 stops and connects the central station with the university town in 34 minutes.",
                "Trams run every eight minutes in rush hours and every fifteen minutes otherwise. Fares start at 2 "
                "yuan; "
                "rides are free for everyone during the first seven days.",
                "Construction cost 2.9 billion yuan, 6 percent less than the budget, because the depot was built on a "
                "former shunting yard. A second phase to the airport is being planned.",
            },
    },
    {
        .id = 2003,
        .column = GW_SITE_CITY,
        .age_hours = 49,
        .title = "New rules give street markets longer hours",
        .source = "Hailan Municipal People's Government",
        .editor = "Tomas Okafor",
        .paragraphs =
            {
                "Street markets in eleven neighborhoods may stay open until midnight under rules that take effect on "
                "{d+14}.",
                "The Measures for the Administration of Street Markets let district offices set opening hours between "
                "6:00 and 24:00 and cap the stall fee at 25 yuan per day. Stalls run by people with disabilities pay "
                "nothing.",
                "Vendors must separate kitchen waste and keep a passage of at least three meters free for fire "
                "engines. "
                "Repeated violations can lead to a fine of up to 2,000 yuan.",
                "The city received 1,360 comments on the draft; most asked for more toilets and better lighting. Both "
                "are now part of the rules.",
            },
    },
    {
        .id = 2004,
        .column = GW_SITE_CITY,
        .age_hours = 75,
        .title = "Seawater plant to cover a fifth of the city's demand",
        .source = "Hailan Daily",
        .paragraphs =
            {
                "A desalination plant with a daily capacity of 150,000 cubic meters will be built on Heron Island, the "
                "municipal water company announced.",
                "The project, worth 1.16 billion yuan, is expected to start in spring and to deliver water within "
                "thirty "
                "months. It will cover about 20 percent of the city's demand.",
                "Electricity will come from the offshore wind farm nearby, which should keep consumption below 2.9 "
                "kilowatt-hours per cubic meter.",
                "\"Two dry summers have shown us what depending on one reservoir means,\" said Vice Mayor Ines "
                "Carvalho.",
            },
    },
    {
        .id = 2005,
        .column = GW_SITE_CITY,
        .age_hours = 122,
        .title = "Hailan simplifies permits for small exporters",
        .source = "Hailan Municipal Bureau of Commerce",
        .paragraphs =
            {
                "Companies that export goods worth less than 5 million yuan a year need one permit instead of four "
                "from "
                "{d+10} on, the bureau of commerce said.",
                "The combined permit is issued within three working days and is valid for five years. About 3,200 "
                "companies, most of them in seafood and furniture, will benefit.",
                "Old permits remain valid until they expire. A telephone line, 0000-12345, answers questions in "
                "Chinese, "
                "English and Korean.",
            },
    },
    {
        .id = 2006,
        .column = GW_SITE_CITY,
        .age_hours = 260,
        .title = "Winter heating subsidy raised for low-income families",
        .source = "Hailan Municipal Civil Affairs Bureau",
        .paragraphs =
            {
                "Families with a monthly income below 1,450 yuan per person receive a heating subsidy of 1,200 yuan "
                "this "
                "winter, 150 yuan more than a year ago.",
                "The subsidy is paid in two parts, on December 1 and February 1. Families already registered do not "
                "have "
                "to apply again.",
                "Last winter the city paid 31.4 million yuan to 28,500 families.",
            },
    },
    {
        .id = 2007,
        .column = GW_SITE_CITY,
        .age_hours = 700,
        .title = "Old lighthouse becomes a museum of the coast",
        .source = "Hailan Daily",
        .author = "Mara Lindqvist",
        .paragraphs =
            {
                "After two years of restoration the lighthouse on Cape Sorrow opened to visitors on {d}. Admission is "
                "free on Tuesdays.",
                "The museum shows 430 objects from four centuries, among them the log of the first keeper. Two rooms "
                "are "
                "set aside for schools.",
                "Restoration cost 18.7 million yuan, a third of which was donated by residents.",
            },
    },

    // arriving
    {
        .id = 2008,
        .column = GW_SITE_CITY,
        .arrival = 2,
        .title = "City issues storm warning and closes ferry routes",
        .source = "Hailan Emergency Management Office",
        .paragraphs =
            {
                "Hailan raised the storm warning to orange at noon and closed all four ferry routes until further "
                "notice.",
                "Gusts of up to 28 meters per second and waves of five meters are expected over the next 36 hours. "
                "Schools "
                "on Heron Island stay closed on Monday.",
                "Some 640 fishing boats had returned to port by early afternoon. Residents can follow the situation on "
                "channel 9 and by calling 0000-12350.",
            },
    },
    {
        .id = 2009,
        .column = GW_SITE_CITY,
        .arrival = 4,
        .title = "Budget draft puts 12 percent more into clinics",
        .source = "Hailan Municipal Finance Bureau",
        .paragraphs =
            {
                "The draft budget for next year, published on {d}, sets aside 4.3 billion yuan for community clinics, "
                "12 "
                "percent more than this year.",
                "Nineteen clinics will be enlarged and six newly built, all within a walk of fifteen minutes from "
                "large "
                "housing areas. Total spending rises by 3.4 percent to 61.2 billion yuan.",
                "Comments on the draft can be sent to the finance bureau until {d+30}; the council votes in January.",
            },
        .attachments = {"draft-budget.pdf"},
    },
};
const size_t gw_site_articles_en_count = GW_COUNT(gw_site_articles_en);
