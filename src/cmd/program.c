/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/program.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES (1u << 20)

static char *read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "re");
	char *text = f ? malloc(FILE_MAX_BYTES + 1) : NULL;

	if (text) {
		*n = fread(text, 1, FILE_MAX_BYTES + 1, f);
		if (ferror(f) || *n > FILE_MAX_BYTES) {
			errno = ferror(f) ? EIO : EFBIG;
			free(text);
			text = NULL;
		}
	}
	if (f)
		fclose(f);
	return text;
}

/* Several words that name neither a layer nor a file are a stack with its first word misspelt. */
static bool is_stack(int n, const char *const *words)
{
	if (adit_lang_is_stack(words[0]) || strcmp(words[0], "tunnel") == 0)
		return true;
	return n > 1 && !strchr(words[0], '.') && !strchr(words[0], '/');
}

int adit_cmd_program(struct adit_program **p, const char **file, int n, const char *const *words)
{
	struct adit_diag d = { "" };
	enum adit_err err;
	size_t len = 0;
	char *text;

	*p = NULL;
	*file = NULL;
	if (is_stack(n, words)) {
		err = adit_lang_words(p, n, words, &d);
	} else if (n > 1) {
		fprintf(stderr, "adit: %s is a file, and nothing may follow it\n", words[0]);
		return ADIT_EXIT_USAGE;
	} else {
		*file = words[0];
		text = read_file(*file, &len);
		if (!text) {
			fprintf(stderr, "adit: %s is no layer, and no file that can be read: %s\n",
				*file, strerror(errno));
			return ADIT_EXIT_NONE;
		}
		err = adit_lang_text(p, *file, text, len, &d);
		free(text);
	}
	if (err)
		fputs(d.text, stderr);
	return adit_cmd_exit(err);
}
