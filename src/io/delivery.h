/* SPDX-License-Identifier: Apache-2.0 */
/* The delivery's socket driver: `udp`, `udp / ip` or `ip` at the bottom of a stack. */
#ifndef ADIT_IO_DELIVERY_H
#define ADIT_IO_DELIVERY_H

#include "io/port.h"

/* Reads the last layers' options into t->del and lists the others in t->inner. *at: which layer a
 * fault belongs to. */
enum adit_err io_delivery_read(
	struct io_tunnel *t, unsigned *at, struct adit_fault *f) ADIT_MUST_USE;

enum adit_err io_delivery_open(struct io_port *p, struct adit_fault *f) ADIT_MUST_USE;
/* Receives at most IO_PASS_SEGS segments into the stack. True: there may be more. */
bool io_delivery_recv(struct io_port *p, struct io_fd *s);
void io_delivery_send(struct io_port *p);

#endif
