/* SPDX-License-Identifier: Apache-2.0 */
/* Path MTU, from the sockets through the stack to the device. */
#ifndef ADIT_IO_PATH_H
#define ADIT_IO_PATH_H

#include "io/port.h"

/* Before the device exists: fills t->mtu from the route to the far side. */
enum adit_err io_path_first(struct io_tunnel *t, struct adit_fault *f) ADIT_MUST_USE;
/* The IP packets of the delivery may measure mtu bytes: tells the stack, and the other workers. */
void io_path_tell(struct io_port *p, unsigned mtu);
/* What another worker told. False: nothing new. */
bool io_path_hear(struct io_port *p);
/* Looks again at the route to the far side: what was learnt of a path is forgotten some day. */
void io_path_refresh(struct io_port *p);
/* Sending to this address failed for size: asks the system and tells the stack. */
void io_path_ask(struct io_port *p, const struct adit_addr *far);
/* An event came out of the stack's top; stays the caller's. */
void io_path_event(struct io_port *p, struct adit_pkt *ev);

#endif
