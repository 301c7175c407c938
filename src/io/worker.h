/* SPDX-License-Identifier: Apache-2.0 */
/* A worker's loop. */
#ifndef ADIT_IO_WORKER_H
#define ADIT_IO_WORKER_H

#include "io/port.h"

enum adit_err io_worker_start(struct io_worker *w) ADIT_MUST_USE;
void io_worker_run(struct io_worker *w);
/* Any thread. */
void io_worker_wake(struct io_worker *w);
/* After its loop has ended: closes its handles. */
void io_worker_stop(struct io_worker *w);

#endif
