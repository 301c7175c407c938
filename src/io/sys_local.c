/* SPDX-License-Identifier: Apache-2.0 */
/* Changes carried out, in the privileged process only. */
#include "io/netlink.h"
#include "io/sys_int.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TUN_NODE "/dev/net/tun"
#define MTU_MIN	 68 /* RFC 791 3.1 */
#define MTU_MAX	 65535

enum adit_err adit_sys_open_local(
	struct adit_sys **out, struct adit_journal *j, struct adit_fault *f)
{
	struct adit_sys *s = calloc(1, sizeof(*s));
	enum adit_err err;

	*out = NULL;
	if (!s)
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory for the system's changes");
	s->fd = -1;
	s->journal = j;
	pthread_mutex_init(&s->one, NULL);
	err = adit_nl_open(&s->nl, f);
	if (err) {
		adit_sys_close(s);
		return err;
	}
	*out = s;
	return ADIT_OK;
}

static enum adit_err tun_refused(struct adit_fault *f, const char *name, int os)
{
	enum adit_err code = ADIT_ESYS;
	const char *fix = NULL;

	if (os == EACCES) {
		code = ADIT_EPERM;
		fix = "root can open " TUN_NODE " to all users, as udev does: chmod 0666 " TUN_NODE;
	} else if (os == EPERM) {
		code = ADIT_EPERM;
		fix = "run it as root, or: setcap cap_net_admin,cap_net_raw+ep on the adit program";
	} else if (os == EBUSY || os == EEXIST) {
		code = ADIT_EBUSY;
		fix = "choose another device name, or leave it out; `adit status` lists adit's own";
	} else if (os == ENOENT || os == ENODEV || os == ENXIO) {
		code = ADIT_ENOENT;
		fix = "load the kernel module: modprobe tun";
	}
	if (code == ADIT_EBUSY)
		adit_fail(f, code, fix, "the device %s is there already", name);
	else if (code == ADIT_ENOENT)
		adit_fail(f, code, fix, "cannot use " TUN_NODE ": %s", strerror(os));
	else
		adit_fail(f, code, fix, "cannot make the device %s: %s", name, strerror(os));
	if (f)
		f->os = os;
	return code;
}

/* What the kernel takes as a device's name, and the journal as one word. */
static bool name_fits(const char *name)
{
	size_t n = strnlen(name, IF_NAMESIZE);

	if (n == IF_NAMESIZE || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)name[i] <= ' ' || name[i] == '/' || name[i] == ':' ||
			name[i] == 0x7f)
			return false;
	return true;
}

/* One more queue of the device, which the first call makes. IFF_TUN_EXCL: never a queue of a
 * device that somebody else made. */
static int tun_queue(struct ifreq *r, bool frame, bool many, bool first)
{
	int fd = open(TUN_NODE, O_RDWR | O_NONBLOCK | O_CLOEXEC), os;

	if (fd < 0)
		return -1;
	r->ifr_flags = (short)((frame ? IFF_TAP : IFF_TUN) | IFF_NO_PI | IFF_VNET_HDR |
			       (many ? IFF_MULTI_QUEUE : 0) | (first ? IFF_TUN_EXCL : 0));
	if (ioctl(fd, TUNSETIFF, r) < 0) {
		os = errno;
		close(fd);
		errno = os;
		return -1;
	}
	return fd;
}

static void close_all(int *fd, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (fd[i] >= 0)
			close(fd[i]);
		fd[i] = -1;
	}
}

static enum adit_err note_made(struct adit_sys *s, const char *name, struct adit_fault *f)
{
	struct adit_sys_dev *d = &s->dev[s->n_dev];

	d->ifindex = adit_nl_index(name);
	if (!d->ifindex)
		return adit_fail(f, ADIT_ENOENT, NULL, "the device %s vanished", name);
	snprintf(d->name, sizeof(d->name), "%s", name);
	s->n_dev++;
	return s->journal ? adit_journal_note(s->journal, f, "made %s %u", name, d->ifindex)
			  : ADIT_OK;
}

enum adit_err adit_sys_tun(struct adit_sys *s, char name[16], bool frame, unsigned queues, int *fd,
	struct adit_fault *f)
{
	struct ifreq r = { 0 };
	enum adit_err err = ADIT_OK;

	ADIT_ASSERT(s->fd < 0 && queues > 0);
	for (unsigned i = 0; i < queues; i++)
		fd[i] = -1;
	if (!name_fits(name))
		return adit_fail(f, ADIT_ECONF, "up to 15 letters, digits, `-`, `_` or `.`",
			"%.16s is no name for a device", name);
	if (s->n_dev == ADIT_SYS_DEVICES)
		return adit_fail(f, ADIT_ENOMEM, NULL, "more than %u devices", ADIT_SYS_DEVICES);
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name[0] ? name : frame ? "tap%d" : "tun%d");
	if (s->journal)
		err = adit_journal_note(s->journal, f, "want %s", r.ifr_name);
	for (unsigned i = 0; !err && i < queues; i++) {
		fd[i] = tun_queue(&r, frame, queues > 1, i == 0);
		if (fd[i] < 0)
			err = tun_refused(f, r.ifr_name, errno);
	}
	if (!err)
		err = note_made(s, r.ifr_name, f);
	if (err)
		close_all(fd, queues);
	else
		memcpy(name, r.ifr_name, 16);
	return err;
}

/* 0: not a device of this instance. Its index must still be its own. */
static unsigned own_device(const struct adit_sys *s, const char dev[16])
{
	if (strnlen(dev, 16) == 16)
		return 0;
	for (unsigned i = 0; i < s->n_dev; i++)
		if (strcmp(s->dev[i].name, dev) == 0 && adit_nl_index(dev) == s->dev[i].ifindex)
			return s->dev[i].ifindex;
	return 0;
}

static bool prefix_valid(const struct adit_prefix *p)
{
	if (p->addr.family != 4 && p->addr.family != 6)
		return false;
	return p->len <= adit_addr_len(&p->addr) * 8;
}

typedef enum adit_err nl_change(struct adit_nl *, enum adit_nl_verb, unsigned,
	const struct adit_prefix *, struct adit_fault *);

static enum adit_err add_prefix(struct adit_sys *s, const struct adit_sys_req *q, unsigned ifindex,
	nl_change *change, struct adit_fault *f)
{
	const char *noun = q->kind == ADIT_SYS_ADDR ? "addr" : "route";
	struct adit_prefix p = { .addr = { .family = q->prefix.addr.family },
		.len = q->prefix.len };
	char text[ADIT_ADDR_TEXT];
	struct adit_fault ignored;
	enum adit_err err;

	memcpy(p.addr.ip, q->prefix.addr.ip, adit_addr_len(&p.addr));
	if (s->journal) {
		err = adit_journal_note(s->journal, f, "%s %s %u %s", noun, q->dev, ifindex,
			adit_prefix_text(&p, text));
		if (err)
			return err;
	}
	err = change(s->nl, ADIT_NL_ADD, ifindex, &p, f);
	if (err && s->journal && adit_journal_note(s->journal, &ignored, "void"))
		fprintf(stderr, "adit: %s\n", ignored.what);
	return err;
}

static enum adit_err bad_request(struct adit_fault *f)
{
	return adit_fail(f, ADIT_ECONF, NULL, "request out of range");
}

enum adit_err adit_sys_do(struct adit_sys *s, const struct adit_sys_req *q, struct adit_fault *f)
{
	static const uint8_t zero[6];
	unsigned ifindex = own_device(s, q->dev);

	if (!ifindex)
		return adit_fail(f, ADIT_EPERM, NULL, "%.16s is not a device of this tunnel",
			strnlen(q->dev, 16) < 16 && name_fits(q->dev) ? q->dev : "that");
	switch (q->kind) {
	case ADIT_SYS_ADDR:
		return prefix_valid(&q->prefix) ? add_prefix(s, q, ifindex, adit_nl_addr, f)
						: bad_request(f);
	case ADIT_SYS_ROUTE:
		return prefix_valid(&q->prefix) ? add_prefix(s, q, ifindex, adit_nl_route, f)
						: bad_request(f);
	case ADIT_SYS_MTU:
		return q->value >= MTU_MIN && q->value <= MTU_MAX
			       ? adit_nl_link_mtu(s->nl, ifindex, q->value, f)
			       : bad_request(f);
	case ADIT_SYS_MAC:
		return (q->mac[0] & 1) || memcmp(q->mac, zero, 6) == 0
			       ? bad_request(f)
			       : adit_nl_link_mac(s->nl, ifindex, q->mac, f);
	case ADIT_SYS_GSO:
		return adit_nl_link_gso(s->nl, ifindex, q->value, f);
	case ADIT_SYS_UP:
		return adit_nl_link_up(s->nl, ifindex, f);
	default:
		return bad_request(f);
	}
}
