// SPDX-License-Identifier: Apache-2.0
// TLS for transfers: the trust store, loaded once, and what a source may relax (strict, legacy, insecure).
//
// DESIGN: curl would read and parse the system's certificates anew for each connection. Here they are parsed once into
// an OpenSSL store that every connection shares, before the process locks itself away from files. A source's ca_file
// adds to the system's; its bytes are also given to curl, so that curl never reuses a connection across differing ones.
#ifndef GW_FETCH_TLS_H
#define GW_FETCH_TLS_H

#include "base/err.h"
#include "schema/source.pb-c.h"

#include <curl/curl.h>

struct gw_tls;

// Life. Reads the system's certificates ($SSL_CERT_FILE, else Debian's bundle); without them every strict https request
// fails with tls_chain.
struct gw_tls *gw_tls_new(void);
struct gw_tls *gw_tls_free(struct gw_tls *tls); // accepts NULL, returns NULL

// Use. Set up one easy handle for a rule (NULL: strict). GW_EIO or GW_EINVAL: its ca_file cannot be used.
GW_MUST_CHECK int gw_tls_apply(struct gw_tls *tls, const Gw__FetchRule *rule, CURL *easy);

#endif
