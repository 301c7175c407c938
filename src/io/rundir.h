/* SPDX-License-Identifier: Apache-2.0 */
/* The run directory: one journal and one control socket for each instance that is up. */
#ifndef ADIT_RUNDIR_H
#define ADIT_RUNDIR_H

#include "core/types.h"

#define ADIT_FILE_MAX	 64 /* of an instance's name as a file name, with the final NUL */
#define ADIT_DIR_MAX	 160
#define ADIT_SOCK_MAX	 108 /* sun_path */

#define ADIT_JOURNAL_END ".journal"
#define ADIT_SOCKET_END	 ".sock"

struct adit_rundir {
	int fd;
	char path[ADIT_DIR_MAX];
};

/* The directory for this user's instances, made where it is missing: $ADIT_RUN_DIR, for root
 * /run/adit, else adit under $XDG_RUNTIME_DIR. Refused when somebody else could write to it. */
enum adit_err adit_rundir_open(struct adit_rundir *d, struct adit_fault *f) ADIT_MUST_USE;
/* The i-th directory to look for instances in: one's own and root's. ADIT_ENOENT: no more. Skipped
 * ones have fd -1. */
enum adit_err adit_rundir_look(struct adit_rundir *d, unsigned i) ADIT_MUST_USE;
void adit_rundir_close(struct adit_rundir *d);

/* A tunnel's name as a file name, one to one: what could leave the directory, hide or break a
 * terminal becomes %XX. Refused when too long. */
enum adit_err adit_rundir_name(
	char out[ADIT_FILE_MAX], const char *name, struct adit_fault *f) ADIT_MUST_USE;
/* Whether a file name in the run directory is one that adit_rundir_name() gives, with this end. */
bool adit_rundir_is(const char *file, const char *end);

/* Calls each() with the stem of every file of that end, in order of names, until it returns false.
 * each() may remove files. */
void adit_rundir_each(const struct adit_rundir *d, const char *end,
	bool (*each)(void *ctx, const char *stem), void *ctx);

#endif
