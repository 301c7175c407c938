/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/program.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES (1u << 20)

/* What everyone may write into, everyone may have root run. */
static bool is_open_to_all(FILE *f)
{
	struct stat st;

	return fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IWOTH);
}

/* NULL: errno says why. */
static char *read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "re");
	bool refused = f && is_open_to_all(f);
	char *text = f && !refused ? malloc(FILE_MAX_BYTES + 1) : NULL;

	if (text) {
		*n = fread(text, 1, FILE_MAX_BYTES + 1, f);
		if (ferror(f) || *n > FILE_MAX_BYTES) {
			errno = ferror(f) ? errno : EFBIG;
			free(text);
			text = NULL;
		}
	}
	if (f)
		fclose(f);
	if (refused)
		errno = EPERM;
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
		if (!text && errno == EPERM) {
			fprintf(stderr,
				"adit: everyone can write to %s\nlet only its owner: chmod go-w "
				"%s\n",
				*file, *file);
			return ADIT_EXIT_PERM;
		}
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
