/* SPDX-License-Identifier: Apache-2.0 */
#include "io/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define NL_BUF	   8192
#define NL_TIMEOUT 5 /* seconds */

struct adit_nl {
	struct mnl_socket *sock;
	uint32_t seq;
	char req[NL_BUF];
	char rep[NL_BUF];
};

enum adit_err adit_nl_open(struct adit_nl **out, struct adit_fault *f)
{
	struct adit_nl *nl = calloc(1, sizeof(*nl));
	const struct timeval wait = { .tv_sec = NL_TIMEOUT };
	int on = 1;

	*out = NULL;
	if (!nl)
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory for netlink");
	nl->sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0 ||
		setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_RCVTIMEO, &wait,
			sizeof(wait)) < 0) {
		int os = errno;

		adit_nl_close(nl);
		adit_fail(f, ADIT_ESYS, NULL, "cannot open netlink: %s", strerror(os));
		if (f)
			f->os = os;
		return ADIT_ESYS;
	}
	/* Kernels before 4.12 lack the texts; everything else works. */
	if (mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on)) < 0)
		errno = 0;
	*out = nl;
	return ADIT_OK;
}

void adit_nl_close(struct adit_nl *nl)
{
	if (!nl)
		return;
	if (nl->sock)
		mnl_socket_close(nl->sock);
	free(nl);
}

unsigned adit_nl_index(const char *dev)
{
	return if_nametoindex(dev);
}

static struct nlmsghdr *nl_begin(struct adit_nl *nl, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(nl->req);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = ++nl->seq;
	return h;
}

static enum adit_err err_class(int os)
{
	switch (os) {
	case EPERM:
	case EACCES:
		return ADIT_EPERM;
	case EEXIST:
	case EBUSY:
		return ADIT_EBUSY;
	case ENODEV:
	case ENXIO:
	case ESRCH:
	case EADDRNOTAVAIL:
		return ADIT_ENOENT;
	default:
		return ADIT_ESYS;
	}
}

static enum adit_err nl_refused(struct adit_fault *f, const char *what, int os, const char *ext)
{
	enum adit_err code = err_class(os);

	const char *fix = NULL;

	if (code == ADIT_EPERM)
		fix = "run it as root or grant the capability: setcap cap_net_admin,cap_net_raw+ep "
		      "on the adit program";
	else if (os == EEXIST)
		fix = "leave it out here, or remove what `ip addr` or `ip route` shows of it";
	adit_fail(f, code, fix, "cannot %s: %s%s%s%s", what,
		os == EEXIST ? "there is one already" : strerror(os), ext ? " (" : "",
		ext ? ext : "", ext ? ")" : "");
	if (f)
		f->os = os;
	return code;
}

/* The text that the kernel adds to a refusal, NULL if none. */
static const char *ext_text(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;
	size_t skip = sizeof(*e);

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - sizeof(e->msg);
	if (skip > mnl_nlmsg_get_payload_len(h))
		return NULL;
	mnl_attr_for_each(a, h, skip)
	{
		if (mnl_attr_get_type(a) == NLMSGERR_ATTR_MSG &&
			mnl_attr_validate(a, MNL_TYPE_NUL_STRING) >= 0)
			return mnl_attr_get_str(a);
	}
	return NULL;
}

/* Sends the request and waits for its answer: the acknowledgement, or, where `data` is given, one
 * message of data, which stays valid until the next call. */
static enum adit_err nl_talk(struct adit_nl *nl, struct nlmsghdr *h, const char *what,
	const struct nlmsghdr **data, struct adit_fault *f)
{
	ssize_t n;
	int len;

	if (mnl_socket_sendto(nl->sock, h, h->nlmsg_len) < 0)
		return nl_refused(f, what, errno, NULL);
	for (;;) {
		const struct nlmsghdr *r = (const struct nlmsghdr *)nl->rep;

		n = mnl_socket_recvfrom(nl->sock, nl->rep, sizeof(nl->rep));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return nl_refused(f, what, errno, NULL);
		len = (int)n;
		if (!mnl_nlmsg_ok(r, len) || r->nlmsg_seq != nl->seq)
			continue;
		if (r->nlmsg_type != NLMSG_ERROR) {
			if (!data)
				continue;
			*data = r;
			return ADIT_OK;
		}
		if (mnl_nlmsg_get_payload_len(r) < sizeof(struct nlmsgerr))
			return nl_refused(f, what, EPROTO, NULL);

		const struct nlmsgerr *e = mnl_nlmsg_get_payload(r);

		if (e->error)
			return nl_refused(f, what, -e->error, ext_text(r));
		if (!data)
			return ADIT_OK;
	}
}

static uint8_t family_of(const struct adit_addr *a)
{
	return a->family == 4 ? AF_INET : AF_INET6;
}

enum adit_err adit_nl_addr(struct adit_nl *nl, enum adit_nl_verb verb, unsigned ifindex,
	const struct adit_prefix *addr, struct adit_fault *f)
{
	struct nlmsghdr *h = nl_begin(nl, verb == ADIT_NL_ADD ? RTM_NEWADDR : RTM_DELADDR,
		NLM_F_ACK | (verb == ADIT_NL_ADD ? NLM_F_CREATE | NLM_F_EXCL : 0));
	struct ifaddrmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	size_t n = adit_addr_len(&addr->addr);
	char text[ADIT_ADDR_TEXT], what[128];

	m->ifa_family = family_of(&addr->addr);
	m->ifa_prefixlen = addr->len;
	m->ifa_index = ifindex;
	mnl_attr_put(h, IFA_LOCAL, n, addr->addr.ip);
	mnl_attr_put(h, IFA_ADDRESS, n, addr->addr.ip);
	/* Nobody else is at our end of a tunnel, and waiting a second before the address works
	 * would delay every start. */
	if (addr->addr.family == 6 && verb == ADIT_NL_ADD)
		mnl_attr_put_u32(h, IFA_FLAGS, IFA_F_NODAD);
	snprintf(what, sizeof(what), "%s address %s", verb == ADIT_NL_ADD ? "add" : "remove",
		adit_prefix_text(addr, text));
	return nl_talk(nl, h, what, NULL, f);
}

/* A route names a network: the bits behind the prefix length must be zero. */
static void network_of(const struct adit_prefix *p, uint8_t out[16])
{
	memcpy(out, p->addr.ip, 16);
	for (unsigned bit = p->len; bit < adit_addr_len(&p->addr) * 8; bit++)
		out[bit / 8] &= (uint8_t) ~(0x80u >> (bit % 8));
}

enum adit_err adit_nl_route(struct adit_nl *nl, enum adit_nl_verb verb, unsigned ifindex,
	const struct adit_prefix *to, struct adit_fault *f)
{
	struct nlmsghdr *h = nl_begin(nl, verb == ADIT_NL_ADD ? RTM_NEWROUTE : RTM_DELROUTE,
		NLM_F_ACK | (verb == ADIT_NL_ADD ? NLM_F_CREATE | NLM_F_EXCL : 0));
	struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	char text[ADIT_ADDR_TEXT], what[128];
	uint8_t net[16];

	network_of(to, net);
	m->rtm_family = family_of(&to->addr);
	m->rtm_dst_len = to->len;
	m->rtm_table = RT_TABLE_MAIN;
	m->rtm_scope = to->addr.family == 4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	if (verb == ADIT_NL_ADD) {
		m->rtm_protocol = RTPROT_STATIC;
		m->rtm_type = RTN_UNICAST;
	}
	mnl_attr_put(h, RTA_DST, adit_addr_len(&to->addr), net);
	mnl_attr_put_u32(h, RTA_OIF, ifindex);
	snprintf(what, sizeof(what), "%s route to %s", verb == ADIT_NL_ADD ? "add" : "remove",
		adit_prefix_text(to, text));
	return nl_talk(nl, h, what, NULL, f);
}

static struct nlmsghdr *link_msg(struct adit_nl *nl, uint16_t type, unsigned ifindex, bool up)
{
	struct nlmsghdr *h = nl_begin(nl, type, NLM_F_ACK);
	struct ifinfomsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));

	m->ifi_family = AF_UNSPEC;
	m->ifi_index = (int)ifindex;
	if (up) {
		m->ifi_flags = IFF_UP;
		m->ifi_change = IFF_UP;
	}
	return h;
}

enum adit_err adit_nl_link_up(struct adit_nl *nl, unsigned ifindex, struct adit_fault *f)
{
	return nl_talk(nl, link_msg(nl, RTM_NEWLINK, ifindex, true), "set the device up", NULL, f);
}

enum adit_err adit_nl_link_mtu(
	struct adit_nl *nl, unsigned ifindex, unsigned mtu, struct adit_fault *f)
{
	struct nlmsghdr *h = link_msg(nl, RTM_NEWLINK, ifindex, false);
	char what[64];

	mnl_attr_put_u32(h, IFLA_MTU, mtu);
	snprintf(what, sizeof(what), "set the MTU %u", mtu);
	return nl_talk(nl, h, what, NULL, f);
}

enum adit_err adit_nl_link_mac(
	struct adit_nl *nl, unsigned ifindex, const uint8_t mac[6], struct adit_fault *f)
{
	struct nlmsghdr *h = link_msg(nl, RTM_NEWLINK, ifindex, false);

	mnl_attr_put(h, IFLA_ADDRESS, 6, mac);
	return nl_talk(nl, h, "set the MAC address", NULL, f);
}

enum adit_err adit_nl_link_gso(
	struct adit_nl *nl, unsigned ifindex, unsigned bytes, struct adit_fault *f)
{
	struct nlmsghdr *h = link_msg(nl, RTM_NEWLINK, ifindex, false);

	mnl_attr_put_u32(h, IFLA_GSO_MAX_SIZE, bytes);
	return nl_talk(nl, h, "set gso_max_size", NULL, f);
}

enum adit_err adit_nl_link_del(struct adit_nl *nl, unsigned ifindex, struct adit_fault *f)
{
	return nl_talk(nl, link_msg(nl, RTM_DELLINK, ifindex, false), "remove the device", NULL, f);
}

/* The MTU of a device, 0 if it cannot be had. */
static unsigned dev_mtu(const char *dev)
{
	struct ifreq r = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	unsigned mtu = 0;

	if (fd < 0)
		return 0;
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", dev);
	if (ioctl(fd, SIOCGIFMTU, &r) == 0 && r.ifr_mtu > 0)
		mtu = (unsigned)r.ifr_mtu;
	close(fd);
	return mtu;
}

static unsigned route_mtu(const struct nlattr *metrics)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, metrics)
	{
		if (mnl_attr_get_type(a) == RTAX_MTU && mnl_attr_validate(a, MNL_TYPE_U32) >= 0)
			return mnl_attr_get_u32(a);
	}
	return 0;
}

static void path_read(const struct nlmsghdr *h, struct adit_sys_path *out)
{
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;
	unsigned told = 0;

	mnl_attr_for_each(a, h, sizeof(*m))
	{
		uint16_t type = mnl_attr_get_type(a), n = mnl_attr_get_payload_len(a);

		if (type == RTA_OIF && n == 4) {
			if (!if_indextoname(mnl_attr_get_u32(a), out->dev))
				out->dev[0] = 0;
		} else if (type == RTA_PREFSRC && (n == 4 || n == 16)) {
			out->source.family = n == 4 ? 4 : 6;
			memcpy(out->source.ip, mnl_attr_get_payload(a), n);
		} else if (type == RTA_METRICS) {
			told = route_mtu(a);
		}
	}
	out->mtu = out->dev[0] ? dev_mtu(out->dev) : 0;
	if (told && (!out->mtu || told < out->mtu))
		out->mtu = told;
}

enum adit_err adit_nl_path(struct adit_nl *nl, const struct adit_addr *to,
	struct adit_sys_path *out, struct adit_fault *f)
{
	struct nlmsghdr *h = nl_begin(nl, RTM_GETROUTE, 0);
	struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
	const struct nlmsghdr *r = NULL;
	char text[ADIT_ADDR_TEXT], what[128];
	enum adit_err err;

	memset(out, 0, sizeof(*out));
	m->rtm_family = family_of(to);
	m->rtm_dst_len = (uint8_t)(adit_addr_len(to) * 8);
	mnl_attr_put(h, RTA_DST, adit_addr_len(to), to->ip);
	if (to->scope)
		mnl_attr_put_u32(h, RTA_OIF, to->scope);
	snprintf(what, sizeof(what), "find a route to %s", adit_addr_text(to, text));
	err = nl_talk(nl, h, what, &r, f);
	if (err)
		return err;
	if (r->nlmsg_type != RTM_NEWROUTE)
		return nl_refused(f, what, EPROTO, NULL);
	path_read(r, out);
	return ADIT_OK;
}
