/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: workers with loops that carry units between descriptors and stacks.
 *
 * Opening happens in the privileged process and makes every descriptor; running happens in the
 * unprivileged one that inherited them. */
#ifndef ADIT_ENGINE_H
#define ADIT_ENGINE_H

#include "core/conf.h"
#include "io/sys.h"

struct adit_engine;

struct adit_engine_conf {
	const struct adit_spec *spec; /* n_specs stacks that run in this process */
	unsigned n_specs;
	unsigned workers; /* 0: one for each two processors, at least 1, at most 4 */
	struct adit_sys *sys;
	/* How status writes a stack down, malloc()ed; NULL: not at all. */
	char *(*write)(const struct adit_spec *s);
};

/* Opens devices and sockets of all stacks. On failure closes what it opened, names the stack and
 * layer (index into spec[].layer) and fills f. */
enum adit_err adit_engine_open(struct adit_engine **e, const struct adit_engine_conf *c,
	unsigned *at_spec, unsigned *at_layer, struct adit_fault *f) ADIT_MUST_USE;

/* In the unprivileged process: carries packets until adit_engine_stop() or the parent dies.
 * `sys` is now the request channel to the parent. `control` is the listening control socket, -1
 * for none. ready() is called once when every stack is up. Returns an exit code. */
int adit_engine_run(struct adit_engine *e, struct adit_sys *sys, int control,
	void (*ready)(void *ctx), void *ctx);

/* From any worker, while the engine runs. */
void adit_engine_stop(struct adit_engine *e);

/* In the privileged process after the fork: closes its copies of the descriptors. And at the end.
 */
void adit_engine_close(struct adit_engine *e);

/* Status of all stacks as one JSON object, into a malloc()ed string that the caller frees; on the
 * loop of worker 0 while running. NULL: no memory. Schema: docs/status.md. */
char *adit_engine_status(struct adit_engine *e);

#endif
