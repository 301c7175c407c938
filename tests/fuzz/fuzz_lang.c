/* SPDX-License-Identifier: Apache-2.0 */
/* Any text, as a file and as words: no crash, no leak, every refusal is a whole line, and what
 * explain prints is read as the same stack again. */
#include "lang/lang.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what, const char *text)
{
	if (ok)
		return;
	fprintf(stderr, "%s:\n%s\n", what, text);
	abort();
}

static void refused(const struct adit_diag *d)
{
	size_t n = strlen(d->text);

	check(n > 6 && n < sizeof(d->text) && d->text[n - 1] == '\n', "refusal", d->text);
}

static void explain(const struct adit_program *p)
{
	const struct adit_explain_opts plain = { 0 }, json = { .json = true, .mtu = 9000 };
	struct adit_program *again;
	struct adit_diag d;
	char *text = adit_lang_explain(p, &plain, &d), *same, *out;

	if (!text) {
		refused(&d);
		return;
	}
	check(!adit_lang_text(&again, "explain", text, strlen(text), &d), d.text, text);
	same = adit_lang_explain(again, &plain, &d);
	check(same && strcmp(text, same) == 0, "explain differs", text);
	out = adit_lang_explain(p, &json, &d);
	check(out != NULL, "json", d.text);
	free(out);
	out = adit_lang_write(&p->spec[0]);
	check(out && out[0], "write", text);
	free(out);
	free(same);
	free(text);
	adit_program_free(again);
}

static unsigned split(char *text, const char **word)
{
	unsigned n = 0;

	while (n < WORDS_MAX) {
		text += strspn(text, " \n");
		if (!*text)
			break;
		word[n++] = text;
		text += strcspn(text, " \n");
		if (*text)
			*text++ = 0;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *word[WORDS_MAX];
	char *text = malloc(size + 1);
	struct adit_program *p;
	struct adit_diag d;
	unsigned n;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = 0;
	if (adit_lang_text(&p, "fuzz.adit", text, size, &d) == ADIT_OK) {
		explain(p);
		adit_program_free(p);
	} else {
		refused(&d);
	}
	n = split(text, word);
	if (n > 0 && adit_lang_words(&p, (int)n, word, &d) == ADIT_OK) {
		explain(p);
		adit_program_free(p);
	} else if (n > 0) {
		refused(&d);
	}
	free(text);
	return 0;
}
