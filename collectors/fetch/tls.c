// SPDX-License-Identifier: Apache-2.0
#include "tls.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/str.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>

enum { CA_FILE_MAX = 4 * 1024 * 1024, CA_FILES_MAX = 256 };

static const char SYSTEM_CERTIFICATES[] = "/etc/ssl/certs/ca-certificates.crt";

// A ca_file, kept for the life of the process: a changed file counts from the next start.
struct ca_file {
    struct ca_file *next;
    char *path;
    struct gw_buf bytes;
    X509_STORE *store; // the system's certificates and these
};

struct gw_tls {
    X509_STORE *system;
    const char *system_path;
    struct ca_file *files;
    unsigned count;
};

static X509_STORE *new_store(const char *system_path)
{
    X509_STORE *store = X509_STORE_new();
    gw_assert(store);
    // As curl does: an intermediate that we trust is enough.
    X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
    if (X509_STORE_load_file(store, system_path) != 1)
        ERR_clear_error();
    return store;
}

struct gw_tls *gw_tls_new(void)
{
    struct gw_tls *tls = calloc(1, sizeof *tls);
    gw_assert(tls);
    const char *said = getenv("SSL_CERT_FILE");
    tls->system_path = said ? said : SYSTEM_CERTIFICATES;
    tls->system = new_store(tls->system_path);
    return tls;
}

static void free_file(struct ca_file *file)
{
    X509_STORE_free(file->store);
    gw_buf_fini(&file->bytes);
    free(file->path);
    free(file);
}

struct gw_tls *gw_tls_free(struct gw_tls *tls)
{
    if (!tls)
        return NULL;
    for (struct ca_file *file = tls->files; file;) {
        struct ca_file *next = file->next;
        free_file(file);
        file = next;
    }
    X509_STORE_free(tls->system);
    free(tls);
    return NULL;
}

static int add_certificates(X509_STORE *store, const struct gw_buf *pem, const char *path)
{
    BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->bytes);
    gw_assert(bio);
    int count = 0;
    for (X509 *certificate; (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)); count++) {
        X509_STORE_add_cert(store, certificate); // a certificate that is there already is fine
        X509_free(certificate);
    }
    BIO_free(bio);
    ERR_clear_error();
    return count > 0 ? 0 : gw_fail(GW_EINVAL, "ca_file %s: no certificate in it (PEM is expected)", path);
}

static int load_file(struct gw_tls *tls, const char *path, struct ca_file **ret_file)
{
    if (tls->count >= CA_FILES_MAX)
        return gw_fail(GW_ELIMIT, "more than %d different ca_files", CA_FILES_MAX);
    struct ca_file *file = calloc(1, sizeof *file);
    gw_assert(file);
    file->bytes = GW_BUF(CA_FILE_MAX);
    file->path = strdup(path);
    gw_assert(file->path);
    int rc = gw_fs_read(path, &file->bytes);
    if (rc == 0) {
        file->store = new_store(tls->system_path);
        rc = add_certificates(file->store, &file->bytes, path);
    }
    if (rc) {
        free_file(file);
        return rc;
    }
    file->next = tls->files;
    tls->files = file;
    tls->count++;
    *ret_file = file;
    return 0;
}

static int find_file(struct gw_tls *tls, const char *path, struct ca_file **ret_file)
{
    for (struct ca_file *file = tls->files; file; file = file->next) {
        if (strcmp(file->path, path) == 0) {
            *ret_file = file;
            return 0;
        }
    }
    return load_file(tls, path, ret_file);
}

static CURLcode share_store(CURL *easy, void *context, void *store)
{
    (void)easy;
    SSL_CTX_set1_cert_store(context, store);
    return CURLE_OK;
}

static CURLcode share_store_legacy(CURL *easy, void *context, void *store)
{
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    return share_store(easy, context, store);
}

int gw_tls_apply(struct gw_tls *tls, const Gw__FetchRule *rule, CURL *easy)
{
    X509_STORE *store = tls->system;
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    if (rule && rule->ca_file[0]) {
        struct ca_file *file = NULL;
        int rc = find_file(tls, rule->ca_file, &file);
        if (rc)
            return rc;
        struct curl_blob blob = {.data = file->bytes.data, .len = file->bytes.bytes, .flags = CURL_BLOB_NOCOPY};
        curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
        store = file->store;
    }
    bool legacy = rule && rule->tls != GW__TLS__TLS_STRICT; // insecure is the wider door of the two
    if (legacy) { // TLS 1.0 and its SHA-1 signatures need security level 0 in OpenSSL 3
        curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1);
        curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
    }
    if (rule && rule->tls == GW__TLS__TLS_INSECURE) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, legacy ? share_store_legacy : share_store);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, store);
    return 0;
}
