/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"

#include <stdio.h>

static void list(void)
{
	const struct adit_cmd *c;

	puts("adit builds a network tunnel as a stack of layers:\n"
	     "    adit up tap / vxlan vni=42 / udp 198.51.100.2\n");
	for (unsigned i = 0; (c = adit_cmd_at(i)) != NULL; i++)
		printf("  %-10s %s\n", c->name, c->title);
	puts("\n`adit help COMMAND` says more.\n"
	     "exit codes: 0 done, 1 failed while running, 2 wrong command line or stack,\n"
	     "            3 capability missing, 4 no such tunnel, file or host,\n"
	     "            5 port, device or name taken");
}

static int run(int argc, char **argv)
{
	const struct adit_cmd *c;

	if (argc < 2) {
		list();
		return ADIT_EXIT_OK;
	}
	c = adit_cmd_find(argv[1]);
	if (!c)
		return adit_cmd_usage(&adit_cmd_help, "there is no command %s", argv[1]);
	printf("usage: adit %s %s\n%s.\n", c->name, c->args, c->title);
	if (c->help)
		printf("\n%s", c->help);
	return ADIT_EXIT_OK;
}

const struct adit_cmd adit_cmd_help = {
	.name = "help",
	.args = "[COMMAND]",
	.title = "lists the commands, or explains one",
	.run = run,
};
