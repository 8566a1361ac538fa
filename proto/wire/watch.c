// SPDX-License-Identifier: Apache-2.0
#include "watch.h"

#include "zmq_context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

struct gw_watch {
    void *zmq, *monitor;
    bool plain;
    enum gw_trouble trouble;
};

static const struct {
    uint16_t event;
    bool weak; // a refused connection ends and is tried again: either says less than why it was refused
    const char *text;
} troubles[] = {
    [GW_TROUBLE_NONE] = {ZMQ_EVENT_HANDSHAKE_SUCCEEDED, false, ""},
    [GW_TROUBLE_NOBODY] = {ZMQ_EVENT_CONNECT_RETRIED, true, "nobody listens there"},
    [GW_TROUBLE_KEY] = {ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, false, "the broker does not know this key"},
    [GW_TROUBLE_PLAIN] = {0, false, "the broker wants a key"},
    [GW_TROUBLE_CURVE] = {ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, false, "no broker that wants keys listens there"},
    [GW_TROUBLE_HANDSHAKE] = {ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, false,
                              "it ends the handshake: no broker, or one with another key than the 'broker' line of the "
                              "key file has"},
    [GW_TROUBLE_LOST] = {ZMQ_EVENT_DISCONNECTED, true, "the connection was lost"},
};

int gw_watch_new(void *zmq, bool plain, struct gw_watch **ret_watch)
{
    static unsigned number;
    char endpoint[64];
    int events = 0, linger = 0;
    for (size_t i = 0; i < GW_COUNT(troubles); i++)
        events |= troubles[i].event;
    snprintf(endpoint, sizeof endpoint, "inproc://govwire-connecting-%u",
             __atomic_add_fetch(&number, 1, __ATOMIC_RELAXED));
    struct gw_watch *watch = calloc(1, sizeof *watch);
    gw_assert(watch);
    watch->zmq = zmq;
    watch->plain = plain;
    watch->monitor = zmq_socket(gw_zmq_context(), ZMQ_PAIR);
    if (!watch->monitor || zmq_socket_monitor(zmq, endpoint, events) != 0 ||
        zmq_setsockopt(watch->monitor, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
        zmq_connect(watch->monitor, endpoint) != 0) {
        int rc = gw_fail(GW_EIO, "the connection cannot be watched: %s", zmq_strerror(zmq_errno()));
        gw_watch_free(watch);
        return rc;
    }
    *ret_watch = watch;
    return GW_OK;
}

// The events end before their reader does: ZeroMQ sends them from its only thread, and without a reader it would wait
// for one for ever.
struct gw_watch *gw_watch_free(struct gw_watch *watch)
{
    if (!watch)
        return NULL;
    zmq_socket_monitor(watch->zmq, NULL, 0);
    if (watch->monitor)
        zmq_close(watch->monitor);
    free(watch);
    return NULL;
}

static void hear(struct gw_watch *watch, uint16_t event)
{
    for (size_t i = 0; i < GW_COUNT(troubles); i++) {
        if (troubles[i].event != event || (troubles[i].weak && watch->trouble))
            continue;
        // Without a key, it is a matter of moments whether its answer or its end is heard first.
        bool refused = i == GW_TROUBLE_CURVE || i == GW_TROUBLE_HANDSHAKE;
        watch->trouble = watch->plain && refused ? GW_TROUBLE_PLAIN : (enum gw_trouble)i;
    }
}

enum gw_trouble gw_watch_trouble(struct gw_watch *watch)
{
    uint8_t first[6]; // the event, and a value; the address follows
    uint16_t event;
    char address[256];
    while (zmq_recv(watch->monitor, first, sizeof first, ZMQ_DONTWAIT) >= (int)sizeof event) {
        memcpy(&event, first, sizeof event);
        (void)!zmq_recv(watch->monitor, address, sizeof address, ZMQ_DONTWAIT);
        hear(watch, event);
    }
    return watch->trouble;
}

const char *gw_trouble_text(enum gw_trouble trouble)
{
    return troubles[trouble].text;
}
