/* SPDX-License-Identifier: Apache-2.0 */
/* Private to src/io: what a tunnel is at run time.
 *
 * A tunnel has one port for each worker: a queue of the device, sockets of its own, a stack and a
 * pool. Nothing of a port is touched by another worker while the engine runs. */
#ifndef ADIT_IO_PORT_H
#define ADIT_IO_PORT_H

#include "core/stack.h"
#include "io/engine.h"
#include "proto/delivery.h"

#include <pthread.h>
#include <uv.h>

#define IO_WORKERS_MAX 16
#define IO_PASS_SEGS   64 /* segments read from one side before the stack runs */
#define IO_PASSES      8  /* passes before other descriptors get their turn */
#define IO_LANDING     (65536 + 512)
#define IO_SOCKS_MAX   12

struct io_port;
struct io_worker;

/* A descriptor in the worker's loop. */
struct io_fd {
	int fd;
	uint8_t family; /* sockets: 4 or 6 */
	uint8_t proto;	/* raw sockets: IP protocol number */
	bool blocked;	/* the last send said EAGAIN */
	int watched;	/* events that the loop watches now */
	uv_poll_t poll;
	struct io_port *port;
};

/* The delivery as configured: the last layer or the last two, one socket driver. */
struct io_delivery {
	struct adit_delivery d;
	bool udp, csum, entropy;
	uint8_t n_layers;    /* of the spec that the driver stands for */
	uint8_t check_ports; /* a sender is known by its port too */
	uint16_t overhead;   /* bytes of IP and UDP headers, worst family */
	uint8_t proto[4];    /* raw: IP protocol numbers */
	uint8_t n_proto;
	uint8_t shape; /* of the units that it gives to the stack */
};

struct io_tunnel {
	const struct adit_spec *spec;
	struct adit_engine *engine;
	struct adit_shared *shared;
	char dev[16];
	bool frame;
	unsigned mtu; /* of the device; under engine->sys_lock while running */
	unsigned mtu_max;
	struct io_delivery del;
	const struct adit_conf *inner[ADIT_STACK_LAYERS]; /* layers that the stack runs */
	unsigned n_inner;
	struct io_port *port; /* one a worker */
};

struct io_port {
	struct io_tunnel *t;
	struct io_worker *w;
	unsigned index;
	struct adit_stack *stack;
	struct adit_pool *pool;
	struct adit_chain *chain;
	unsigned head, tail; /* room that the stack adds to a unit */
	struct io_fd tun;
	struct io_fd sock[IO_SOCKS_MAX];
	unsigned n_sock;
	struct adit_layer end, delivery; /* counters only */
	struct adit_pkt *landing;	 /* cell for the next receive */
	uv_timer_t timer;
};

struct io_worker {
	struct adit_engine *engine;
	unsigned index;
	uv_loop_t loop;
	uv_async_t wake;
	pthread_t thread;
	bool started;
	uint8_t *land; /* IO_LANDING bytes for what the device gives */
};

struct adit_engine {
	unsigned n_tunnels, n_workers;
	struct io_tunnel *tunnel;
	struct io_worker worker[IO_WORKERS_MAX];
	struct adit_sys *sys;
	pthread_mutex_t sys_lock;
	uint32_t stopping; /* atomic */
	uint64_t started;
};

/* end.c: the device. */
enum adit_err io_end_open(struct io_tunnel *t, struct adit_fault *f) ADIT_MUST_USE;
/* Reads at most IO_PASS_SEGS segments into the stack. True: there may be more. */
bool io_end_read(struct io_port *p);
void io_end_write(struct io_port *p);

/* delivery.c: which driver, and its configuration. */
enum adit_err io_delivery_read(
	struct io_tunnel *t, unsigned *at, struct adit_fault *f) ADIT_MUST_USE;

/* udp.c */
enum adit_err io_udp_open(struct io_port *p, struct adit_fault *f) ADIT_MUST_USE;
bool io_udp_recv(struct io_port *p, struct io_fd *s);
void io_udp_send(struct io_port *p);

/* worker.c */
enum adit_err io_worker_start(struct io_worker *w) ADIT_MUST_USE;
void io_worker_run(struct io_worker *w);
void io_worker_stop(struct io_worker *w);

/* path.c: tells the stack what one unit of the delivery may measure. */
void io_path_tell(struct io_port *p, unsigned mtu);
enum adit_err io_path_first(struct io_tunnel *t, struct adit_fault *f) ADIT_MUST_USE;
/* An event came out of the stack's top. */
void io_end_event(struct io_port *p, struct adit_pkt *ev);

#endif
