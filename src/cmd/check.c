/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "cmd/program.h"

#include <stdio.h>

static int run(int argc, char **argv)
{
	struct adit_diag d = { "" };
	struct adit_program *p;
	const char *file;
	enum adit_err err;
	int code;

	if (argc < 2)
		return adit_cmd_usage(&adit_cmd_check, "a stack or a file is missing");
	code = adit_cmd_program(&p, &file, argc - 1, (const char *const *)argv + 1);
	if (code)
		return code;
	err = adit_lang_try(p, &d);
	if (err)
		fputs(d.text, stderr);
	adit_program_free(p);
	return adit_cmd_exit(err);
}

const struct adit_cmd adit_cmd_check = {
	.name = "check",
	.args = "STACK...|FILE",
	.title = "says whether a stack or a file is right, without touching the system",
	.run = run,
};
