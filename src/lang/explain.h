/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of one completed stack, before it is put into words or JSON. */
#ifndef ADIT_LANG_EXPLAIN_H
#define ADIT_LANG_EXPLAIN_H

#include "lang/internal.h"

#define EXPLAIN_HDRS	 (3 * ADIT_STACK_LAYERS)
#define EXPLAIN_WARNINGS 16
#define EXPLAIN_SIZES	 3

struct explain_security {
	const char *confidential, *authentic, *replay; /* the layer that gives it, NULL: none */
};

struct explain {
	const struct adit_spec *spec;
	const struct adit_conf *below; /* what the system adds below the bottom, NULL: nothing */
	unsigned n;
	struct adit_hdr hdr[EXPLAIN_HDRS]; /* outermost first */
	unsigned off[EXPLAIN_HDRS];	   /* from the start of the outermost */
	unsigned overhead, path;
	unsigned mtu;	/* of the payload end's IP packets; 0: a stream bounds nothing */
	unsigned inner; /* bytes of the payload's own Ethernet header */
	bool stream;	/* some layer carries a stream */
	bool packets;	/* the end has packets or frames */
	unsigned size[EXPLAIN_SIZES]; /* of inner IP packets */
	unsigned permille[EXPLAIN_SIZES];
	struct explain_security sec;
	unsigned n_warnings;
	char warning[EXPLAIN_WARNINGS][192];
};

/* NULL: no memory or a refusal in d. Freed with free(). */
struct explain *lang_explain_make(
	const struct adit_program *p, unsigned spec, unsigned mtu, struct adit_diag *d);
void lang_explain_text(struct lang_buf *b, const struct explain *x);
void lang_explain_json(struct lang_buf *b, const struct explain *x);

/* Runs put(b, ctx) over a buffer that grows until all of it fits. malloc()ed; NULL: no memory. */
char *lang_grown(void (*put)(struct lang_buf *b, const void *ctx), const void *ctx);

#endif
