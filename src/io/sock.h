/* SPDX-License-Identifier: Apache-2.0 */
/* What datagram and raw sockets have in common. */
#ifndef ADIT_IO_SOCK_H
#define ADIT_IO_SOCK_H

#include "io/port.h"

#include <sys/socket.h>

#define IO_CTRL 192 /* room for the control messages of one unit */

/* A wish: what the kernel lacks is done without. Returns whether it was granted. */
bool io_sock_set(int fd, int level, int name, int v);
/* A socket of the port, in its table, with header options, buffers and device set, not bound. */
enum adit_err io_sock_open(struct io_port *p, unsigned family, int type, int proto,
	struct adit_fault *f) ADIT_MUST_USE;
enum adit_err io_sock_bind(
	struct io_fd *s, const struct adit_addr *a, struct adit_fault *f) ADIT_MUST_USE;
/* Lets the sockets of several workers have one port. */
void io_sock_share(struct io_fd *s, unsigned workers);
/* Closes the last socket of the table. */
void io_sock_drop(struct io_port *p);
/* Nothing that it receives is wanted. */
void io_sock_deafen(struct io_fd *s);

/* The one address that the socket hears, NULL: each unit says which it was sent to. */
const struct adit_addr *io_sock_near(const struct adit_delivery *d);

/* Fields of m from a control message. */
void io_sock_read_cmsg(struct adit_meta *m, const struct cmsghdr *h);
/* Appends one; mh->msg_control has the room. */
void io_sock_add_cmsg(struct msghdr *mh, int level, int type, const void *v, size_t n);
/* TOS, TTL and near address of q as control messages of mh. */
void io_sock_add_header(
	struct msghdr *mh, const struct io_port *p, unsigned family, const struct adit_meta *m);
/* Reads what ICMP reported on the socket. */
void io_sock_errors(struct io_port *p, struct io_fd *s);
/* DF of what the socket sends next. */
void io_sock_df(struct io_fd *s, bool df);

/* What was received into the landing cell: checks the sender and gives it to the stack. unit: bytes
 * of each segment but the last. Returns the segments. */
unsigned io_sock_land(struct io_port *p, uint32_t off, uint32_t n, uint32_t unit);
/* The first n segments of the stack's output are dealt with. */
void io_sock_consume(struct io_port *p, struct adit_batch *out, unsigned n);
/* What stands at the front of it can go nowhere. */
void io_sock_discard(struct io_port *p, struct adit_batch *out);
/* Several units in one call, each in a small cell; what outgrows it spills behind. */
struct io_rx {
	struct mmsghdr mm[IO_PASS_SEGS];
	struct iovec iov[IO_PASS_SEGS][2];
	struct sockaddr_storage ss[IO_PASS_SEGS];
	_Alignas(struct cmsghdr) char ctrl[IO_PASS_SEGS][IO_CTRL];
};
/* The room that spills need. False: no memory. */
bool io_sock_spill_open(struct io_port *p);
/* Prepares at most max receives into p->cell[]. Returns how many. */
unsigned io_sock_prepare(struct io_port *p, struct io_rx *x, unsigned max);
/* Copies the n bytes of unit i, which outgrew its cell, to `to`. */
void io_sock_gather(const struct io_port *p, unsigned i, uint32_t n, uint8_t *to);
/* The unit of n bytes in p->cell[i], with its meta there, goes to whose it is. */
void io_sock_land_cell(struct io_port *p, unsigned i, uint32_t n);

/* The landing cell. NULL: the stack has no room, or no cell is free. */
struct adit_pkt *io_sock_landing(struct io_port *p);

#endif
