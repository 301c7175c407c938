/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "io/journal.h"

#include <stdio.h>
#include <string.h>

static void say(void *ctx, const char *line)
{
	(void)ctx;
	puts(line);
}

static int run(int argc, char **argv)
{
	struct adit_recover r = { .say = say };
	struct adit_rundir dir;
	struct adit_fault f;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--dry-run") != 0 && strcmp(argv[i], "-n") != 0)
			return adit_cmd_usage(&adit_cmd_recover, "unknown word %s", argv[i]);
		r.dry_run = true;
	}
	if (adit_rundir_open(&dir, &f))
		return adit_cmd_fault(&f);
	if (adit_journal_recover(&dir, &r) == 0)
		puts("nothing to recover");
	adit_rundir_close(&dir);
	return r.failed ? ADIT_EXIT_FAILED : ADIT_EXIT_OK;
}

const struct adit_cmd adit_cmd_recover = {
	.name = "recover",
	.args = "[--dry-run]",
	.title = "undoes what tunnels that were killed left behind; the next `up` does it too",
	.help = "  -n, --dry-run   only say what would be undone\n",
	.run = run,
};
