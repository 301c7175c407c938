/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/tcp/tcp.h"

static const struct adit_opt opts[] = {
	[TCP_OPT_REMOTE] = { .name = "remote",
		.type = ADIT_OPT_HOST,
		.flags = ADIT_OPT_POS | ADIT_OPT_PORT | ADIT_OPT_BELOW,
		.arg = "HOST:PORT",
		.help = "far side to connect to" },
	[TCP_OPT_LISTEN] = { .name = "listen",
		.type = ADIT_OPT_ADDR,
		.flags = ADIT_OPT_PORT | ADIT_OPT_SERVER | ADIT_OPT_BELOW,
		.arg = "[ADDR]:PORT",
		.help = "accept connections here; the layers above serve" },
	[TCP_OPT_LOCAL] = { .name = "local",
		.type = ADIT_OPT_ADDR,
		.flags = ADIT_OPT_PORT | ADIT_OPT_BELOW,
		.arg = "ADDR[:PORT]",
		.help = "address to connect from" },
	[TCP_OPT_DEV] = { .name = "dev",
		.type = ADIT_OPT_STR,
		.min = 1,
		.max = 15,
		.flags = ADIT_OPT_BELOW,
		.arg = "NAME",
		.help = "network device to bind to" },
	[TCP_OPT_PORT] = { .name = "port",
		.type = ADIT_OPT_UINT,
		.flags = ADIT_OPT_BELOW,
		.min = 1,
		.max = 65535,
		.arg = "PORT",
		.help = "port of remote= or listen= where they have none" },
	[TCP_OPT_NODELAY] = { .name = "nodelay",
		.type = ADIT_OPT_FLAG,
		.flags = ADIT_OPT_DEFAULT | ADIT_OPT_BELOW,
		.def = 1,
		.help = "send small pieces at once, on unless turned off" },
	[TCP_OPT_KEEPALIVE] = { .name = "keepalive",
		.type = ADIT_OPT_TIME,
		.flags = ADIT_OPT_DEFAULT | ADIT_OPT_BELOW,
		.def = 60 * ADIT_S,
		.max = 32767 * ADIT_S,
		.arg = "TIME",
		.help = "silence after which the far side is probed, 0 for never" },
	[TCP_OPT_CONNECT] = { .name = "connect",
		.type = ADIT_OPT_TIME,
		.flags = ADIT_OPT_DEFAULT | ADIT_OPT_BELOW,
		.def = 15 * ADIT_S,
		.min = 1 * ADIT_S,
		.max = 600 * ADIT_S,
		.arg = "TIME",
		.help = "time that connecting may take" },
};

_Static_assert(ADIT_LEN(opts) == TCP_OPT_N, "one row an option");

static enum adit_err fault(struct adit_fault *f, unsigned opt, const char *fix, const char *what)
{
	return adit_blame(f, (int)opt, adit_fail(f, ADIT_ECONF, fix, "%s", what));
}

enum adit_err tcp_conf_read(struct tcp_conf *t, const struct adit_conf *c, struct adit_fault *f)
{
	uint16_t port = (uint16_t)adit_conf_u(c, TCP_OPT_PORT);
	bool dials = adit_conf_has(c, TCP_OPT_REMOTE);
	struct adit_addr *main;

	*t = (struct tcp_conf){ .dev = adit_conf_str(c, TCP_OPT_DEV, 0),
		.listens = adit_conf_has(c, TCP_OPT_LISTEN),
		.nodelay = adit_conf_flag(c, TCP_OPT_NODELAY),
		.keepalive = adit_conf_u(c, TCP_OPT_KEEPALIVE),
		.connect = adit_conf_u(c, TCP_OPT_CONNECT) };
	if (dials && t->listens)
		return fault(f, TCP_OPT_LISTEN, "write tcp HOST:PORT, or tcp listen=[ADDR]:PORT",
			"tcp either connects or listens, not both");
	if (t->listens && adit_conf_has(c, TCP_OPT_LOCAL))
		return fault(f, TCP_OPT_LOCAL, "leave local= out", "listen= is the local address");
	if (dials)
		t->remote = *adit_conf_addr(c, TCP_OPT_REMOTE, 0);
	if (t->listens || adit_conf_has(c, TCP_OPT_LOCAL))
		t->local = *adit_conf_addr(c, t->listens ? TCP_OPT_LISTEN : TCP_OPT_LOCAL, 0);
	main = t->listens ? &t->local : &t->remote;
	if (port && main->port && main->port != port)
		return fault(f, TCP_OPT_PORT, "leave one of them out",
			"port= contradicts the port given with the address");
	if (!main->port)
		main->port = port;
	if (!main->port && (dials || t->listens))
		return fault(f, t->listens ? TCP_OPT_LISTEN : TCP_OPT_REMOTE,
			"write it as ADDR:PORT", "the port is missing");
	return ADIT_OK;
}

static enum adit_err tcp_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	(void)first;
	return tcp_conf_read(l->state, l->conf, f);
}

static unsigned describe(const struct adit_layer *l, struct adit_hdr *out, unsigned max)
{
	const struct tcp_conf *t = l->state;
	bool six = t->remote.family == 6 || t->local.family == 6;

	if (max < 2)
		return 0;
	out[0] = (struct adit_hdr){ .name = "TCP",
		.dissector = "tcp",
		.role = "delivery: a reliable stream between ports",
		.standard = "RFC 9293",
		.bytes = 32,
		.osi = 4,
		.n_fields = 2,
		.field = { { .name = "Source Port", .filter = "tcp.srcport", .off = 0, .bytes = 2 },
			{ .name = "Destination Port",
				.filter = "tcp.dstport",
				.off = 2,
				.bytes = 2 } } };
	out[1] = (struct adit_hdr){ .name = six ? "IPv6" : "IPv4",
		.dissector = six ? "ipv6" : "ip",
		.role = "delivery between hosts",
		.standard = six ? "RFC 8200" : "RFC 791",
		.bytes = six ? 40 : 20,
		.osi = 3 };
	return 2;
}

const struct adit_layer_ops adit_layer_tcp = {
	.name = "tcp",
	.title = "TCP connections of the system: dials, or listens with listen=",
	.standard = "RFC 9293",
	.osi = 4,
	.above = ADIT_STREAM,
	.flags = ADIT_L_BOTTOM | ADIT_L_MANY,
	.opts = opts,
	.n_opts = ADIT_LEN(opts),
	.state_size = sizeof(struct tcp_conf),
	.open = tcp_open,
	.describe = describe,
};
