/* SPDX-License-Identifier: Apache-2.0 */
/* Private to src/io: a tunnel that rides on TCP, or whose end is TCP.
 *
 * All of it runs on one worker. A connection is a socket on one side of one chain: the users' of
 * `listen` and `connect` at the top, those of `tcp` at the bottom; one driver serves both. */
#ifndef ADIT_IO_STREAM_H
#define ADIT_IO_STREAM_H

#include "io/port.h"
#include "proto/tcp/tcp.h"

struct io_stream;

struct io_conn {
	struct io_stream *s;
	struct adit_chain *chain;
	enum adit_side side;
	int fd;
	uv_poll_t poll;
	int watched;
	bool connecting, readable, blocked, closing;
	bool eof_in;  /* the far side has no more */
	bool eof_out; /* nor has the chain */
	bool broken;  /* to be reset as soon as an event cell is free */
	bool dirty;
	uint32_t skip;	 /* bytes of the packet at the front of the output that are gone */
	uint32_t budget; /* bytes that it may read before others have their turn */
	adit_time give_up;
	struct io_conn *next, **at, *next_dirty;
};

struct io_accept {
	int fd;
	enum adit_side side;
	uv_poll_t poll;
	bool watched;
	struct io_stream *s;
};

enum io_stream_end { IO_END_LISTEN, IO_END_CONNECT, IO_END_DEVICE };

struct io_stream {
	struct io_tunnel *t;
	struct io_port *port; /* the only one in use: stack, pool, device, counters, timer */
	enum io_stream_end end;
	struct tcp_conf top, bottom;
	const char *to;		    /* target for OPEN; NULL: none */
	struct io_accept accept[2]; /* by side */
	struct io_conn *conns, *dirty;
	unsigned n_conns, connecting;
	bool starved;	   /* somebody waits for a cell */
	bool device_ready; /* there may be packets in the device */
	adit_time now, accept_at, redial_at, redial_wait;
	adit_time log_since;
	unsigned logged;
};

/* stream.c. io_stream_open: NULL in *at means the stack's layer. */
bool io_stream_takes(const struct adit_spec *spec);
enum adit_err io_stream_open(struct io_tunnel *t, unsigned *at, struct adit_fault *f) ADIT_MUST_USE;
enum adit_err io_stream_start(struct io_stream *s, struct io_worker *w) ADIT_MUST_USE;
void io_stream_close(struct io_stream *s);
void io_stream_work(struct io_stream *s);
/* What the driver of a side of a chain has to say when it fails. */
void io_stream_fail(struct io_stream *s, struct adit_chain *c, enum adit_side side);
/* The connection at the bottom of a device's chain is there; is gone. */
void io_stream_linked(struct io_stream *s);
void io_stream_unlinked(struct io_stream *s, const struct adit_chain *c);
/* One line a thing that happened, at most ten a second. */
void io_stream_log(struct io_stream *s, const char *layer, const char *fmt, ...) ADIT_PRINTF(3, 4);

/* tcp.c: sockets. */
enum adit_err io_tcp_listen(
	int *fd, const struct tcp_conf *c, unsigned opt, struct adit_fault *f) ADIT_MUST_USE;
void io_tcp_options(int fd, const struct tcp_conf *c);
/* Starts to connect. -1: failed at once, errno says why. */
int io_tcp_dial(const struct tcp_conf *c);
void io_accept_ready(uv_poll_t *h, int status, int events);
void io_accept_watch(struct io_accept *a, bool on);

/* conn.c */
struct io_conn *io_conn_new(struct io_stream *s, int fd, struct adit_chain *c, enum adit_side side);
/* Dials for that side; on failure the side is failed too. */
void io_conn_dial(struct io_stream *s, struct adit_chain *c, enum adit_side side);
void io_conn_dirty(struct io_conn *c);
void io_conn_step(struct io_conn *c);
/* The connection failed: RESET into the chain, and away. */
void io_conn_break(struct io_conn *c, int os);

#endif
