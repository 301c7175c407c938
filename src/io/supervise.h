/* SPDX-License-Identifier: Apache-2.0 */
/* Two processes from one: the unprivileged child carries packets, the parent serves its requests
 * for changes, passes on signals, and undoes everything when the child is gone. */
#ifndef ADIT_SUPERVISE_H
#define ADIT_SUPERVISE_H

#include "io/engine.h"
#include "io/journal.h"

struct adit_supervise {
	struct adit_engine *engine; /* opened; closed here */
	struct adit_sys *sys;	    /* local; closed here */
	struct adit_journal *journal;
	int control;	  /* listening; closed here */
	int background;	  /* pipe of adit_background(), -1: in the foreground */
	const char *name; /* for messages */
	bool verbose;
};

/* Blocks the signals that the parent waits for, from before anything is opened: one that comes
 * while a tunnel opens ends it when it is open, in order. */
void adit_supervise_signals(void);
/* Returns an exit code, with everything but the journal undone. */
int adit_supervise(struct adit_supervise *s);

/* Serves one request from the channel; for tests, too. False: the channel is closed. */
enum adit_served { ADIT_SERVED, ADIT_SERVED_READY, ADIT_SERVED_END };
enum adit_served adit_supervise_serve(struct adit_sys *sys, int fd, unsigned *budget);

#define ADIT_REQUEST_BUDGET 4096 /* changes that one child may ask for */

#endif
