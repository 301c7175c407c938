/* SPDX-License-Identifier: Apache-2.0 */
/* GRE: RFC 2784, key and sequence number of RFC 2890. */
#ifndef ADIT_GRE_H
#define ADIT_GRE_H

#include "core/layer.h"

enum gre_opt {
	GRE_OPT_KEY,
	GRE_OPT_IKEY,
	GRE_OPT_OKEY,
	GRE_OPT_CSUM,
	GRE_OPT_ICSUM,
	GRE_OPT_OCSUM,
	GRE_OPT_SEQ,
	GRE_OPT_ISEQ,
	GRE_OPT_OSEQ,
	GRE_OPT_ALLOWED,
	GRE_OPT_N
};

/* Flags and version, the first 16 bits. */
#define GRE_F_CSUM    0x8000
#define GRE_F_ROUTING 0x4000
#define GRE_F_KEY     0x2000
#define GRE_F_SEQ     0x1000
#define GRE_F_REFUSED 0x4c00 /* RFC 2784 2.2: of RFC 1701, to be discarded */
#define GRE_VERSION   0x0007
#define GRE_LEN	      4
#define GRE_LEN_MAX   16

extern const struct adit_layer_ops adit_layer_gre;

#endif
