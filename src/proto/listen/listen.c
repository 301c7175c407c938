/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/listen/listen.h"

static const struct adit_opt opts[] = {
	[LISTEN_ADDR] = { .name = "addr",
		.type = ADIT_OPT_ADDR,
		.flags = ADIT_OPT_POS | ADIT_OPT_PORT | ADIT_OPT_REQUIRED,
		.arg = "[ADDR]:PORT",
		.help = "address to accept connections on" },
	[LISTEN_TO] = { .name = "to",
		.type = ADIT_OPT_HOST,
		.flags = ADIT_OPT_PORT,
		.arg = "HOST:PORT",
		.help = "where the far side is to connect to" },
	[LISTEN_DEV] = { .name = "dev",
		.type = ADIT_OPT_STR,
		.min = 1,
		.max = 15,
		.arg = "NAME",
		.help = "network device to bind to" },
};

_Static_assert(ADIT_LEN(opts) == LISTEN_N, "one row an option");

static enum adit_err listen_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	(void)first;
	if (adit_conf_addr(l->conf, LISTEN_ADDR, 0)->port)
		return ADIT_OK;
	return adit_blame(f, LISTEN_ADDR,
		adit_fail(f, ADIT_ECONF, "write it as ADDR:PORT", "the port is missing"));
}

const struct adit_layer_ops adit_layer_listen = {
	.name = "listen",
	.title = "accepts connections, each a flow of its own",
	.standard = "RFC 9293",
	.osi = 4,
	.below = ADIT_STREAM,
	.flags = ADIT_L_END | ADIT_L_MANY | ADIT_L_DIAL,
	.opts = opts,
	.n_opts = ADIT_LEN(opts),
	.open = listen_open,
};
