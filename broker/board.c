// SPDX-License-Identifier: Apache-2.0
#include "board.h"

#include "wire/frame.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_AGENTS = 1000,
    REPORT_MAX = GW_FRAME_MAX,
    NODE_BYTES = 256,
    REPORTS_MAX = 128 * 1024 * 1024, // of all agents together: a million sources
};

static const char *const names[GW_COUNTS] = {
    [GW_COUNT_SESSIONS] = "link_sessions", [GW_COUNT_REFUSED] = "link_refused",
    [GW_COUNT_STORED] = "intake_stored",   [GW_COUNT_UNCHANGED] = "intake_unchanged",
    [GW_COUNT_LATE] = "intake_late",       [GW_COUNT_DEAD] = "intake_dead",
    [GW_COUNT_REPEATS] = "intake_repeats", [GW_COUNT_TARGETS] = "targets_made",
    [GW_COUNT_GRANTS] = "leases_granted",  [GW_COUNT_EXPIRED] = "leases_expired",
};

struct entry {
    struct gw_id incarnation;
    char node[NODE_BYTES];
    bool connected;
    struct gw_buf pages[GW_REPORT_PAGES_MAX]; // packed gw.Report; the first has more than sources
    struct entry *next;
};

struct gw_board {
    pthread_mutex_t lock;
    uint64_t counts[GW_COUNTS];
    const struct gw_refusals *refusals;
    struct entry *agents; // newest first
    size_t agent_count;
    size_t report_bytes;
};

struct gw_board *gw_board_new(const struct gw_refusals *refusals)
{
    struct gw_board *board = calloc(1, sizeof *board);
    gw_assert(board);
    board->refusals = refusals;
    pthread_mutex_init(&board->lock, NULL);
    return board;
}

static void forget_pages(struct gw_board *board, struct entry *entry, size_t from)
{
    for (size_t i = from; i < GW_REPORT_PAGES_MAX; i++) {
        board->report_bytes -= entry->pages[i].bytes;
        gw_buf_fini(&entry->pages[i]);
    }
}

static void entry_free(struct gw_board *board, struct entry *entry)
{
    forget_pages(board, entry, 0);
    free(entry);
}

struct gw_board *gw_board_free(struct gw_board *board)
{
    if (!board)
        return NULL;
    while (board->agents) {
        struct entry *next = board->agents->next;
        entry_free(board, board->agents);
        board->agents = next;
    }
    pthread_mutex_destroy(&board->lock);
    free(board);
    return NULL;
}

void gw_board_add(struct gw_board *board, enum gw_count which, uint64_t n)
{
    __atomic_add_fetch(&board->counts[which], n, __ATOMIC_RELAXED);
}

// The agent's entry, made when missing; an old one that is not connected makes room.
static struct entry *entry_of(struct gw_board *board, const struct gw_id *incarnation)
{
    struct entry **gone = NULL;
    for (struct entry **e = &board->agents; *e; e = &(*e)->next) {
        if (gw_id_eq(&(*e)->incarnation, incarnation))
            return *e;
        if (!(*e)->connected)
            gone = e;
    }
    if (board->agent_count >= MAX_AGENTS && gone) {
        struct entry *old = *gone;
        *gone = old->next;
        entry_free(board, old);
        board->agent_count--;
    }
    struct entry *entry = calloc(1, sizeof *entry);
    gw_assert(entry);
    entry->incarnation = *incarnation;
    for (size_t i = 0; i < GW_REPORT_PAGES_MAX; i++)
        entry->pages[i] = GW_BUF(REPORT_MAX);
    entry->next = board->agents;
    board->agents = entry;
    board->agent_count++;
    return entry;
}

void gw_board_agent(struct gw_board *board, const struct gw_id *incarnation, const char *node, bool connected)
{
    pthread_mutex_lock(&board->lock);
    struct entry *entry = entry_of(board, incarnation);
    snprintf(entry->node, sizeof entry->node, "%s", node);
    entry->connected = connected;
    if (!connected) // of one that is gone only its numbers are shown
        forget_pages(board, entry, 1);
    pthread_mutex_unlock(&board->lock);
}

int gw_board_report(struct gw_board *board, const struct gw_id *incarnation, const Gw__Report *report)
{
    pthread_mutex_lock(&board->lock);
    struct entry *entry = entry_of(board, incarnation);
    size_t pages = report->pages ? report->pages : 1;
    if (report->page == 0)
        forget_pages(board, entry, pages);
    struct gw_buf *page = &entry->pages[report->page];
    board->report_bytes -= page->bytes;
    gw_buf_fini(page);
    int rc = board->report_bytes < REPORTS_MAX ? gw_message_pack(page, report)
                                               : gw_fail(GW_ELIMIT, "the agents report more than is kept");
    board->report_bytes += page->bytes;
    pthread_mutex_unlock(&board->lock);
    return rc;
}

// The pages of a report as one: the sources of the later ones move to the first.
static int fill_report(const struct entry *entry, struct gw_arena *arena, Gw__Report **ret_report)
{
    Gw__Report *pages[GW_REPORT_PAGES_MAX];
    size_t count = 0, total = 0;
    for (size_t i = 0; i < GW_REPORT_PAGES_MAX && entry->pages[0].bytes; i++) {
        const struct gw_buf *packed = &entry->pages[i];
        ProtobufCMessage *message;
        if (packed->bytes == 0)
            continue;
        int rc = gw_message_unpack(&gw__report__descriptor, packed->data, packed->bytes, arena, &message);
        if (rc != GW_OK)
            return rc;
        pages[count] = (Gw__Report *)message;
        total += pages[count++]->n_sources;
    }
    *ret_report = count ? pages[0] : NULL;
    if (count < 2)
        return GW_OK;
    Gw__SourceReport **all = gw_arena_alloc(arena, total * sizeof *all + 1);
    if (!all)
        return gw_fail(GW_ELIMIT, "no memory for the status");
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < pages[i]->n_sources; j++)
            all[n++] = pages[i]->sources[j];
    pages[0]->sources = all;
    pages[0]->n_sources = n;
    return GW_OK;
}

static int fill_agent(const struct entry *entry, struct gw_arena *arena, Gw__AgentStatus *agent)
{
    gw__agent_status__init(agent);
    agent->node = gw_arena_strdup(arena, entry->node);
    agent->connected = entry->connected;
    if (!agent->node)
        return gw_fail(GW_ELIMIT, "no memory for the status");
    return fill_report(entry, arena, &agent->report);
}

static int fill_agents(struct gw_board *board, struct gw_arena *arena, Gw__Status *status)
{
    Gw__AgentStatus *agents = gw_arena_alloc(arena, (board->agent_count + 1) * sizeof *agents);
    status->agents = gw_arena_alloc(arena, (board->agent_count + 1) * sizeof *status->agents);
    if (!agents || !status->agents)
        return gw_fail(GW_ELIMIT, "no memory for the status");
    size_t n = 0;
    for (const struct entry *e = board->agents; e; e = e->next, n++) {
        int rc = fill_agent(e, arena, &agents[n]);
        if (rc != GW_OK)
            return rc;
        status->agents[n] = &agents[n];
    }
    status->n_agents = n;
    return GW_OK;
}

// Each source as its agent reports it, moved up from the reports so that STATUS says it once.
static int fill_sources(struct gw_arena *arena, Gw__Status *status)
{
    size_t total = 0;
    for (size_t i = 0; i < status->n_agents; i++)
        if (status->agents[i]->connected && status->agents[i]->report)
            total += status->agents[i]->report->n_sources;
    status->sources = gw_arena_alloc(arena, (total + 1) * sizeof *status->sources);
    if (!status->sources)
        return gw_fail(GW_ELIMIT, "no memory for the status");
    for (size_t i = 0; i < status->n_agents; i++) {
        Gw__Report *report = status->agents[i]->report;
        for (size_t j = 0; report && status->agents[i]->connected && j < report->n_sources; j++)
            status->sources[status->n_sources++] = report->sources[j];
        if (report)
            report->n_sources = 0;
    }
    return GW_OK;
}

static int fill_counters(struct gw_board *board, struct gw_arena *arena, Gw__Status *status)
{
    enum { ALL = GW_COUNTS + GW_REFUSALS };
    Gw__Counter *counters = gw_arena_alloc(arena, ALL * sizeof *counters);
    status->counters = gw_arena_alloc(arena, ALL * sizeof *status->counters);
    if (!counters || !status->counters)
        return gw_fail(GW_ELIMIT, "no memory for the status");
    for (size_t i = 0; i < ALL; i++) {
        enum gw_refusal refusal = (enum gw_refusal)(i - GW_COUNTS);
        gw__counter__init(&counters[i]);
        counters[i].name = (char *)(i < GW_COUNTS ? names[i] : gw_refusal_name(refusal));
        counters[i].value = i < GW_COUNTS ? __atomic_load_n(&board->counts[i], __ATOMIC_RELAXED)
                                          : gw_refusals_count(board->refusals, refusal);
        status->counters[i] = &counters[i];
    }
    status->n_counters = ALL;
    return GW_OK;
}

int gw_board_fill(struct gw_board *board, struct gw_arena *arena, Gw__Status *status)
{
    pthread_mutex_lock(&board->lock);
    int rc = fill_agents(board, arena, status);
    pthread_mutex_unlock(&board->lock);
    if (rc == GW_OK)
        rc = fill_sources(arena, status);
    return rc == GW_OK ? fill_counters(board, arena, status) : rc;
}
