// SPDX-License-Identifier: Apache-2.0
// The ranges are those of the IANA special-purpose registries (RFC 6890) and the addresses at which clouds answer with
// the machine's own secrets.
#include "guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct range {
    const char *network;
    unsigned bits;
    bool never; // closed even when private networks are allowed
    const char *name;
};

// The first row that contains the address decides, so a single address stands above the range it lies in.
static const struct range V4[] = {
    {"100.100.100.200", 32, true, "metadata service"},
    {"168.63.129.16", 32, true, "metadata service"},
    {"192.0.0.192", 32, true, "metadata service"},
    {"0.0.0.0", 8, true, "this network"},
    {"10.0.0.0", 8, false, "private"},
    {"100.64.0.0", 10, false, "shared (carrier NAT)"},
    {"127.0.0.0", 8, false, "loopback"},
    {"169.254.0.0", 16, true, "link-local"},
    {"172.16.0.0", 12, false, "private"},
    {"192.0.0.0", 24, false, "protocol assignments"},
    {"192.0.2.0", 24, false, "documentation"},
    {"192.88.99.0", 24, true, "6to4 relay"},
    {"192.168.0.0", 16, false, "private"},
    {"198.18.0.0", 15, false, "benchmarking"},
    {"198.51.100.0", 24, false, "documentation"},
    {"203.0.113.0", 24, false, "documentation"},
    {"224.0.0.0", 4, true, "multicast"},
    {"240.0.0.0", 4, true, "reserved"}, // with 255.255.255.255
};

static const struct range V6[] = {
    {"::", 128, true, "unspecified"},
    {"::1", 128, false, "loopback"},
    {"fd00:ec2::254", 128, true, "metadata service"},
    {"64:ff9b:1::", 48, false, "private NAT64"},
    {"100::", 64, true, "discard"},
    {"2001:db8::", 32, false, "documentation"},
    {"2001::", 32, true, "Teredo"},
    {"fc00::", 7, false, "private"},
    {"fe80::", 10, true, "link-local"},
    {"fec0::", 10, false, "site-local"},
    {"ff00::", 8, true, "multicast"},
};

// Where an IPv4 address lies inside an IPv6 one.
static const struct {
    const char *network;
    unsigned bits;
    unsigned at; // byte offset of the IPv4 address
} WRAPPED[] = {
    {"::ffff:0:0", 96, 12},   // mapped (RFC 4291)
    {"::ffff:0:0:0", 96, 12}, // translated (RFC 2765)
    {"64:ff9b::", 96, 12},    // NAT64 (RFC 6052)
    {"2002::", 16, 2},        // 6to4 (RFC 3056)
    {"::", 96, 12},           // compatible (deprecated)
};

static bool inside(const uint8_t *address, int family, const char *network, unsigned bits)
{
    uint8_t base[16];
    if (inet_pton(family, network, base) != 1)
        return false;
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(address, base, whole) != 0)
        return false;
    return rest == 0 || ((address[whole] ^ base[whole]) >> (8 - rest)) == 0;
}

static const char *judge(const uint8_t *address, int family, const struct range *ranges, size_t count,
                         bool allow_private)
{
    for (size_t i = 0; i < count; i++)
        if (inside(address, family, ranges[i].network, ranges[i].bits))
            return ranges[i].never || !allow_private ? ranges[i].name : NULL;
    return NULL;
}

static const char *judge4(const uint8_t address[4], bool allow_private)
{
    return judge(address, AF_INET, V4, sizeof V4 / sizeof *V4, allow_private);
}

static const char *judge6(const uint8_t address[16], bool allow_private)
{
    static const uint8_t LOOPBACK[16] = {[15] = 1}, UNSPECIFIED[16] = {0};
    bool plain = memcmp(address, LOOPBACK, 16) == 0 || memcmp(address, UNSPECIFIED, 16) == 0;
    for (size_t i = 0; !plain && i < sizeof WRAPPED / sizeof *WRAPPED; i++)
        if (inside(address, AF_INET6, WRAPPED[i].network, WRAPPED[i].bits))
            return judge4(address + WRAPPED[i].at, allow_private);
    return judge(address, AF_INET6, V6, sizeof V6 / sizeof *V6, allow_private);
}

const char *gw_guard_refuses(const struct sockaddr *address, bool allow_private)
{
    if (address->sa_family == AF_INET)
        return judge4((const uint8_t *)&((const struct sockaddr_in *)address)->sin_addr, allow_private);
    if (address->sa_family == AF_INET6)
        return judge6(((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr, allow_private);
    return "not an internet address";
}

const char *gw_guard_refuses_text(const char *host, bool allow_private)
{
    char plain[INET6_ADDRSTRLEN + 16];
    uint8_t address[16];
    size_t bytes = strlen(host);
    if (bytes >= 2 && host[0] == '[' && host[bytes - 1] == ']') {
        host++;
        bytes -= 2;
    }
    bytes = bytes < strcspn(host, "%") ? bytes : strcspn(host, "%"); // a zone ("fe80::1%eth0")
    if (bytes >= sizeof plain)
        return NULL;
    memcpy(plain, host, bytes);
    plain[bytes] = '\0';
    if (inet_pton(AF_INET, plain, address) == 1)
        return judge4(address, allow_private);
    if (inet_pton(AF_INET6, plain, address) == 1)
        return judge6(address, allow_private);
    return NULL;
}
