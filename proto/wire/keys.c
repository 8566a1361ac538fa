// SPDX-License-Identifier: Apache-2.0
#include "keys.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zmq.h>

enum { FILE_MAX = 16 * 1024, PATH_BYTES = 64 * 1024 };

static const struct {
    const char *name;
    enum gw_role role;
} roles[] = {{"agent", GW_ROLE_AGENT}, {"consumer", GW_ROLE_CONSUMER}, {"operator", GW_ROLE_OPERATOR}};

const char *gw_role_name(enum gw_role role)
{
    for (size_t i = 0; i < GW_COUNT(roles); i++)
        if (roles[i].role == role)
            return roles[i].name;
    return NULL;
}

bool gw_role_parse(const char *name, enum gw_role *ret_role)
{
    for (size_t i = 0; i < GW_COUNT(roles); i++)
        if (strcmp(roles[i].name, name) == 0) {
            *ret_role = roles[i].role;
            return true;
        }
    return false;
}

bool gw_key_name_valid(const char *name)
{
    size_t bytes = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
    return bytes > 0 && bytes < GW_KEY_NAME_BYTES && !name[bytes] && name[0] != '.';
}

int gw_key_make(const char *name, struct gw_key *ret_key)
{
    struct gw_key key = {0};
    if (!gw_key_name_valid(name))
        return gw_fail(GW_EINVAL, "'%s' is no name for a key: letters, digits, '-', '_' and '.', at most 64", name);
    snprintf(key.name, sizeof key.name, "%s", name);
    if (zmq_curve_keypair(key.public_key, key.secret_key) != 0)
        return gw_fail(GW_EIO, "cannot make a key: %s", zmq_strerror(zmq_errno()));
    *ret_key = key;
    gw_key_wipe(&key);
    return GW_OK;
}

void gw_key_wipe(struct gw_key *key)
{
    explicit_bzero(key, sizeof *key);
}

// ---- reading

static bool key_read(struct gw_span value, char out[GW_KEY_TEXT_BYTES])
{
    uint8_t raw[32];
    if (value.bytes != GW_KEY_TEXT_BYTES - 1)
        return false;
    char text[GW_KEY_TEXT_BYTES] = {0};
    memcpy(text, value.at, value.bytes);
    bool good = zmq_z85_decode(raw, text) != NULL;
    if (good)
        memcpy(out, text, sizeof text);
    explicit_bzero(raw, sizeof raw);
    explicit_bzero(text, sizeof text);
    return good;
}

// NULL, or what is wrong with it (never the value: it may be a secret).
static const char *word_read(struct gw_span word, struct gw_span value, struct gw_key *key)
{
    char text[GW_KEY_NAME_BYTES] = "";
    if (value.bytes < sizeof text)
        memcpy(text, value.at, value.bytes);
    if (gw_span_eq(word, GW_SPAN("name"))) {
        memcpy(key->name, text, sizeof key->name);
        return gw_key_name_valid(text) ? NULL : "not a name for a key";
    }
    if (gw_span_eq(word, GW_SPAN("role")))
        return gw_role_parse(text, &key->role) ? NULL : "role is agent, consumer or operator";
    char *to = gw_span_eq(word, GW_SPAN("public"))   ? key->public_key
               : gw_span_eq(word, GW_SPAN("secret")) ? key->secret_key
               : gw_span_eq(word, GW_SPAN("broker")) ? key->broker_key
                                                     : NULL;
    if (!to)
        return "unknown word: a key file knows name, public, secret, broker and role";
    bool good = key_read(value, to);
    explicit_bzero(text, sizeof text);
    return good ? NULL : "not a key (40 characters of Z85)";
}

static int text_read(const char *path, struct gw_span left, struct gw_key *key)
{
    for (unsigned line = 1; left.bytes; line++) {
        const char *end = memchr(left.at, '\n', left.bytes);
        size_t bytes = end ? (size_t)(end - left.at) : left.bytes;
        struct gw_span text = gw_span_trim((struct gw_span){left.at, bytes});
        left = (struct gw_span){left.at + bytes + (end != NULL), left.bytes - bytes - (end != NULL)};
        if (!text.bytes || *text.at == '#')
            continue;
        size_t word = 0;
        while (word < text.bytes && !gw_is_space((unsigned char)text.at[word]))
            word++;
        struct gw_span value = gw_span_trim((struct gw_span){text.at + word, text.bytes - word});
        const char *wrong = word_read((struct gw_span){text.at, word}, value, key);
        if (wrong)
            return gw_fail(GW_EINVAL, "%s:%u: %s", path, line, wrong);
    }
    return *key->public_key ? GW_OK : gw_fail(GW_EINVAL, "%s: no public key in it", path);
}

// Before it is read, so that a secret everybody could have read is not used at all.
static int mode_check(const char *path)
{
    struct stat info;
    if (stat(path, &info) == 0 && (info.st_mode & 077))
        return gw_fail(GW_EDENIED, "%s: others can read this secret (mode %03o); chmod 600 it", path,
                       info.st_mode & 0777);
    return GW_OK;
}

int gw_key_load(const char *path, struct gw_key *ret_key)
{
    struct gw_key key = {0};
    struct gw_buf text = GW_BUF(FILE_MAX);
    int rc = gw_fs_read(path, &text);
    if (rc == GW_ELIMIT)
        rc = gw_fail(GW_EINVAL, "%s: too long for a key file", path);
    if (rc == GW_OK)
        rc = text_read(path, (struct gw_span){gw_buf_str(&text), text.bytes}, &key);
    if (rc == GW_OK && *key.secret_key)
        rc = mode_check(path);
    if (rc == GW_OK)
        *ret_key = key;
    if (text.data)
        explicit_bzero(text.data, text.bytes);
    gw_buf_fini(&text);
    gw_key_wipe(&key);
    return rc;
}

int gw_key_load_client(const char *path, struct gw_key *ret_key)
{
    int rc = gw_key_load(path, ret_key);
    if (rc == GW_OK && !*ret_key->secret_key)
        return gw_fail(GW_EINVAL, "%s: no secret in it; give the .key file, not the .pub", path);
    if (rc == GW_OK && !*ret_key->broker_key)
        return gw_fail(GW_EINVAL,
                       "%s: no 'broker' line in it; 'govwire key allow' prints the line on the broker's side", path);
    return rc;
}

// ---- writing

static void line_put(struct gw_buf *out, const char *word, const char *value)
{
    if (value && *value)
        gw_buf_printf(out, "%s %s\n", word, value);
}

int gw_key_save(const char *path, const struct gw_key *key)
{
    struct gw_buf text = GW_BUF(FILE_MAX);
    if (*key->secret_key)
        gw_buf_puts(&text, "# The secret of this key is for the machine that made it alone.\n");
    line_put(&text, "name", key->name);
    line_put(&text, "public", key->public_key);
    line_put(&text, "secret", key->secret_key);
    line_put(&text, "broker", key->broker_key);
    line_put(&text, "role", gw_role_name(key->role));
    int rc = gw_fs_write(path, text.data, text.bytes, *key->secret_key ? 0600 : 0644);
    explicit_bzero(text.data, text.bytes);
    gw_buf_fini(&text);
    return rc;
}

static int broker_make(const char *dir, const char *path, struct gw_key *ret_key)
{
    struct gw_buf pub = GW_BUF(PATH_BYTES);
    gw_buf_printf(&pub, "%s/broker.pub", dir);
    int rc = gw_fs_mkdir(dir, 0700);
    if (rc == GW_OK)
        rc = gw_key_make("broker", ret_key);
    if (rc == GW_OK)
        rc = gw_key_save(path, ret_key);
    struct gw_key shown = {0};
    if (rc == GW_OK) {
        memcpy(shown.name, ret_key->name, sizeof shown.name);
        memcpy(shown.public_key, ret_key->public_key, sizeof shown.public_key);
        rc = gw_key_save(gw_buf_str(&pub), &shown);
    }
    gw_buf_fini(&pub);
    return rc;
}

int gw_key_broker(const char *keys_dir, struct gw_key *ret_key)
{
    struct gw_buf path = GW_BUF(PATH_BYTES);
    gw_buf_printf(&path, "%s/broker.key", keys_dir);
    int rc = gw_buf_ok(&path) ? gw_key_load(gw_buf_str(&path), ret_key) : gw_fail(GW_ELIMIT, "%s: too long", keys_dir);
    if (rc == GW_ENOTFOUND)
        rc = broker_make(keys_dir, gw_buf_str(&path), ret_key);
    else if (rc == GW_OK && !*ret_key->secret_key)
        rc = gw_fail(GW_EINVAL, "%s: no secret in it", gw_buf_str(&path));
    gw_buf_fini(&path);
    return rc;
}
