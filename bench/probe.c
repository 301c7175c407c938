/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can a user-space packet tunnel reach on this machine, when nothing stands between its system
 * calls?
 *
 *     probe MODE DEVICE LOCAL REMOTE PORT [-q QUEUES] [-e CIPHER]
 *
 * Joins a TUN device to a UDP socket with no header of its own, IPv4 inside and outside, one thread
 * a direction and queue. The peer runs the same command with LOCAL and REMOTE exchanged. The modes:
 *
 *   plain  one packet a system call
 *   mmsg   up to 64 packets a system call on the UDP side
 *   gso    the device hands over whole TCP super-packets (virtio header); each is cut into packets
 * with complete checksums, which leave in one sendmsg(UDP_SEGMENT). What one recvmsg(UDP_GRO)
 *          returns is joined again and written to the device in one call.
 *
 * CIPHER (gso only) seals each datagram: 8 bytes of counter, the ciphertext, 16 bytes of tag. The
 * key is constant and nothing guards against replay: this measures cost and protects nothing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <openssl/evp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Older kernel headers than the kernel: the numbers are part of the kernel's stable interface. */
enum {
	OPT_UDP_SEGMENT = 103,
	OPT_UDP_GRO = 104,
	OFFLOAD_USO4 = 0x20,
	OFFLOAD_USO6 = 0x40,
	GSO_UDP_L4 = 5,
};

enum {
	VNET_LEN = sizeof(struct virtio_net_hdr),
	PACKET_MAX = 2048,
	SUPER_MAX = 70000,
	BATCH = 64,
	SEND_BYTES_MAX = 65000,
	SEND_SEGS_MAX = 64,
	JOIN_SEGS_MAX = 128,
	JOIN_BYTES_MAX = 65500,
	HEADERS_MAX = 120,
	SEAL_LEN = 24,
	TAG_LEN = 16,
	CTR_LEN = 8,
	SOCKET_BUFFER = 8 << 20,
	QUEUES_MAX = 64,
};

enum {
	TCP_SEQ = 4,
	TCP_ACK = 8,
	TCP_FLAGS = 13,
	TCP_SUM = 16,
	TCP_FIN = 0x01,
	TCP_PSH = 0x08,
	TCP_FIN_SYN_RST = 0x07,
	UDP_LEN = 4,
	UDP_SUM = 6,
};

struct queue {
	int tun, udp;
	const EVP_CIPHER *cipher;
	const struct mode *mode;
};

struct mode {
	const char *name;
	bool offloads;
	void (*send)(const struct queue *q);
	void (*receive)(const struct queue *q);
};

struct config {
	const struct mode *mode;
	const char *device;
	struct in_addr local, remote;
	uint16_t port;
	long queues;
	const EVP_CIPHER *cipher;
};

static void die(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *allocate(size_t n)
{
	void *p = calloc(1, n);

	if (!p)
		die("memory");
	return p;
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/* The sum stays in memory order, which the one's complement sum allows (RFC 1071, 2B). */
static uint64_t sum_add(uint64_t sum, const uint8_t *p, int n)
{
	uint32_t w;
	uint16_t h;

	for (; n >= 4; n -= 4, p += 4) {
		memcpy(&w, p, 4);
		sum += w;
	}
	if (n >= 2) {
		memcpy(&h, p, 2);
		sum += h;
		n -= 2;
		p += 2;
	}
	if (n) {
		uint8_t odd[2] = { *p, 0 };

		memcpy(&h, odd, 2);
		sum += h;
	}
	return sum;
}

static uint16_t sum_fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void sum_store(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, 2);
}

static void ip_set_sum(uint8_t *ip, int ip_len)
{
	sum_store(ip + 10, 0);
	sum_store(ip + 10, (uint16_t)~sum_fold(sum_add(0, ip, ip_len)));
}

static uint64_t pseudo_sum(const uint8_t *ip, int l4_len)
{
	return sum_add(0, ip + 12, 8) + htons(ip[9]) + htons((uint16_t)l4_len);
}

/* What both directions need to know of an inner packet; `all` is where its payload begins. */
struct headers {
	int ip, all, proto;
};

static bool parse(struct headers *h, const uint8_t *p, int n)
{
	if (n < 20 || p[0] >> 4 != 4)
		return false;
	h->ip = (p[0] & 15) * 4;
	h->proto = p[9];
	if (h->ip < 20 || h->ip > n)
		return false;
	h->all = h->ip;
	if (h->proto == IPPROTO_TCP && n >= h->ip + 20)
		h->all += (p[h->ip + 12] >> 4) * 4;
	else if (h->proto == IPPROTO_UDP && n >= h->ip + 8)
		h->all += 8;
	return h->all <= n && h->all <= HEADERS_MAX;
}

/* ---- plain and mmsg ---- */

static void wait_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	poll(&p, 1, -1);
}

static void plain_send(const struct queue *q)
{
	uint8_t b[PACKET_MAX];

	for (;;) {
		ssize_t n = read(q->tun, b, sizeof(b));

		if (n > 0 && send(q->udp, b, (size_t)n, 0) < 0 && errno == EBADF)
			die("send");
	}
}

static void plain_receive(const struct queue *q)
{
	uint8_t b[PACKET_MAX];

	for (;;) {
		ssize_t n = recv(q->udp, b, sizeof(b), 0);

		if (n > 0 && write(q->tun, b, (size_t)n) < 0 && errno == EBADF)
			die("write");
	}
}

struct mmsg_batch {
	uint8_t data[BATCH][PACKET_MAX];
	struct iovec iov[BATCH];
	struct mmsghdr msg[BATCH];
};

static struct mmsg_batch *batch_new(void)
{
	struct mmsg_batch *b = allocate(sizeof(*b));

	for (int i = 0; i < BATCH; i++) {
		b->iov[i] = (struct iovec){ b->data[i], PACKET_MAX };
		b->msg[i].msg_hdr.msg_iov = &b->iov[i];
		b->msg[i].msg_hdr.msg_iovlen = 1;
	}
	return b;
}

static void mmsg_send(const struct queue *q)
{
	struct mmsg_batch *b = batch_new();

	for (;;) {
		int count = 0, sent = 0;
		ssize_t n;

		while (count < BATCH && (n = read(q->tun, b->data[count], PACKET_MAX)) > 0)
			b->iov[count++].iov_len = (size_t)n;
		if (!count)
			wait_readable(q->tun);
		while (sent < count) {
			int r = sendmmsg(q->udp, b->msg + sent, (unsigned)(count - sent), 0);

			sent += r > 0 ? r : 1;
		}
	}
}

static void mmsg_receive(const struct queue *q)
{
	struct mmsg_batch *b = batch_new();

	for (;;) {
		int n = recvmmsg(q->udp, b->msg, BATCH, MSG_WAITFORONE, NULL);

		for (int i = 0; i < n; i++)
			if (write(q->tun, b->data[i], b->msg[i].msg_len) < 0 && errno == EBADF)
				die("write");
	}
}

/* ---- sealing ---- */

static EVP_CIPHER_CTX *cipher_new(const EVP_CIPHER *cipher, int encrypt)
{
	static const uint8_t key[32] = { 7 }, iv[12];
	EVP_CIPHER_CTX *x;

	if (!cipher)
		return NULL;
	x = EVP_CIPHER_CTX_new();
	if (!x || !EVP_CipherInit_ex(x, cipher, NULL, key, iv, encrypt))
		die("cipher");
	return x;
}

static int seal(EVP_CIPHER_CTX *x, uint64_t counter, uint8_t *out, const uint8_t *in, int n)
{
	uint8_t iv[12] = { 0 };
	int len;

	memcpy(iv + 4, &counter, CTR_LEN);
	memcpy(out, &counter, CTR_LEN);
	EVP_EncryptInit_ex(x, NULL, NULL, NULL, iv);
	EVP_EncryptUpdate(x, out + CTR_LEN, &len, in, n);
	EVP_EncryptFinal_ex(x, out + CTR_LEN + n, &len);
	EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, out + CTR_LEN + n);
	return n + SEAL_LEN;
}

/* Returns the length of the packet in `out`, or -1 when the tag is wrong. */
static int unseal(EVP_CIPHER_CTX *x, uint8_t *out, uint8_t *in, int n)
{
	uint8_t iv[12] = { 0 };
	int len;

	if (n < SEAL_LEN)
		return -1;
	memcpy(iv + 4, in, CTR_LEN);
	n -= SEAL_LEN;
	EVP_DecryptInit_ex(x, NULL, NULL, NULL, iv);
	EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, in + CTR_LEN + n);
	EVP_DecryptUpdate(x, out, &len, in + CTR_LEN, n);
	return EVP_DecryptFinal_ex(x, out + n, &len) > 0 ? n : -1;
}

/* ---- gso: device to network ---- */

/* One sendmsg in the making: equal segments, of which only the last may be shorter. */
struct train {
	int udp, len, seg, count;
	bool closed;
	EVP_CIPHER_CTX *cipher;
	uint64_t counter;
	uint8_t wire[SEND_BYTES_MAX + PACKET_MAX];
	uint8_t clear[PACKET_MAX];
};

static void train_send(struct train *t)
{
	struct iovec iov = { t->wire, (size_t)t->len };
	union {
		char buf[CMSG_SPACE(sizeof(uint16_t))];
		struct cmsghdr align;
	} control = { 0 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (!t->len)
		return;
	if (t->count > 1) {
		struct cmsghdr *c;
		uint16_t seg = (uint16_t)t->seg;

		m.msg_control = control.buf;
		m.msg_controllen = sizeof(control.buf);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = IPPROTO_UDP;
		c->cmsg_type = OPT_UDP_SEGMENT;
		c->cmsg_len = CMSG_LEN(sizeof(seg));
		memcpy(CMSG_DATA(c), &seg, sizeof(seg));
	}
	while (sendmsg(t->udp, &m, 0) < 0 && errno == EINTR)
		continue;
	t->len = t->count = 0;
	t->closed = false;
}

static void train_add(struct train *t, struct iovec head, struct iovec payload)
{
	int n = (int)(head.iov_len + payload.iov_len);
	int wire = n + (t->cipher ? SEAL_LEN : 0);
	uint8_t *to = t->cipher ? t->clear : NULL;

	if (wire > PACKET_MAX)
		return;
	if (t->closed || wire > t->seg || t->len + wire > SEND_BYTES_MAX ||
		t->count >= SEND_SEGS_MAX)
		train_send(t);
	if (!t->count)
		t->seg = wire;
	t->closed = wire < t->seg;
	if (!to)
		to = t->wire + t->len;
	memcpy(to, head.iov_base, head.iov_len);
	if (payload.iov_len)
		memcpy(to + head.iov_len, payload.iov_base, payload.iov_len);
	if (t->cipher)
		seal(t->cipher, t->counter++, t->wire + t->len, t->clear, n);
	t->len += wire;
	t->count++;
}

static void send_single(struct train *t, const struct virtio_net_hdr *v, uint8_t *ip, int n)
{
	int start = v->csum_start, at = start + v->csum_offset;

	if (v->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		if (at + 2 > n)
			return;
		sum_store(ip + at, (uint16_t)~sum_fold(sum_add(0, ip + start, n - start)));
	}
	train_add(t, (struct iovec){ ip, (size_t)n }, (struct iovec){ 0 });
}

/* Writes the headers of the segment whose payload lies at ip[off..off+len) of the super-packet. */
static void segment_headers(
	uint8_t *head, const struct headers *h, const uint8_t *ip, int off, int len)
{
	uint8_t *l4 = head + h->ip;
	int l4_len = h->all - h->ip + len, at = h->proto == IPPROTO_TCP ? TCP_SUM : UDP_SUM;
	uint16_t sum;

	put16(head + 2, (unsigned)(h->all + len));
	ip_set_sum(head, h->ip);
	if (h->proto == IPPROTO_UDP)
		put16(l4 + UDP_LEN, (unsigned)l4_len);
	sum_store(l4 + at, 0);
	sum = (uint16_t)~sum_fold(
		sum_add(sum_add(pseudo_sum(head, l4_len), l4, h->all - h->ip), ip + off, len));
	sum_store(l4 + at, sum || h->proto == IPPROTO_TCP ? sum : 0xffff);
}

static void send_cut(struct train *t, const struct virtio_net_hdr *v, uint8_t *ip, int n)
{
	struct headers h;
	uint8_t head[HEADERS_MAX], flags;
	unsigned id = get16(ip + 4);
	uint32_t seq;

	if (!v->gso_size || !parse(&h, ip, n) || h.all == h.ip)
		return;
	seq = get32(ip + h.ip + TCP_SEQ);
	flags = ip[h.ip + TCP_FLAGS];
	memcpy(head, ip, (size_t)h.all);
	for (int off = h.all; off < n; off += v->gso_size, id++) {
		int len = n - off < v->gso_size ? n - off : v->gso_size;

		put16(head + 4, id);
		if (h.proto == IPPROTO_TCP) {
			bool last = off + len == n;

			put32(head + h.ip + TCP_SEQ, seq + (uint32_t)(off - h.all));
			head[h.ip + TCP_FLAGS] = last ? flags : flags & ~(TCP_FIN | TCP_PSH);
		}
		segment_headers(head, &h, ip, off, len);
		train_add(t, (struct iovec){ head, (size_t)h.all },
			(struct iovec){ ip + off, (size_t)len });
	}
	train_send(t);
}

static void gso_send(const struct queue *q)
{
	struct train *t = allocate(sizeof(*t));
	uint8_t *b = allocate(SUPER_MAX);
	struct virtio_net_hdr v;

	t->udp = q->udp;
	t->cipher = cipher_new(q->cipher, 1);
	for (;;) {
		int n = (int)read(q->tun, b, SUPER_MAX);

		if (n <= VNET_LEN) {
			train_send(t);
			wait_readable(q->tun);
			continue;
		}
		memcpy(&v, b, VNET_LEN);
		if (v.gso_type == VIRTIO_NET_HDR_GSO_NONE)
			send_single(t, &v, b + VNET_LEN, n - VNET_LEN);
		else
			send_cut(t, &v, b + VNET_LEN, n - VNET_LEN);
	}
}

/* ---- gso: network to device ---- */

/* Packets of one flow on their way to one write: iov[0] is the virtio header and the first packet's
 * headers, the others point at payloads in the receive buffer. */
struct join {
	int tun, count, bytes, seg, iovs;
	bool closed;
	uint32_t next_seq;
	struct headers h;
	uint8_t head[VNET_LEN + HEADERS_MAX];
	struct iovec iov[JOIN_SEGS_MAX + 2];
};

static void join_finish_headers(struct join *j, struct virtio_net_hdr *v)
{
	uint8_t *ip = j->head + VNET_LEN, *l4 = ip + j->h.ip;
	int l4_len = j->h.all - j->h.ip + j->bytes;
	bool tcp = j->h.proto == IPPROTO_TCP;

	put16(ip + 2, (unsigned)(j->h.all + j->bytes));
	ip_set_sum(ip, j->h.ip);
	if (!tcp)
		put16(l4 + UDP_LEN, (unsigned)l4_len);
	v->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	v->gso_type = tcp ? VIRTIO_NET_HDR_GSO_TCPV4 : GSO_UDP_L4;
	v->gso_size = (uint16_t)j->seg;
	v->hdr_len = (uint16_t)j->h.all;
	v->csum_start = (uint16_t)j->h.ip;
	v->csum_offset = tcp ? TCP_SUM : UDP_SUM;
	sum_store(l4 + v->csum_offset, sum_fold(pseudo_sum(ip, l4_len)));
}

static void join_write(struct join *j)
{
	struct virtio_net_hdr v = { 0 };

	if (!j->count)
		return;
	if (j->count > 1)
		join_finish_headers(j, &v);
	memcpy(j->head, &v, VNET_LEN);
	j->iov[0] = (struct iovec){ j->head, (size_t)(VNET_LEN + j->h.all) };
	if (writev(j->tun, j->iov, j->iovs) < 0 && errno == EBADF)
		die("write");
	j->count = 0;
}

static bool join_fits(const struct join *j, const struct headers *h, const uint8_t *p, int len)
{
	const uint8_t *first = j->head + VNET_LEN, *l4 = p + h->ip, *first_l4 = first + j->h.ip;

	if (!j->count || j->closed || h->proto != j->h.proto || h->all != j->h.all ||
		h->ip != j->h.ip)
		return false;
	if (len <= 0 || len > j->seg || j->count >= JOIN_SEGS_MAX ||
		j->bytes + len + h->all > JOIN_BYTES_MAX)
		return false;
	if (memcmp(p + 12, first + 12, 8) || memcmp(l4, first_l4, 4))
		return false;
	if (h->proto == IPPROTO_UDP)
		return true;
	return get32(l4 + TCP_SEQ) == j->next_seq && !memcmp(l4 + TCP_ACK, first_l4 + TCP_ACK, 4) &&
	       !(l4[TCP_FLAGS] & TCP_FIN_SYN_RST);
}

static void join_start(struct join *j, const struct headers *h, const uint8_t *p, int len)
{
	bool tcp = h->proto == IPPROTO_TCP, udp = h->proto == IPPROTO_UDP;

	join_write(j);
	j->h = *h;
	memcpy(j->head + VNET_LEN, p, (size_t)h->all);
	j->seg = len;
	j->bytes = 0;
	j->iovs = 1;
	j->closed = len <= 0 || h->all == h->ip || (!tcp && !udp);
	if (tcp && !j->closed)
		j->closed = p[h->ip + TCP_FLAGS] & (TCP_FIN_SYN_RST | TCP_PSH);
}

static void join_add(struct join *j, uint8_t *p, int n)
{
	struct headers h;
	int len;

	if (!parse(&h, p, n))
		return;
	len = n - h.all;
	if (!join_fits(j, &h, p, len))
		join_start(j, &h, p, len);
	else if (h.proto == IPPROTO_TCP && p[h.ip + TCP_FLAGS] & TCP_PSH) {
		j->head[VNET_LEN + h.ip + TCP_FLAGS] |= TCP_PSH;
		j->closed = true;
	}
	if (len > 0)
		j->iov[j->iovs++] = (struct iovec){ p + h.all, (size_t)len };
	j->bytes += len;
	j->count++;
	if (len < j->seg)
		j->closed = true;
	if (h.proto == IPPROTO_TCP && h.all > h.ip)
		j->next_seq = get32(p + h.ip + TCP_SEQ) + (uint32_t)len;
}

/* One recvmsg; *seg is the length of all datagrams in it but the last. */
static int receive_gro(int udp, uint8_t *b, int *seg)
{
	struct iovec iov = { b, SUPER_MAX };
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf) };
	int n = (int)recvmsg(udp, &m, 0);

	*seg = n;
	if (n <= 0)
		return n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == OPT_UDP_GRO)
			memcpy(seg, CMSG_DATA(c), sizeof(*seg));
	return n;
}

static void gso_receive(const struct queue *q)
{
	struct join *j = allocate(sizeof(*j));
	uint8_t *b = allocate(SUPER_MAX), *clear = allocate(SUPER_MAX);
	EVP_CIPHER_CTX *cipher = cipher_new(q->cipher, 0);

	j->tun = q->tun;
	for (;;) {
		int seg, n = receive_gro(q->udp, b, &seg), clear_len = 0;

		if (seg <= 0)
			continue;
		for (int off = 0; off < n; off += seg) {
			int len = n - off < seg ? n - off : seg;
			uint8_t *p = b + off;

			if (cipher) {
				p = clear + clear_len;
				len = unseal(cipher, p, b + off, len);
				clear_len += len > 0 ? len : 0;
			}
			join_add(j, p, len);
		}
		join_write(j);
	}
}

/* ---- start ---- */

static const struct mode modes[] = {
	{ "plain", false, plain_send, plain_receive },
	{ "mmsg", false, mmsg_send, mmsg_receive },
	{ "gso", true, gso_send, gso_receive },
};

static int tun_open(const struct config *c)
{
	unsigned tso = TUN_F_CSUM | TUN_F_TSO4;
	struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	bool blocking = c->mode == &modes[0];
	int fd = open("/dev/net/tun", O_RDWR | (blocking ? 0 : O_NONBLOCK));

	if (fd < 0)
		die("/dev/net/tun");
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", c->device);
	if (c->mode->offloads)
		r.ifr_flags |= IFF_VNET_HDR;
	if (c->queues > 1)
		r.ifr_flags |= IFF_MULTI_QUEUE;
	if (ioctl(fd, TUNSETIFF, &r))
		die(c->device);
	if (c->mode->offloads && ioctl(fd, TUNSETOFFLOAD, tso | OFFLOAD_USO4 | OFFLOAD_USO6) &&
		ioctl(fd, TUNSETOFFLOAD, tso))
		die("TUNSETOFFLOAD");
	return fd;
}

static int udp_open(const struct config *c, long queue)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = SOCKET_BUFFER, one = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	a.sin_port = htons((uint16_t)(c->port + queue));
	a.sin_addr = c->local;
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)))
		die("bind");
	a.sin_addr = c->remote;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)))
		die("connect");
	if (c->mode->offloads && setsockopt(fd, IPPROTO_UDP, OPT_UDP_GRO, &one, sizeof(one)))
		die("UDP_GRO");
	return fd;
}

static void *send_thread(void *arg)
{
	const struct queue *q = arg;

	q->mode->send(q);
	return NULL;
}

static void *receive_thread(void *arg)
{
	const struct queue *q = arg;

	q->mode->receive(q);
	return NULL;
}

static void usage(void)
{
	fputs("usage: probe plain|mmsg|gso DEVICE LOCAL REMOTE PORT [-q QUEUES] [-e CIPHER]\n",
		stderr);
	exit(2);
}

static long number(const char *s, long max)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (*end || v < 1 || v > max)
		usage();
	return v;
}

static void configure(struct config *c, int argc, char **argv)
{
	int opt;

	c->queues = 1;
	while ((opt = getopt(argc, argv, "q:e:")) != -1) {
		if (opt == 'q')
			c->queues = number(optarg, QUEUES_MAX);
		else if (opt == 'e')
			c->cipher = EVP_get_cipherbyname(optarg);
		if (opt == '?' || (opt == 'e' && !c->cipher))
			usage();
	}
	if (argc - optind != 5)
		usage();
	argv += optind;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(argv[0], modes[i].name))
			c->mode = &modes[i];
	if (!c->mode || (c->cipher && !c->mode->offloads))
		usage();
	c->device = argv[1];
	if (inet_pton(AF_INET, argv[2], &c->local) != 1 ||
		inet_pton(AF_INET, argv[3], &c->remote) != 1)
		usage();
	c->port = (uint16_t)number(argv[4], UINT16_MAX - QUEUES_MAX);
}

int main(int argc, char **argv)
{
	struct config c = { 0 };

	configure(&c, argc, argv);
	for (long i = 0; i < c.queues; i++) {
		struct queue *q = allocate(sizeof(*q));
		pthread_t thread;

		q->tun = tun_open(&c);
		q->udp = udp_open(&c, i);
		q->cipher = c.cipher;
		q->mode = c.mode;
		if (pthread_create(&thread, NULL, send_thread, q) ||
			pthread_create(&thread, NULL, receive_thread, q))
			die("thread");
	}
	pause();
	return 0;
}
