/* SPDX-License-Identifier: Apache-2.0 */
/* Test vectors: tests/vectors/LAYER/NAME.txt, format in tests/vectors/README.md. */
#ifndef VECTOR_H
#define VECTOR_H

#include "lab.h"

#define VECTOR_MSGS  8
#define VECTOR_BYTES 8192

struct vector {
	char file[640], name[128], conf[256], upper_meta[256], lower_meta[256];
	uint8_t above, below; /* enum adit_shape, 0: the layer's only one */
	bool down, up, once;  /* once: each further unit differs, by a counter */
	enum adit_drop drop;
	int min; /* bytes of lower that are needed to be let through; -1: all */
	unsigned n_upper;
	uint32_t upper_len[VECTOR_MSGS], lower_len;
	uint8_t upper[VECTOR_MSGS][VECTOR_BYTES], lower[VECTOR_BYTES];
};

typedef void (*vector_fn)(const struct adit_layer_ops *ops, const struct vector *v);

/* Calls fn for each vector of the layer; returns how many there were. Fails the test on a line that
 * it does not understand, and on a vector that does not name its source. */
unsigned vector_each(const struct adit_layer_ops *ops, vector_fn fn);

#endif
