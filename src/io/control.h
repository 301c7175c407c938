/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket of an instance. One request a connection, a word and a newline; the answer
 * runs to the end of the connection.
 *
 *   status   the JSON of adit_engine_status()
 *   down     `ok`, then the tunnel ends */
#ifndef ADIT_CONTROL_H
#define ADIT_CONTROL_H

#include "core/types.h"
#include "io/rundir.h"

#include <uv.h>

struct adit_control;

/* All on the loop. */
struct adit_control_ops {
	char *(*status)(void *ctx); /* malloc()ed, freed by the caller; NULL: no memory */
	void (*stop)(void *ctx);    /* `down` */
};

/* Serves the listening socket on the loop, of which it owns its handles until adit_control_stop();
 * the memory goes when the loop has run once more. NULL: it cannot. */
struct adit_control *adit_control_start(
	uv_loop_t *loop, int listen_fd, const struct adit_control_ops *ops, void *ctx);
void adit_control_stop(struct adit_control *c); /* NULL: nothing to do */

#endif
