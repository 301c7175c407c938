/* SPDX-License-Identifier: Apache-2.0 */
/* Private to src/io: what a tunnel is at run time.
 *
 * A tunnel has one port for each worker: a queue of the device, sockets of its own, a stack and a
 * pool. Nothing of a port is touched by another worker while the engine runs. */
#ifndef ADIT_IO_PORT_H
#define ADIT_IO_PORT_H

#include "core/stack.h"
#include "io/engine.h"
#include "net/cut.h"
#include "net/icmp.h"
#include "net/join.h"
#include "proto/delivery.h"

#include <pthread.h>
#include <uv.h>

#define IO_WORKERS_MAX 16
#define IO_PASS_SEGS   64 /* segments read from one side before the stack runs */
#define IO_PASSES      8  /* passes before other descriptors get their turn */
#define IO_LANDING     (65536 + 512)
#define IO_SOCKS_MAX   20
#define IO_ENTROPY     8 /* send sockets of an IP version whose ports carry flow entropy */

#define IO_FLOW_BITS   10

#define IO_MSS_AUTO    0u /* io_tunnel.mss: clamp where the MTU is below Ethernet's */
#define IO_MSS_OFF     1u
#define IO_MSS_ON      2u

struct io_port;
struct io_snap;
struct io_stream;
struct io_worker;
struct adit_control;

/* A descriptor in the worker's loop. */
struct io_fd {
	int fd;
	uint8_t family; /* sockets: 4 or 6 */
	uint8_t proto;	/* raw sockets: IP protocol number */
	bool send_only;
	bool blocked; /* the last send said EAGAIN */
	int watched;  /* events that the loop watches now */
	uv_poll_t poll;
	struct io_port *port;
};

/* The delivery as configured: the last layer or the last two, one socket driver. */
struct io_delivery {
	struct adit_delivery d;
	bool udp, csum, entropy;
	uint16_t far_port; /* where neither the configuration nor the layer above has one */
	uint16_t port[2][IO_ENTROPY]; /* of the send sockets, by IP version; 0: none */
	uint8_t n_layers;	      /* of the spec that the driver stands for */
	bool check_port;	      /* a sender is known by its port too */
	uint16_t overhead;	      /* bytes of IP and UDP headers, worst family */
	uint8_t proto[4];	      /* raw: IP protocol numbers */
	uint8_t n_proto;
};

/* What the kernel was found to do. */
struct io_offloads {
	bool tun_csum, tso, uso, gso_max; /* device */
	bool udp_gso, udp_gro;		  /* sockets */
};

struct io_tunnel {
	const struct adit_spec *spec;
	struct adit_engine *engine;
	struct adit_shared *shared;
	char dev[16];
	bool frame;
	uint8_t link_len; /* 14 for frames */
	unsigned queues;
	unsigned mtu;  /* of the device; written under engine->sys_lock, atomic */
	unsigned path; /* last learnt by any worker, 0 unknown; atomic */
	unsigned mss;  /* IO_MSS_*, or the size */
	struct io_delivery del;
	struct io_offloads off;
	const struct adit_conf *inner[ADIT_STACK_LAYERS]; /* layers that the stack runs */
	unsigned n_inner;
	struct io_port *port;		      /* one a worker */
	struct io_stream *stream;	      /* NULL: packets over datagrams */
	uint8_t flow_port[1 << IO_FLOW_BITS]; /* by flow hash: entropy port plus one; atomic */
	unsigned next_port;		      /* atomic */
};

extern const struct adit_env io_env;

struct io_port {
	struct io_tunnel *t;
	struct io_worker *w;
	unsigned index;
	struct adit_stack *stack;
	struct adit_pool *pool;
	struct adit_chain *chain;
	unsigned head, tail; /* room that the stack adds to a unit */
	unsigned path;	     /* MTU last told to the stack */
	uint32_t unit_max;   /* what the path lets one unit of the end measure, 0 unknown */

	struct io_fd tun;
	uint8_t *land; /* IO_LANDING bytes for what the device gives */
	struct net_cut cut;
	bool cutting;  /* cut holds something */
	bool fragment; /* which may go in outer packets that may be fragmented */
	struct net_join join;
	struct net_icmp_limit icmp;

	struct io_fd sock[IO_SOCKS_MAX];
	unsigned n_sock;
	/* Tunnels that share one UDP port: the first one's sockets receive for all of them. */
	struct io_port *host, *guest, *next_guest;
	uint32_t key;  /* of the units that are this tunnel's */
	bool fed;      /* a guest: units wait for its stack */
	uint16_t sent; /* segments of the packet at the front of the output that are gone */
	struct adit_pkt *landing;	     /* cell for the next receive */
	struct adit_pkt *cell[IO_PASS_SEGS]; /* small cells for the next receives */
	unsigned singles;		     /* UDP: received in a row, no train among them */
	uint8_t *spill; /* and, should packets outgrow them, room behind each */

	struct adit_layer end, delivery;	 /* counters only */
	uint64_t reads, writes, receives, sends; /* system calls that moved data */
	uv_timer_t timer;
};

struct io_worker {
	struct adit_engine *engine;
	unsigned index;
	uv_loop_t loop;
	uv_async_t wake;
	uv_timer_t refresh; /* of what the ports know of their paths */
	pthread_t thread;
	bool looped, started; /* its loop is there; its thread runs */
	struct io_snap *snap; /* one a tunnel; with `answered` under engine->snap_lock */
	unsigned answered;
};

struct adit_engine {
	unsigned n_tunnels, n_workers;
	struct io_tunnel *tunnel;
	struct io_worker worker[IO_WORKERS_MAX];
	struct adit_sys *sys;
	char *(*write)(const struct adit_spec *s);
	pthread_mutex_t sys_lock;
	uint32_t stopping, failed; /* atomic */
	pthread_mutex_t snap_lock;
	pthread_cond_t snap_come;
	unsigned asked; /* requests for counters so far; under snap_lock */
	struct adit_control *control;
	uint64_t started;
};

#endif
