/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "cmd/find.h"
#include "io/control_client.h"

#include <stdio.h>
#include <string.h>

struct downs {
	int code;
};

static int down_one(const struct adit_rundir *dir, const char *stem)
{
	struct adit_fault f;

	return adit_control_down(dir, stem, &f) ? adit_cmd_fault(&f) : ADIT_EXIT_OK;
}

/* Dead ones are for `recover`, those of root for root. */
static bool down_each(void *ctx, const struct adit_rundir *dir, const char *stem)
{
	struct downs *d = ctx;
	struct adit_fault f;
	enum adit_err err = adit_control_down(dir, stem, &f);

	if (err && err != ADIT_ENOENT && err != ADIT_EPERM)
		d->code = adit_cmd_fault(&f);
	return true;
}

static int run(int argc, char **argv)
{
	struct adit_found found;
	struct downs all = { 0 };
	struct adit_fault f;
	int code;

	if (argc != 2)
		return adit_cmd_usage(&adit_cmd_down, argc < 2 ? "which tunnel?" : "one name only");
	if (strcmp(argv[1], "--all") == 0) {
		adit_find_each(down_each, &all);
		return all.code;
	}
	if (adit_find(&found, argv[1], &f))
		return adit_cmd_fault(&f);
	code = down_one(&found.dir, found.stem);
	adit_rundir_close(&found.dir);
	return code;
}

const struct adit_cmd adit_cmd_down = {
	.name = "down",
	.args = "NAME | --all",
	.title = "ends a tunnel and waits until it is gone",
	.help = "  --all   every tunnel of this user\n",
	.run = run,
};
