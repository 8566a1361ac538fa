// SPDX-License-Identifier: Apache-2.0
#include "refuse.h"

#include "base/log.h"

#include <stdio.h>

Gw__RefuseCode gw_refuse_code(int rc)
{
    return rc == GW_EDENIED    ? GW__REFUSE_CODE__REFUSE_NOT_ALLOWED
           : rc == GW_EVERSION ? GW__REFUSE_CODE__REFUSE_VERSION
                               : GW__REFUSE_CODE__REFUSE_BAD_FRAME;
}

void gw_refuse(struct gw_socket *socket, const struct gw_peer *peer, Gw__RefuseCode code, const char *reason,
               uint32_t retry_ms)
{
    Gw__Refuse refuse = GW__REFUSE__INIT;
    refuse.code = code;
    refuse.reason = (char *)reason;
    refuse.retry_ms = retry_ms;
    if (gw_socket_send(socket, peer, GW_MSG_REFUSE, &refuse) != GW_OK)
        gw_debug("wire", "refuse", "%s", gw_reason());
    if (code == GW__REFUSE_CODE__REFUSE_BAD_FRAME || code == GW__REFUSE_CODE__REFUSE_NOT_ALLOWED)
        gw_socket_mute(socket, peer);
}

const char *gw_version_clash(char out[GW_VERSION_CLASH_BYTES], const char *who, uint32_t min, uint32_t max)
{
    snprintf(out, GW_VERSION_CLASH_BYTES, "this broker speaks versions %d to %d, this %s %u to %u", GW_WIRE_VERSION_MIN,
             GW_WIRE_VERSION, who, min, max);
    return out;
}
