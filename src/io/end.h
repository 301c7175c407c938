/* SPDX-License-Identifier: Apache-2.0 */
/* The device end: opening, reading into the stack, writing what came out of it. */
#ifndef ADIT_IO_END_H
#define ADIT_IO_END_H

#include "io/port.h"

enum adit_err io_end_open(struct io_tunnel *t, struct adit_fault *f) ADIT_MUST_USE;

/* Reads at most IO_PASS_SEGS segments into the stack. True: there may be more. */
bool io_end_read(struct io_port *p);
void io_end_write(struct io_port *p);

/* The IP MTU to which TCP's segment size is clamped, 0 for not at all. */
unsigned io_end_mss_mtu(const struct io_port *p);

/* The loop found the device's descriptor dead: somebody removed the device. The engine ends. */
void io_end_gone(struct io_tunnel *t);
/* Looks for that without the loop. */
void io_end_check(struct io_port *p);

#endif
