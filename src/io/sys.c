/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of sys.h: each becomes a request, carried out here or asked of the parent. */
#include "io/sys_int.h"

#include "io/netlink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define REPLY_TIMEOUT 10 /* seconds */

enum adit_err adit_sys_open_remote(struct adit_sys **out, int fd, struct adit_fault *f)
{
	struct adit_sys *s = calloc(1, sizeof(*s));
	const struct timeval wait = { .tv_sec = REPLY_TIMEOUT };

	*out = NULL;
	if (!s)
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory for the request channel");
	s->fd = fd;
	pthread_mutex_init(&s->one, NULL);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0)
		errno = 0; /* it only bounds the wait for a parent that hangs */
	*out = s;
	return ADIT_OK;
}

void adit_sys_close(struct adit_sys *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	adit_nl_close(s->nl);
	pthread_mutex_destroy(&s->one);
	free(s);
}

void adit_sys_tell_ready(struct adit_sys *s)
{
	const struct adit_sys_req q = { .kind = ADIT_SYS_READY };

	if (s->fd >= 0 && send(s->fd, &q, sizeof(q), MSG_NOSIGNAL) < 0)
		perror("adit: cannot tell the parent process that the tunnel is up");
}

static enum adit_err ask(struct adit_sys *s, const struct adit_sys_req *q, struct adit_fault *f)
{
	struct adit_sys_reply r;
	ssize_t n;
	int os;

	memset(&r, 0, sizeof(r));
	pthread_mutex_lock(&s->one);
	do /* answers for which a caller before did not wait to the end */
		n = recv(s->fd, &r, sizeof(r), MSG_DONTWAIT);
	while (n > 0);
	n = send(s->fd, q, sizeof(*q), MSG_NOSIGNAL);
	if (n >= 0)
		do
			n = recv(s->fd, &r, sizeof(r), 0);
		while (n < 0 && errno == EINTR);
	os = errno;
	pthread_mutex_unlock(&s->one);
	if (n != (ssize_t)sizeof(r)) {
		adit_fail(f, ADIT_ESYS, NULL, "the parent process does not answer: %s",
			n < 0 ? strerror(os) : "it is gone");
		return ADIT_ESYS;
	}
	if (f && r.fault.code)
		*f = r.fault;
	return r.fault.code;
}

static enum adit_err request(
	struct adit_sys *s, struct adit_sys_req *q, const char *dev, struct adit_fault *f)
{
	if (strlen(dev) >= sizeof(q->dev))
		return adit_fail(f, ADIT_ECONF, NULL, "no device has a name as long as %.64s", dev);
	memcpy(q->dev, dev, strlen(dev));
	return s->fd >= 0 ? ask(s, q, f) : adit_sys_do(s, q, f);
}

enum adit_err adit_sys_addr(
	struct adit_sys *s, const char *dev, const struct adit_prefix *addr, struct adit_fault *f)
{
	struct adit_sys_req q = { .kind = ADIT_SYS_ADDR, .prefix = *addr };

	return request(s, &q, dev, f);
}

enum adit_err adit_sys_route(
	struct adit_sys *s, const char *dev, const struct adit_prefix *to, struct adit_fault *f)
{
	struct adit_sys_req q = { .kind = ADIT_SYS_ROUTE, .prefix = *to };

	return request(s, &q, dev, f);
}

enum adit_err adit_sys_mtu(struct adit_sys *s, const char *dev, unsigned mtu, struct adit_fault *f)
{
	struct adit_sys_req q = { .kind = ADIT_SYS_MTU, .value = mtu };

	return request(s, &q, dev, f);
}

enum adit_err adit_sys_mac(
	struct adit_sys *s, const char *dev, const uint8_t mac[6], struct adit_fault *f)
{
	struct adit_sys_req q = { .kind = ADIT_SYS_MAC };

	memcpy(q.mac, mac, sizeof(q.mac));
	return request(s, &q, dev, f);
}

enum adit_err adit_sys_gso_max(
	struct adit_sys *s, const char *dev, unsigned bytes, struct adit_fault *f)
{
	struct adit_sys_req q = { .kind = ADIT_SYS_GSO, .value = bytes };

	return request(s, &q, dev, f);
}

enum adit_err adit_sys_up(struct adit_sys *s, const char *dev, struct adit_fault *f)
{
	struct adit_sys_req q = { .kind = ADIT_SYS_UP };

	return request(s, &q, dev, f);
}

enum adit_err adit_sys_path_to(
	const struct adit_addr *to, struct adit_sys_path *out, struct adit_fault *f)
{
	struct adit_nl *nl;
	enum adit_err err = adit_nl_open(&nl, f);

	if (err)
		return err;
	err = adit_nl_path(nl, to, out, f);
	adit_nl_close(nl);
	return err;
}
