/* SPDX-License-Identifier: Apache-2.0 */
/* The stack language: text to checked, completed stacks. No I/O: files are read by the caller. */
#ifndef ADIT_LANG_H
#define ADIT_LANG_H

#include "core/conf.h"
#include "core/layer.h"

/* Everything parsed from one source; owns all confs. */
struct adit_program {
	unsigned n;
	struct adit_spec *spec;
	struct adit_arena *arena;
};

/* A refusal, ready to print: message, the line, carets under the word, what would fit. */
struct adit_diag {
	char text[2048]; /* ends in a newline */
};

/* The words of a command line. Inline secrets are refused. */
enum adit_err adit_lang_words(struct adit_program **out, int n, const char *const *word,
	struct adit_diag *d) ADIT_MUST_USE;
/* A file: `tunnel NAME { ... }`, any number. */
enum adit_err adit_lang_text(struct adit_program **out, const char *file, const char *text,
	size_t len, struct adit_diag *d) ADIT_MUST_USE;
void adit_program_free(struct adit_program *p);

/* Whether the first word begins a stack (names a layer) rather than a file. */
bool adit_lang_is_stack(const char *first_word);

/* Formats a fault of layer `at` of a spec, found later (open, system), with the same carets. */
void adit_lang_fault(struct adit_diag *d, const struct adit_program *p, unsigned spec, unsigned at,
	const struct adit_fault *f);

/* Opens every stack in memory, as `up` would, and closes it again: layers check their values. */
enum adit_err adit_lang_try(const struct adit_program *p, struct adit_diag *d) ADIT_MUST_USE;

struct adit_explain_opts {
	bool json;
	unsigned mtu; /* of the path; 0: 1500 */
};
/* The completed stack as valid input, all else as comments; or JSON. malloc()ed; NULL: no memory
 * or a refusal in d. */
char *adit_lang_explain(
	const struct adit_program *p, const struct adit_explain_opts *o, struct adit_diag *d);
/* The stack written back on one line, secrets as their sources. malloc()ed. */
char *adit_lang_write(const struct adit_spec *s);

/* The layers as a table, and the options of one, generated from their tables. malloc()ed; NULL: no
 * memory. */
char *adit_lang_protocols_text(void);
char *adit_lang_options_text(const struct adit_layer_ops *ops);

#endif
