/* SPDX-License-Identifier: Apache-2.0 */
/* Privileges: what a stack needs before it opens, and giving everything up. */
#ifndef ADIT_PRIV_H
#define ADIT_PRIV_H

#include "core/types.h"

#define ADIT_USER "adit" /* of the packet process where it exists, else nobody */

/* Sets of capabilities that a stack may need. */
#define ADIT_CAP_ADMIN 1u /* CAP_NET_ADMIN: devices, addresses, routes */
#define ADIT_CAP_RAW   2u /* CAP_NET_RAW: raw sockets */
#define ADIT_CAP_BIND  4u /* CAP_NET_BIND_SERVICE: ports below 1024 */

/* ADIT_EPERM names what is missing and how to grant it. */
enum adit_err adit_priv_need(unsigned caps, struct adit_fault *f) ADIT_MUST_USE;
/* Whether binding this port needs a capability on this system. */
bool adit_priv_port(uint16_t port);

/* The parent keeps what making and undoing its changes takes: CAP_NET_ADMIN and CAP_KILL. */
void adit_priv_reduce(void);

/* The packet process gives up groups, user, every capability and the way back to them, and checks
 * that it did. parent: dies when that process does. Call with one thread. */
enum adit_err adit_priv_drop(long parent, struct adit_fault *f) ADIT_MUST_USE;

/* Descriptors 0 to 2 are there, so that nothing that is opened later takes their place. What the
 * caller had closed fails when it is used; messages go nowhere. False: cannot be had. */
bool adit_priv_standard_fds(void);
/* Closes every descriptor above 2 that the caller of this program left open. */
void adit_priv_close_inherited(void);

#endif
