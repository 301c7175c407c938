/* SPDX-License-Identifier: Apache-2.0 */
/* Subcommands: one const entry each, in the table of main.c. */
#ifndef ADIT_CMD_H
#define ADIT_CMD_H

#include "core/types.h"

struct adit_cmd {
	const char *name;
	const char *args;  /* of its usage line */
	const char *title; /* one line, no full stop */
	const char *help;  /* the options, a line each; NULL: none */
	/* argv[0] is the command's name; returns an exit code. */
	int (*run)(int argc, char **argv);
};

extern const struct adit_cmd adit_cmd_up, adit_cmd_down, adit_cmd_status, adit_cmd_recover,
	adit_cmd_check, adit_cmd_explain, adit_cmd_protocols, adit_cmd_version, adit_cmd_help;

/* NULL: no such command. i-th: NULL after the last. */
const struct adit_cmd *adit_cmd_find(const char *name);
const struct adit_cmd *adit_cmd_at(unsigned i);

enum adit_exit {
	ADIT_EXIT_OK = 0,
	ADIT_EXIT_FAILED = 1, /* something went wrong while running */
	ADIT_EXIT_USAGE = 2,  /* the command line or the stack is wrong */
	ADIT_EXIT_PERM = 3,   /* a capability is missing */
	ADIT_EXIT_NONE = 4,   /* no such tunnel, file or host */
	ADIT_EXIT_TAKEN = 5,  /* a port, device or name is taken */
};

int adit_cmd_exit(enum adit_err err);
/* Prints the fault and its fix; returns the exit code of its kind. */
int adit_cmd_fault(const struct adit_fault *f);
/* Prints a message about the command line and the usage; returns ADIT_EXIT_USAGE. */
int adit_cmd_usage(const struct adit_cmd *c, const char *fmt, ...) ADIT_PRINTF(2, 3);

#endif
