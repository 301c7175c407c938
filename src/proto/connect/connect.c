/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/connect/connect.h"

static const struct adit_opt opts[] = {
	[CONNECT_TARGET] = { .name = "target",
		.type = ADIT_OPT_HOST,
		.flags = ADIT_OPT_POS | ADIT_OPT_PORT | ADIT_OPT_REQUIRED,
		.arg = "HOST:PORT",
		.help = "where each flow is connected to" },
	[CONNECT_LOCAL] = { .name = "local",
		.type = ADIT_OPT_ADDR,
		.arg = "ADDR",
		.help = "address to connect from" },
	[CONNECT_DEV] = { .name = "dev",
		.type = ADIT_OPT_STR,
		.min = 1,
		.max = 15,
		.arg = "NAME",
		.help = "network device to bind to" },
};

_Static_assert(ADIT_LEN(opts) == CONNECT_N, "one row an option");

static enum adit_err connect_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	(void)first;
	if (adit_conf_addr(l->conf, CONNECT_TARGET, 0)->port)
		return ADIT_OK;
	return adit_blame(f, CONNECT_TARGET,
		adit_fail(f, ADIT_ECONF, "write it as HOST:PORT", "the port is missing"));
}

const struct adit_layer_ops adit_layer_connect = {
	.name = "connect",
	.title = "connects each flow that arrives to one target",
	.standard = "RFC 9293",
	.osi = 4,
	.below = ADIT_STREAM,
	.flags = ADIT_L_END | ADIT_L_MANY,
	.opts = opts,
	.n_opts = ADIT_LEN(opts),
	.open = connect_open,
};
