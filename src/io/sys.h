/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to the system. In the privileged process they are made at once, each journalled in the
 * run directory before it is made; in the unprivileged one they are asked of the parent, which
 * allows them only on devices that this instance made. */
#ifndef ADIT_SYS_H
#define ADIT_SYS_H

#include "core/addr.h"
#include "core/types.h"

struct adit_sys;

/* Makes a TUN or TAP device (frame: TAP) that lives as long as its descriptors, multi-queue when
 * queues > 1, non-blocking, with virtio-net headers. name may be empty or hold %d; the real name
 * goes to `name` (16 bytes). Fills fd[queues]. Privileged process only. */
enum adit_err adit_sys_tun(struct adit_sys *s, char name[16], bool frame, unsigned queues, int *fd,
	struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_sys_addr(struct adit_sys *s, const char *dev, const struct adit_prefix *addr,
	struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_sys_route(struct adit_sys *s, const char *dev, const struct adit_prefix *to,
	struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_sys_mtu(
	struct adit_sys *s, const char *dev, unsigned mtu, struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_sys_mac(struct adit_sys *s, const char *dev, const uint8_t mac[6],
	struct adit_fault *f) ADIT_MUST_USE;
/* IFLA_GSO_MAX_SIZE; refused by old kernels, which is no failure of the tunnel. */
enum adit_err adit_sys_gso_max(
	struct adit_sys *s, const char *dev, unsigned bytes, struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_sys_up(struct adit_sys *s, const char *dev, struct adit_fault *f) ADIT_MUST_USE;

/* What the routing says of a destination: its device and MTU. Any process. */
struct adit_sys_path {
	char dev[16];
	unsigned mtu;
	struct adit_addr source;
};
enum adit_err adit_sys_path_to(
	const struct adit_addr *to, struct adit_sys_path *out, struct adit_fault *f) ADIT_MUST_USE;

#endif
