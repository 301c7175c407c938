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

extern const struct adit_layer_ops adit_layer_gre;

#endif
