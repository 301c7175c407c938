/* SPDX-License-Identifier: Apache-2.0 */
/* Undoes the lines of a journal, the last first. */
#ifndef ADIT_UNDO_H
#define ADIT_UNDO_H

#include "io/journal.h"

/* fd: the journal, locked by the caller. False: something could not be undone. */
bool adit_undo(const struct adit_rundir *d, int fd, struct adit_recover *r);

/* Start time of a process in ticks since the system's start, 0 if there is no such process: with
 * the process id it names a process for good. */
uint64_t adit_process_start(long pid);
/* Names this process's network namespace. */
void adit_netns_id(char out[48]);

#endif
