/* SPDX-License-Identifier: Apache-2.0 */
/* The instances that are up. */
#ifndef ADIT_FIND_H
#define ADIT_FIND_H

#include "io/rundir.h"

struct adit_found {
	struct adit_rundir dir;
	char stem[ADIT_FILE_MAX];
};

/* Every control socket in the run directories, until each() returns false. */
void adit_find_each(
	bool (*each)(void *ctx, const struct adit_rundir *dir, const char *stem), void *ctx);
/* The instance of that name. ADIT_ENOENT lists those that there are. */
enum adit_err adit_find(
	struct adit_found *out, const char *name, struct adit_fault *f) ADIT_MUST_USE;

#endif
