// SPDX-License-Identifier: Apache-2.0
// One right message of every kind, with every branch of the schema filled somewhere; for tests, seeds and benches.
#ifndef GW_TESTS_WIRE_SAMPLES_H
#define GW_TESTS_WIRE_SAMPLES_H

#include "wire/frame.h"

#include "schema/event.pb-c.h"
#include "schema/job.pb-c.h"
#include "schema/link.pb-c.h"
#include "schema/stream.pb-c.h"

// Fresh copies at each call, in memory that the next call for the same kind overwrites; tests may spoil them.
ProtobufCMessage *sample_message(enum gw_msg type);
Gw__Document *sample_document(void);
Gw__Observation *sample_observation(void);
Gw__Event *sample_event(void);

// All frame types, in order; ends with 0.
const enum gw_msg *sample_types(void);

#endif
