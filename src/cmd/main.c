/* SPDX-License-Identifier: Apache-2.0 */
/* main() is a table of contents: one subcommand a file. */
#include "cmd/cmd.h"
#include "io/priv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct adit_cmd *const commands[] = {
	&adit_cmd_up,
	&adit_cmd_down,
	&adit_cmd_status,
	&adit_cmd_recover,
	&adit_cmd_check,
	&adit_cmd_explain,
	&adit_cmd_protocols,
	&adit_cmd_version,
	&adit_cmd_help,
};

const struct adit_cmd *adit_cmd_at(unsigned i)
{
	return i < ADIT_LEN(commands) ? commands[i] : NULL;
}

const struct adit_cmd *adit_cmd_find(const char *name)
{
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		name = "version";
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	for (unsigned i = 0; i < ADIT_LEN(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

int adit_cmd_exit(enum adit_err err)
{
	switch (err) {
	case ADIT_OK:
		return ADIT_EXIT_OK;
	case ADIT_ECONF:
		return ADIT_EXIT_USAGE;
	case ADIT_EPERM:
		return ADIT_EXIT_PERM;
	case ADIT_ENOENT:
		return ADIT_EXIT_NONE;
	case ADIT_EBUSY:
		return ADIT_EXIT_TAKEN;
	case ADIT_ENOMEM:
	case ADIT_ESYS:
	case ADIT_ETIMEOUT:
		break;
	}
	return ADIT_EXIT_FAILED;
}

int adit_cmd_fault(const struct adit_fault *f)
{
	fprintf(stderr, "adit: %s\n", f->what);
	if (f->fix[0])
		fprintf(stderr, "%s\n", f->fix);
	return adit_cmd_exit(f->code);
}

int adit_cmd_usage(const struct adit_cmd *c, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "adit: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nusage: adit %s %s\n", c->name, c->args);
	return ADIT_EXIT_USAGE;
}

static int run(int argc, char **argv)
{
	const struct adit_cmd *c = argc > 1 ? adit_cmd_find(argv[1]) : NULL;

	if (argc < 2) {
		fprintf(stderr, "adit: no command given; `adit help` lists them\n");
		return ADIT_EXIT_USAGE;
	}
	if (!c) {
		fprintf(stderr, "adit: there is no command %s; `adit help` lists them\n", argv[1]);
		return ADIT_EXIT_USAGE;
	}
	if (argc == 3 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)) {
		char *words[] = { "help", (char *)c->name, NULL };

		return adit_cmd_help.run(2, words);
	}
	return c->run(argc - 1, argv + 1);
}

/* A script that reads what was cut short shall hear of it. */
static int finish(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "adit: cannot write the output: %s\n", strerror(errno));
	return code ? code : ADIT_EXIT_FAILED;
}

int main(int argc, char **argv)
{
	return adit_priv_standard_fds() ? finish(run(argc, argv)) : ADIT_EXIT_FAILED;
}
