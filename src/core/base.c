/* SPDX-License-Identifier: Apache-2.0 */
/* Failures and the names of drop reasons. */
#include "core/drop.h"
#include "core/types.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const drop_names[] = {
#define X(name, text, ref) #name,
#include "core/drops.def"
#undef X
};

static const char *const drop_texts[] = {
#define X(name, text, ref) text,
#include "core/drops.def"
#undef X
};

const char *adit_drop_name(enum adit_drop d)
{
	return d < ADIT_DROP_MAX ? drop_names[d] : "?";
}

const char *adit_drop_text(enum adit_drop d)
{
	return d < ADIT_DROP_MAX ? drop_texts[d] : "?";
}

enum adit_err adit_fail(
	struct adit_fault *f, enum adit_err code, const char *fix, const char *fmt, ...)
{
	va_list ap;

	if (!f)
		return code;
	f->code = code;
	f->os = 0;
	f->opt = -1;
	va_start(ap, fmt);
	vsnprintf(f->what, sizeof(f->what), fmt, ap);
	va_end(ap);
	snprintf(f->fix, sizeof(f->fix), "%s", fix ? fix : "");
	return code;
}

void adit_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "adit: bug at %s:%d: %s\n", file, line, what);
	abort();
}
