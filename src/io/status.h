/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of all workers, gathered without touching what another worker writes. */
#ifndef ADIT_IO_STATUS_H
#define ADIT_IO_STATUS_H

#include "io/port.h"

struct io_snap_layer {
	struct adit_stats stats;
	uint8_t status;
};

/* What one worker publishes of one tunnel. */
struct io_snap {
	struct io_snap_layer layer[ADIT_STACK_LAYERS];
	uint64_t reads, writes, receives, sends;
	unsigned small_out, large_out; /* cells in use */
	unsigned unit_max;
};

/* On the worker's own thread, when woken: answers a request for its counters, if there is one. */
void io_status_answer(struct io_worker *w);

#endif
