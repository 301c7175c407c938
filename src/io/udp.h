/* SPDX-License-Identifier: Apache-2.0 */
/* The UDP driver of deliveries. */
#ifndef ADIT_IO_UDP_H
#define ADIT_IO_UDP_H

#include "io/port.h"

enum adit_err io_udp_open(struct io_port *p, struct adit_fault *f) ADIT_MUST_USE;
bool io_udp_recv(struct io_port *p, struct io_fd *s);
void io_udp_send(struct io_port *p);

#endif
