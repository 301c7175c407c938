/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "cmd/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MTU_MIN 68
#define MTU_MAX 65535

static int parse_mtu(const char *text, unsigned *mtu)
{
	char *end = NULL;
	unsigned long v = text && *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;

	if (!end || *end || v < MTU_MIN || v > MTU_MAX)
		return adit_cmd_usage(
			&adit_cmd_explain, "--mtu takes a number from %d to %d", MTU_MIN, MTU_MAX);
	*mtu = (unsigned)v;
	return 0;
}

static int parse_options(int argc, char **argv, struct adit_explain_opts *o, int *first)
{
	int i = 1, code = 0;

	for (; !code && i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (strcmp(argv[i], "--json") == 0)
			o->json = true;
		else if (strncmp(argv[i], "--mtu=", 6) == 0)
			code = parse_mtu(argv[i] + 6, &o->mtu);
		else if (strcmp(argv[i], "--mtu") == 0)
			code = parse_mtu(++i < argc ? argv[i] : NULL, &o->mtu);
		else
			code = adit_cmd_usage(&adit_cmd_explain, "unknown option %s", argv[i]);
	}
	if (!code && i >= argc)
		code = adit_cmd_usage(&adit_cmd_explain, "a stack or a file is missing");
	*first = i;
	return code;
}

static int run(int argc, char **argv)
{
	struct adit_explain_opts o = { 0 };
	struct adit_diag d = { "" };
	struct adit_program *p;
	const char *file;
	char *text;
	int first, code = parse_options(argc, argv, &o, &first);

	if (!code)
		code = adit_cmd_program(&p, &file, argc - first, (const char *const *)argv + first);
	if (code)
		return code;
	text = adit_lang_explain(p, &o, &d);
	adit_program_free(p);
	if (!text) {
		fputs(d.text, stderr);
		return ADIT_EXIT_USAGE;
	}
	fputs(text, stdout);
	free(text);
	return ADIT_EXIT_OK;
}

const struct adit_cmd adit_cmd_explain = {
	.name = "explain",
	.args = "[--json] [--mtu N] STACK...|FILE",
	.title = "shows the completed stack, its headers, what they cost and what they protect",
	.help = "  --json     for programs\n"
		"  --mtu N    MTU of the path, 1500 unless given\n"
		"Opens nothing. Its output is a file that `adit up` takes.\n",
	.run = run,
};
