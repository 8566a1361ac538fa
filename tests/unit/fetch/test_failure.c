// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "base/err.h"
#include "fetch/failure.h"

#include <openssl/x509_vfy.h>

static const struct {
    CURLcode code;
    const char *message;
    long verify_result;
    const char *name;
} TRANSFERS[] = {
    {CURLE_COULDNT_RESOLVE_HOST, "Could not resolve host: x", 0, "dns"},
    {CURLE_COULDNT_CONNECT, "Connection refused", 0, "connect"},
    {CURLE_OPERATION_TIMEDOUT, "", 0, "timeout"},
    {CURLE_PARTIAL_FILE, "transfer closed with 5 bytes remaining to read", 0, "cut_off"},
    {CURLE_GOT_NOTHING, "Empty reply from server", 0, "cut_off"},
    {CURLE_RECV_ERROR, "Connection reset by peer", 0, "cut_off"},
    {CURLE_HTTP2_STREAM, "", 0, "cut_off"},
    {CURLE_BAD_CONTENT_ENCODING, "Error while processing content unencoding", 0, "bad_answer"},
    {CURLE_WEIRD_SERVER_REPLY, "", 0, "bad_answer"},
    {CURLE_UNSUPPORTED_PROTOCOL, "Protocol file not supported", 0, "bad_answer"},
    {CURLE_SSL_CONNECT_ERROR, "error:0A000152:SSL routines::unsafe legacy renegotiation disabled", 0, "tls_legacy"},
    {CURLE_SSL_CONNECT_ERROR, "error:0A00018A:SSL routines::dh key too small", 0, "tls_legacy"},
    {CURLE_SSL_CONNECT_ERROR, "error:0A00014D:SSL routines::legacy sigalg disallowed or unsupported", 0, "tls_legacy"},
    {CURLE_SSL_CONNECT_ERROR, "error:0A000102:SSL routines::unsupported protocol", 0, "tls_legacy"},
    {CURLE_SSL_CONNECT_ERROR, "error:0A00010B:SSL routines::wrong version number", 0, "connect"},
    {CURLE_SSL_CONNECT_ERROR, "OpenSSL SSL_connect: Connection reset by peer", 0, "connect"},
    {CURLE_PEER_FAILED_VERIFICATION, "", X509_V_ERR_CERT_HAS_EXPIRED, "tls_expired"},
    {CURLE_PEER_FAILED_VERIFICATION, "", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "tls_chain"},
    {CURLE_PEER_FAILED_VERIFICATION, "", X509_V_ERR_EE_KEY_TOO_SMALL, "tls_legacy"},
    {CURLE_PEER_FAILED_VERIFICATION, "no alternative certificate subject name matches", X509_V_OK, "tls_chain"},
};

static void transfers(void **state)
{
    (void)state;
    for (size_t i = 0; i < GW_COUNT(TRANSFERS); i++) {
        Gw__Failure failure =
            gw_failure_of_transfer(TRANSFERS[i].code, TRANSFERS[i].message, TRANSFERS[i].verify_result);
        assert_string_equal(gw_failure_name(failure), TRANSFERS[i].name);
    }
}

static const struct {
    uint32_t status;
    const char *name;
} STATUSES[] = {
    {200, "none"},         {204, "bad_answer"}, {206, "bad_answer"},   {301, "none"},         {302, "none"},
    {303, "none"},         {304, "none"},       {305, "bad_answer"},   {307, "none"},         {308, "none"},
    {400, "bad_answer"},   {401, "refused"},    {403, "refused"},      {404, "not_found"},    {410, "gone"},
    {429, "rate_limited"}, {451, "refused"},    {500, "server_error"}, {502, "server_error"}, {503, "server_error"},
    {508, "server_error"}, {521, "challenge"},  {412, "challenge"},    {999, "bad_answer"},   {0, "bad_answer"},
};

static void statuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < GW_COUNT(STATUSES); i++)
        assert_string_equal(gw_failure_name(gw_failure_of_status(STATUSES[i].status)), STATUSES[i].name);
}

#define SHELL "<html><body><Script>document.cookie='__jsl_clearance=1';location.reload()</script></body></html>"

static void challenges(void **state)
{
    (void)state;
    assert_true(gw_failure_is_challenge(521, false, GW_SPAN("")));
    assert_true(gw_failure_is_challenge(412, false, GW_SPAN("")));
    assert_true(gw_failure_is_challenge(468, false, GW_SPAN("")));
    assert_true(gw_failure_is_challenge(200, true, GW_SPAN(SHELL)));
    assert_true(gw_failure_is_challenge(403, false, GW_SPAN(SHELL)));
    assert_true(gw_failure_is_challenge(202, false, GW_SPAN(SHELL)));
    assert_false(gw_failure_is_challenge(200, false, GW_SPAN(SHELL))); // no cookie: a page that is made by its script
    assert_false(gw_failure_is_challenge(403, false, GW_SPAN("<h1>Forbidden</h1>")));
    assert_false(gw_failure_is_challenge(200, true, GW_SPAN("<script>x</script><a href='/n/1.html'>news</a>")));
    assert_false(gw_failure_is_challenge(200, true, GW_SPAN("{\"rows\":[]}")));
    assert_false(gw_failure_is_challenge(404, true, GW_SPAN(SHELL)));
    char large[5000];
    memset(large, ' ', sizeof large);
    memcpy(large, "<script>", 8);
    assert_false(gw_failure_is_challenge(200, true, (struct gw_span){large, sizeof large}));
}

// Every value of the schema has the name that people see.
static void names(void **state)
{
    (void)state;
    for (unsigned i = 0; i < gw__failure__descriptor.n_values; i++) {
        const ProtobufCEnumValue *value = &gw__failure__descriptor.values[i];
        char name[64];
        size_t n = 0;
        for (const char *at = value->name + strlen("FAILURE_"); *at; at++)
            name[n++] = gw_lower(*at);
        name[n] = '\0';
        assert_string_equal(gw_failure_name((Gw__Failure)value->value), name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transfers),
        cmocka_unit_test(statuses),
        cmocka_unit_test(challenges),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
