// SPDX-License-Identifier: Apache-2.0
// The two checks every message passes. Internal to this room; frame.h is the way in.
//
// DESIGN: before anything is allocated the bytes are walked along the schema (form, unknown and doubled fields, counts,
// NUL in strings: what protobuf-c accepts or loses in silence); then the decoded message is walked (UTF-8, lengths,
// known enum values, required fields, rules over several fields). A program that sends runs the second walk alone.
#ifndef GW_WIRE_VALIDATE_H
#define GW_WIRE_VALIDATE_H

#include "base/err.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

// `name` begins the path in reasons ("PUBLISH"). With `newer`, some unknown fields
// may be there (protobuf-c keeps them in the message). GW_EPROTO.
GW_MUST_CHECK int gw_validate_bytes(const ProtobufCMessageDescriptor *descriptor, const char *name, const void *bytes,
                                    size_t n, bool newer);
GW_MUST_CHECK int gw_validate_message(const ProtobufCMessage *message, const char *name);

#endif
