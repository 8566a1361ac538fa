// SPDX-License-Identifier: Apache-2.0
#include "failure.h"

#include "base/err.h"

#include <openssl/x509_vfy.h>
#include <stddef.h>
#include <string.h>

enum { CHALLENGE_BYTES = 4096 };

static const struct {
    CURLcode code;
    Gw__Failure failure;
} TRANSFERS[] = {
    {CURLE_COULDNT_RESOLVE_HOST, GW__FAILURE__FAILURE_DNS},
    {CURLE_COULDNT_RESOLVE_PROXY, GW__FAILURE__FAILURE_DNS},
    {CURLE_COULDNT_CONNECT, GW__FAILURE__FAILURE_CONNECT},
    {CURLE_PROXY, GW__FAILURE__FAILURE_CONNECT},
    {CURLE_OPERATION_TIMEDOUT, GW__FAILURE__FAILURE_TIMEOUT},
    {CURLE_GOT_NOTHING, GW__FAILURE__FAILURE_CUT_OFF},
    {CURLE_PARTIAL_FILE, GW__FAILURE__FAILURE_CUT_OFF},
    {CURLE_RECV_ERROR, GW__FAILURE__FAILURE_CUT_OFF},
    {CURLE_SEND_ERROR, GW__FAILURE__FAILURE_CUT_OFF},
    {CURLE_HTTP2, GW__FAILURE__FAILURE_CUT_OFF},
    {CURLE_HTTP2_STREAM, GW__FAILURE__FAILURE_CUT_OFF},
    {CURLE_SSL_CACERT_BADFILE, GW__FAILURE__FAILURE_TLS_CHAIN},
    {CURLE_SSL_ISSUER_ERROR, GW__FAILURE__FAILURE_TLS_CHAIN},
    {CURLE_SSL_CIPHER, GW__FAILURE__FAILURE_TLS_LEGACY},
    {CURLE_FILESIZE_EXCEEDED, GW__FAILURE__FAILURE_TOO_BIG},
};

// OpenSSL's reasons as they stand in curl's message after a failed handshake.
static const struct {
    const char *text;
    Gw__Failure failure;
} HANDSHAKES[] = {
    {"legacy renegotiation disabled", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"legacy sigalg disallowed", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"unsupported protocol", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"dh key too small", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"ee key too small", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"ca md too weak", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"wrong signature type", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"no shared", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"no ciphers", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"alert protocol version", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"alert handshake failure", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"alert insufficient security", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"internal error", GW__FAILURE__FAILURE_TLS_LEGACY},
    {"certificate verify failed", GW__FAILURE__FAILURE_TLS_CHAIN},
};

static const struct {
    long verify_result;
    Gw__Failure failure;
} CERTIFICATES[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, GW__FAILURE__FAILURE_TLS_EXPIRED},
    {X509_V_ERR_CERT_NOT_YET_VALID, GW__FAILURE__FAILURE_TLS_EXPIRED},
    {X509_V_ERR_EE_KEY_TOO_SMALL, GW__FAILURE__FAILURE_TLS_LEGACY},
    {X509_V_ERR_CA_KEY_TOO_SMALL, GW__FAILURE__FAILURE_TLS_LEGACY},
    {X509_V_ERR_CA_MD_TOO_WEAK, GW__FAILURE__FAILURE_TLS_LEGACY},
};

// The first row whose range holds the status decides.
static const struct {
    uint32_t from, to;
    Gw__Failure failure;
} STATUSES[] = {
    {200, 203, GW__FAILURE__FAILURE_NONE},
    {301, 304, GW__FAILURE__FAILURE_NONE},
    {307, 308, GW__FAILURE__FAILURE_NONE},
    {401, 401, GW__FAILURE__FAILURE_REFUSED},
    {403, 403, GW__FAILURE__FAILURE_REFUSED},
    {404, 404, GW__FAILURE__FAILURE_NOT_FOUND},
    {407, 407, GW__FAILURE__FAILURE_REFUSED},
    {408, 408, GW__FAILURE__FAILURE_TIMEOUT},
    {410, 410, GW__FAILURE__FAILURE_GONE},
    {412, 412, GW__FAILURE__FAILURE_CHALLENGE},
    {425, 425, GW__FAILURE__FAILURE_RATE_LIMITED},
    {429, 429, GW__FAILURE__FAILURE_RATE_LIMITED},
    {451, 451, GW__FAILURE__FAILURE_REFUSED},
    {468, 468, GW__FAILURE__FAILURE_CHALLENGE},
    {521, 521, GW__FAILURE__FAILURE_CHALLENGE},
    {500, 599, GW__FAILURE__FAILURE_SERVER_ERROR},
    {0, UINT32_MAX, GW__FAILURE__FAILURE_BAD_ANSWER},
};

static const struct {
    Gw__Failure failure;
    const char *name;
} NAMES[] = {
    {GW__FAILURE__FAILURE_NONE, "none"},
    {GW__FAILURE__FAILURE_TIMEOUT, "timeout"},
    {GW__FAILURE__FAILURE_SERVER_ERROR, "server_error"},
    {GW__FAILURE__FAILURE_RATE_LIMITED, "rate_limited"},
    {GW__FAILURE__FAILURE_CUT_OFF, "cut_off"},
    {GW__FAILURE__FAILURE_NOT_FOUND, "not_found"},
    {GW__FAILURE__FAILURE_GONE, "gone"},
    {GW__FAILURE__FAILURE_TLS_LEGACY, "tls_legacy"},
    {GW__FAILURE__FAILURE_TLS_CHAIN, "tls_chain"},
    {GW__FAILURE__FAILURE_TLS_EXPIRED, "tls_expired"},
    {GW__FAILURE__FAILURE_DNS, "dns"},
    {GW__FAILURE__FAILURE_CONNECT, "connect"},
    {GW__FAILURE__FAILURE_REDIRECT_LOOP, "redirect_loop"},
    {GW__FAILURE__FAILURE_WRONG_TYPE, "wrong_type"},
    {GW__FAILURE__FAILURE_PRIVATE_ADDRESS, "private_address"},
    {GW__FAILURE__FAILURE_TOO_BIG, "too_big"},
    {GW__FAILURE__FAILURE_BAD_ANSWER, "bad_answer"},
    {GW__FAILURE__FAILURE_CHALLENGE, "challenge"},
    {GW__FAILURE__FAILURE_ROBOTS, "robots"},
    {GW__FAILURE__FAILURE_REFUSED, "refused"},
    {GW__FAILURE__FAILURE_READER_CRASH, "reader_crash"},
    {GW__FAILURE__FAILURE_READER_TIME, "reader_time"},
    {GW__FAILURE__FAILURE_READER_MEMORY, "reader_memory"},
};

static Gw__Failure of_handshake(const char *message)
{
    struct gw_span text = gw_span_of(message);
    for (size_t i = 0; i < GW_COUNT(HANDSHAKES); i++)
        if (gw_find_nocase(text, gw_span_of(HANDSHAKES[i].text)) >= 0)
            return HANDSHAKES[i].failure;
    return GW__FAILURE__FAILURE_CONNECT;
}

Gw__Failure gw_failure_of_transfer(CURLcode code, const char *message, long verify_result)
{
    if (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION) {
        for (size_t i = 0; i < GW_COUNT(CERTIFICATES); i++)
            if (CERTIFICATES[i].verify_result == verify_result)
                return CERTIFICATES[i].failure;
        return code == CURLE_SSL_CONNECT_ERROR ? of_handshake(message) : GW__FAILURE__FAILURE_TLS_CHAIN;
    }
    for (size_t i = 0; i < GW_COUNT(TRANSFERS); i++)
        if (TRANSFERS[i].code == code)
            return TRANSFERS[i].failure;
    return GW__FAILURE__FAILURE_BAD_ANSWER;
}

Gw__Failure gw_failure_of_status(uint32_t status)
{
    for (size_t i = 0; i < GW_COUNT(STATUSES); i++)
        if (status >= STATUSES[i].from && status <= STATUSES[i].to)
            return STATUSES[i].failure;
    return GW__FAILURE__FAILURE_BAD_ANSWER;
}

// A small page that has a script but leads nowhere: what a wall sends in place of the page.
static bool is_empty_shell(struct gw_span body)
{
    return body.bytes < CHALLENGE_BYTES && gw_find_nocase(body, GW_SPAN("<script")) >= 0 &&
           gw_find_nocase(body, GW_SPAN("<a ")) < 0;
}

bool gw_failure_is_challenge(uint32_t status, bool set_cookie, struct gw_span body)
{
    switch (status) {
    case 412:
    case 468:
    case 521:
        return true;
    case 202:
    case 403:
        return is_empty_shell(body);
    case 200:
        return set_cookie && is_empty_shell(body);
    default:
        return false;
    }
}

const char *gw_failure_name(Gw__Failure failure)
{
    for (size_t i = 0; i < GW_COUNT(NAMES); i++)
        if (NAMES[i].failure == failure)
            return NAMES[i].name;
    return "unknown";
}
