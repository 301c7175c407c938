/* SPDX-License-Identifier: Apache-2.0 */
/* Super-packets and their segments as scapy 2.5.0 builds them, one packet at a time, with its own
 * lengths and checksums. The checksum field of each super-packet is spoilt. */
#ifndef ADIT_TEST_CUT_VECTORS_H
#define ADIT_TEST_CUT_VECTORS_H

#include <stdint.h>

#define CUT_VECTORS 10

struct cut_vector {
	const char *name;
	uint8_t kind, shape;
	uint16_t seg, csum_start, csum_off;
	const char *super;
	const char *segs[4];
};

extern const struct cut_vector cut_vectors[CUT_VECTORS];

#endif
