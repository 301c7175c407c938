/* SPDX-License-Identifier: Apache-2.0 */
/* Which tunnel of another adit process has an address and port. */
#ifndef ADIT_HOLDER_H
#define ADIT_HOLDER_H

#include "core/addr.h"

#include <jansson.h>

#define IO_HOLDER_NAME 64

/* Asks the instances that this user may ask, of this network namespace. proto: "udp" or "tcp".
 * False: none of them has it, or none says so. */
bool io_holder(char name[IO_HOLDER_NAME], const char *proto, const struct adit_addr *a);
/* How a status says that it has it; what io_holder() looks for. */
json_t *io_holder_json(const char *proto, const struct adit_addr *a);

#endif
