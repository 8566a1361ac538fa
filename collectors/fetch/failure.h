// SPDX-License-Identifier: Apache-2.0
// From what the network did to the reasons people see (INTERFACE.md): one table per kind of evidence.
#ifndef GW_FETCH_FAILURE_H
#define GW_FETCH_FAILURE_H

#include "base/str.h"
#include "schema/observation.pb-c.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

// A transfer that ended with `code`. `message` is curl's error text, `verify_result` CURLINFO_SSL_VERIFYRESULT.
Gw__Failure gw_failure_of_transfer(CURLcode code, const char *message, long verify_result);
// An answer's status: NONE for what can be read or needs another step (2xx, 304, redirects).
Gw__Failure gw_failure_of_status(uint32_t status);
// Whether the answer is a bot wall instead of the page. They are recognised and reported, never solved.
bool gw_failure_is_challenge(uint32_t status, bool set_cookie, struct gw_span body);
// "timeout", "tls_chain" … as INTERFACE.md names them; "none" for NONE.
const char *gw_failure_name(Gw__Failure failure);

#endif
