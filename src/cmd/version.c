/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"

#include <stdio.h>

static int run(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("adit " ADIT_VERSION);
	return ADIT_EXIT_OK;
}

const struct adit_cmd adit_cmd_version = {
	.name = "version",
	.args = "",
	.title = "says which version this is; also --version",
	.run = run,
};
