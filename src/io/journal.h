/* SPDX-License-Identifier: Apache-2.0 */
/* What an instance is about to change on the system, one line each, written before the change and
 * undone backwards. The file is locked as long as its owner lives: a journal that can be locked
 * belongs to the dead. It is the lock on the instance's name, too.
 *
 *   adit 1 PID START NETNS     owner, its start time in ticks, the network namespace
 *   child PID START            the process that talks to the network
 *   sock FILE                  a control socket in the run directory
 *   want DEV                   a device is about to be made
 *   made DEV IFINDEX           and was
 *   addr DEV IFINDEX PREFIX    an address, likewise `route`
 *   void                       the change of the line before was refused by the system
 *
 * A last line without its newline was not finished, and its change not begun. */
#ifndef ADIT_JOURNAL_H
#define ADIT_JOURNAL_H

#include "core/types.h"
#include "io/rundir.h"

struct adit_journal;

/* Takes the name for this process: ADIT_EBUSY where a living one has it. Leftovers of a dead owner
 * are undone first. */
enum adit_err adit_journal_open(struct adit_journal **j, const struct adit_rundir *d,
	const char *name, struct adit_fault *f) ADIT_MUST_USE;
enum adit_err adit_journal_note(struct adit_journal *j, struct adit_fault *f, const char *fmt, ...)
	ADIT_PRINTF(3, 4) ADIT_MUST_USE;
const char *adit_journal_stem(const struct adit_journal *j); /* the name as a file name */
int adit_journal_fd(const struct adit_journal *j);	     /* the child closes it */
/* The process that has the name, 0: not known. */
long adit_journal_owner(const struct adit_rundir *d, const char *stem);
/* Undoes everything, removes the journal and lets go of the name. NULL: nothing to do. */
void adit_journal_close(struct adit_journal *j);
/* Lets go of the memory only: in a forked child, which has closed the descriptor. */
void adit_journal_forget(struct adit_journal *j);

/* Undoes what dead instances left in the directory. say() gets one line for each thing done, with
 * dry_run for each that would be. Returns the number of dead instances found, and in *failed how
 * many of them could not be undone fully. */
struct adit_recover {
	bool dry_run;
	void (*say)(void *ctx, const char *line); /* may be NULL */
	void *ctx;
	unsigned failed;
};
unsigned adit_journal_recover(const struct adit_rundir *d, struct adit_recover *r);

#endif
