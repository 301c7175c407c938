/* SPDX-License-Identifier: Apache-2.0 */
/* The stack or file that several subcommands take as their words. */
#ifndef ADIT_CMD_PROGRAM_H
#define ADIT_CMD_PROGRAM_H

#include "lang/lang.h"

/* Parses words[0..n), n > 0. *file is the file that was read, NULL for a stack. Returns an exit
 * code; on failure what was wrong has been printed and *p is NULL. */
int adit_cmd_program(struct adit_program **p, const char **file, int n, const char *const *words);

#endif
