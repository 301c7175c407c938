/* SPDX-License-Identifier: Apache-2.0 */
/* The raw IP driver of deliveries: one socket for each IP protocol that the layer above uses. */
#ifndef ADIT_IO_RAWIP_H
#define ADIT_IO_RAWIP_H

#include "io/port.h"

enum adit_err io_rawip_open(struct io_port *p, struct adit_fault *f) ADIT_MUST_USE;
bool io_rawip_recv(struct io_port *p, struct io_fd *s);
void io_rawip_send(struct io_port *p);

#endif
