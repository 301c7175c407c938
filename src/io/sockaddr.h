/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses between the core and the socket calls. */
#ifndef ADIT_IO_SOCKADDR_H
#define ADIT_IO_SOCKADDR_H

#include "core/addr.h"

#include <sys/socket.h>

/* Returns the length. family: of the socket, for addresses of family 0. */
socklen_t io_sockaddr(struct sockaddr_storage *out, const struct adit_addr *a, unsigned family);
void io_addr_of(struct adit_addr *out, const struct sockaddr_storage *ss);

#endif
