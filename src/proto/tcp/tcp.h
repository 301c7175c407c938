/* SPDX-License-Identifier: Apache-2.0 */
/* TCP at the bottom of a stack: the options of the system's own sockets. */
#ifndef ADIT_PROTO_TCP_H
#define ADIT_PROTO_TCP_H

#include "core/layer.h"

enum tcp_opt {
	TCP_OPT_REMOTE,
	TCP_OPT_LISTEN,
	TCP_OPT_LOCAL,
	TCP_OPT_DEV,
	TCP_OPT_PORT,
	TCP_OPT_NODELAY,
	TCP_OPT_KEEPALIVE,
	TCP_OPT_CONNECT, /* time limit */
	TCP_OPT_N
};

/* What a stream socket is told; the rows of tcp, listen and connect have it in common. */
struct tcp_conf {
	struct adit_addr remote, local; /* local: to listen on, or to send from */
	const char *dev;		/* NULL: any */
	bool listens, nodelay;
	adit_time keepalive; /* 0: off */
	adit_time connect;
};

enum adit_err tcp_conf_read(
	struct tcp_conf *t, const struct adit_conf *c, struct adit_fault *f) ADIT_MUST_USE;

extern const struct adit_layer_ops adit_layer_tcp;

#endif
