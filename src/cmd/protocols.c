/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "core/registry.h"
#include "lang/lang.h"

#include <stdio.h>
#include <stdlib.h>

static int run(int argc, char **argv)
{
	const struct adit_layer_ops *ops = NULL;
	char *text;

	if (argc > 2)
		return adit_cmd_usage(&adit_cmd_protocols, "one name at most");
	if (argc == 2) {
		ops = adit_registry_find(argv[1]);
		if (!ops) {
			fprintf(stderr, "adit: there is no layer %s; `adit protocols` lists them\n",
				argv[1]);
			return ADIT_EXIT_NONE;
		}
	}
	text = ops ? adit_lang_options_text(ops) : adit_lang_protocols_text();
	if (!text) {
		fputs("adit: out of memory\n", stderr);
		return ADIT_EXIT_FAILED;
	}
	fputs(text, stdout);
	free(text);
	return ADIT_EXIT_OK;
}

const struct adit_cmd adit_cmd_protocols = {
	.name = "protocols",
	.args = "[NAME]",
	.title = "lists the layers, or the options of one",
	.run = run,
};
