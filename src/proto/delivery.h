/* SPDX-License-Identifier: Apache-2.0 */
/* What udp and ip have in common: the options of the outer IP header, read once into values. Both
 * option tables begin with these rows in this order, so that the socket drivers of src/io and the
 * layers in the middle of a stack read them alike. */
#ifndef ADIT_DELIVERY_H
#define ADIT_DELIVERY_H

#include "core/layer.h"

enum adit_delivery_opt {
	ADIT_DELIVERY_REMOTE,
	ADIT_DELIVERY_LOCAL,
	ADIT_DELIVERY_DEV,
	ADIT_DELIVERY_TTL,
	ADIT_DELIVERY_TOS,
	ADIT_DELIVERY_DF,
	ADIT_DELIVERY_FROM,
	ADIT_DELIVERY_N
};

#define ADIT_TTL_DEFAULT 64

struct adit_delivery {
	struct adit_addr remote, local; /* family 0: none; ports as far as they were given */
	const char *dev;		/* NULL: none */
	uint8_t ttl;			/* 0: inherit */
	uint8_t tos;			/* DSCP in its upper six bits, ECN zero */
	bool tos_inherit;
	bool df;
	bool from_any;
};

/* False: f says which option is wrong. */
enum adit_err adit_delivery_read(
	struct adit_delivery *d, const struct adit_conf *c, struct adit_fault *f) ADIT_MUST_USE;

/* The outer header's fields for a unit with this meta: the layer above always says what the inner
 * packet has; the ECN bits are taken from it, DSCP and TTL only where `inherit` was written. */
uint8_t adit_delivery_tos(const struct adit_delivery *d, const struct adit_meta *m);
uint8_t adit_delivery_ttl(const struct adit_delivery *d, const struct adit_meta *m);
bool adit_delivery_df(const struct adit_delivery *d, const struct adit_meta *m);

/* Where a unit goes and whence, when the layer above chose no address: the configured ones. The
 * ports are those of whoever gave the address. False: not known, or of two IP versions. */
bool adit_delivery_route(const struct adit_delivery *d, const struct adit_meta *m,
	struct adit_addr *far, struct adit_addr *near) ADIT_MUST_USE;

/* Whether a unit with these addresses may come up: ADIT_KEEP, PEER or SELF. Ports are not looked
 * at: a source port carries entropy. Sets m->known where the configuration says who may send. */
enum adit_drop adit_delivery_check(const struct adit_delivery *d, struct adit_meta *m);

/* For describe(): 4 or 6, the worse where nothing says. */
unsigned adit_delivery_version(const struct adit_delivery *d);
/* The outer IP header; proto 0: depends on what it carries. */
void adit_delivery_describe(const struct adit_delivery *d, struct adit_hdr *h, unsigned proto);

#endif
