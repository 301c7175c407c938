/* SPDX-License-Identifier: Apache-2.0 */
/* main() is a table of contents: one subcommand a file. */
#include <stdio.h>

int main(void)
{
	puts("adit " ADIT_VERSION);
	return 0;
}
