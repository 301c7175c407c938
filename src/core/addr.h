/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as values: IP address with port, prefix, MAC. */
#ifndef ADIT_ADDR_H
#define ADIT_ADDR_H

#include "core/types.h"

/* An IPv4 address stands in ip[0..3], the rest is zero, so that values compare whole. */
struct adit_addr {
	uint8_t family; /* 4, 6, or 0 for none */
	uint8_t zero;
	uint16_t port;	/* host order; 0 for none */
	uint32_t scope; /* IPv6 interface index, 0 for none */
	uint8_t ip[16];
};

struct adit_prefix {
	struct adit_addr addr; /* as written: host bits are kept */
	uint8_t len;
};

#define ADIT_ADDR_TEXT 64 /* room for any address with port, and the final NUL */

static inline unsigned adit_addr_len(const struct adit_addr *a)
{
	return a->family == 4 ? 4 : a->family == 6 ? 16 : 0;
}

bool adit_addr_same_ip(const struct adit_addr *a, const struct adit_addr *b);
bool adit_addr_equal(
	const struct adit_addr *a, const struct adit_addr *b); /* with port and scope */
bool adit_addr_is_multicast(const struct adit_addr *a);
bool adit_addr_is_any(const struct adit_addr *a); /* 0.0.0.0, :: */
uint32_t adit_addr_hash(const struct adit_addr *a);

/* Numeric forms: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`, `:80`
 * (family 0, any address). No names, no scope names. False: not an address. */
bool adit_addr_parse(struct adit_addr *a, const char *text);
/* ADDR/LEN; without /LEN the whole address. */
bool adit_prefix_parse(struct adit_prefix *p, const char *text);
bool adit_prefix_match(const struct adit_prefix *p, const struct adit_addr *a);
bool adit_mac_parse(uint8_t mac[6], const char *text);

/* RFC 5952 text. Writes at most ADIT_ADDR_TEXT bytes; returns out. Port shown when not 0. */
const char *adit_addr_text(const struct adit_addr *a, char out[ADIT_ADDR_TEXT]);
const char *adit_prefix_text(const struct adit_prefix *p, char out[ADIT_ADDR_TEXT]);

#endif
