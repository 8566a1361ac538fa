// SPDX-License-Identifier: Apache-2.0
#include "schedule.h"

#include "leases.h"

#include "base/err.h"

#include <stdint.h>

void gw_schedule_fini(struct gw_schedule *schedule)
{
    gw_heap_fini(&schedule->hosts);
}

// Until a host's robots.txt is known one request asks for it; eight would fetch it eight times.
static uint32_t connections(const struct gw_host *host)
{
    return host->robots.fetched_ms || host->robots.ignored ? gw_pace_connections(&host->pace) : 1;
}

// When the host may next be asked something that waits; INT64_MAX: not before something else happens.
static int64_t ready_ms(const struct gw_host *host)
{
    const struct gw_queue *queue = &host->queue;
    if (host->lease.state != GW_LEASE_HELD || queue->connected >= connections(host))
        return INT64_MAX;
    const struct gw_heap_node *list = gw_heap_min(&queue->lists), *article = gw_heap_min(&queue->articles);
    int64_t due = list ? list->key : INT64_MAX;
    if (article && article->key < due)
        due = article->key;
    int64_t free_ms = gw_pace_free_ms(&host->pace);
    return due > free_ms ? due : free_ms;
}

void gw_schedule_touch(struct gw_schedule *schedule, struct gw_host *host)
{
    int64_t at = ready_ms(host);
    if (at == INT64_MAX)
        gw_heap_remove(&schedule->hosts, &host->queue.wake);
    else
        gw_heap_put(&schedule->hosts, &host->queue.wake, at);
}

static struct gw_heap *heap_of(const struct gw_task *task)
{
    return task->is_list ? &task->host->queue.lists : &task->host->queue.articles;
}

void gw_schedule_put(struct gw_schedule *schedule, struct gw_task *task, struct gw_host *host, int64_t due_ms)
{
    gw_assert(!task->running);
    if (task->host != host)
        gw_schedule_drop(schedule, task);
    task->host = host;
    schedule->waiting += !gw_heap_has(&task->node);
    gw_heap_put(heap_of(task), &task->node, due_ms);
    gw_schedule_touch(schedule, host);
}

void gw_schedule_drop(struct gw_schedule *schedule, struct gw_task *task)
{
    if (!gw_heap_has(&task->node))
        return;
    gw_heap_remove(heap_of(task), &task->node);
    schedule->waiting--;
    gw_schedule_touch(schedule, task->host);
}

static struct gw_task *take_due(struct gw_heap *heap, int64_t now_ms)
{
    struct gw_heap_node *node = gw_heap_min(heap);
    if (!node || node->key > now_ms)
        return NULL;
    gw_heap_remove(heap, node);
    return GW_AROUND(node, struct gw_task, node);
}

struct gw_task *gw_schedule_next(struct gw_schedule *schedule, int64_t now_ms)
{
    for (struct gw_heap_node *node; (node = gw_heap_min(&schedule->hosts)) && node->key <= now_ms;) {
        struct gw_host *host = GW_AROUND(node, struct gw_host, queue.wake);
        struct gw_task *task = NULL;
        if (gw_lease_holds(host, now_ms)) {
            task = take_due(&host->queue.lists, now_ms);
            if (!task)
                task = take_due(&host->queue.articles, now_ms);
        }
        if (!task) { // its lease is about to end: the next GRANT touches it
            gw_heap_remove(&schedule->hosts, node);
            continue;
        }
        schedule->waiting--;
        schedule->running++;
        host->queue.running++;
        host->queue.connected++;
        task->running = task->connected = true;
        gw_schedule_touch(schedule, host);
        // Behind the others that could go now, so that a host with much to do does not keep them waiting.
        if (gw_heap_has(node) && node->key <= now_ms)
            gw_heap_put(&schedule->hosts, node, now_ms);
        return task;
    }
    return NULL;
}

void gw_schedule_end(struct gw_schedule *schedule, struct gw_task *task)
{
    gw_assert(task->running && task->host->queue.running > 0);
    task->host->queue.running--;
    task->host->queue.connected -= task->connected;
    task->running = task->connected = false;
    schedule->running--;
    gw_schedule_touch(schedule, task->host);
}

void gw_schedule_fetched(struct gw_schedule *schedule, struct gw_task *task)
{
    if (!task->connected)
        return;
    task->connected = false;
    task->host->queue.connected--;
    gw_schedule_touch(schedule, task->host);
}

int64_t gw_schedule_wake_ms(const struct gw_schedule *schedule)
{
    const struct gw_heap_node *node = gw_heap_min(&schedule->hosts);
    return node ? node->key : INT64_MAX;
}
