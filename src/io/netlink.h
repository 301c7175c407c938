/* SPDX-License-Identifier: Apache-2.0 */
/* The few questions and changes that adit has for rtnetlink, each acknowledged by the kernel; what
 * the kernel says of a refusal ends up in the fault. */
#ifndef ADIT_NETLINK_H
#define ADIT_NETLINK_H

#include "core/addr.h"
#include "io/sys.h"

struct adit_nl;

enum adit_err adit_nl_open(struct adit_nl **nl, struct adit_fault *f) ADIT_MUST_USE;
void adit_nl_close(struct adit_nl *nl); /* NULL: nothing to do */

enum adit_nl_verb { ADIT_NL_ADD, ADIT_NL_DEL };

enum adit_err adit_nl_addr(struct adit_nl *nl, enum adit_nl_verb verb, unsigned ifindex,
	const struct adit_prefix *addr, struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_nl_route(struct adit_nl *nl, enum adit_nl_verb verb, unsigned ifindex,
	const struct adit_prefix *to, struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_nl_link_up(
	struct adit_nl *nl, unsigned ifindex, struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_nl_link_mtu(
	struct adit_nl *nl, unsigned ifindex, unsigned mtu, struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_nl_link_mac(struct adit_nl *nl, unsigned ifindex, const uint8_t mac[6],
	struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_nl_link_gso(
	struct adit_nl *nl, unsigned ifindex, unsigned bytes, struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_nl_link_del(
	struct adit_nl *nl, unsigned ifindex, struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_nl_path(struct adit_nl *nl, const struct adit_addr *to,
	struct adit_sys_path *out, struct adit_fault *f) ADIT_MUST_USE;

/* Index of a device, 0 where there is none of that name. */
unsigned adit_nl_index(const char *dev);

#endif
