/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the language share: arena, source, tokens, the state of one parse. */
#ifndef ADIT_LANG_INTERNAL_H
#define ADIT_LANG_INTERNAL_H

#include "core/packet.h"
#include "core/registry.h"
#include "lang/lang.h"

#include <stdarg.h>

#define LANG_SOURCE_MAX (1u << 20)
#define LANG_TOKENS_MAX 65536
#define LANG_DEPTH_MAX	8
#define LANG_SPECS_MAX	1024
#define LANG_FIX_MAX	640

enum tok_kind { TOK_WORD, TOK_SLASH, TOK_NEWLINE, TOK_OPEN, TOK_CLOSE, TOK_PLUS, TOK_END };

struct tok {
	enum tok_kind kind;
	bool quoted;	  /* starts with a quote: never NAME=VALUE */
	const char *text; /* without its quotes */
	struct adit_src src;
};

/* One source with its tokens; kept by the program, so that later faults can point into it. */
struct lang_source {
	const char *file; /* NULL: words of a command line */
	const char *text;
	size_t len;
	struct tok *tok; /* ends in TOK_END */
	unsigned n;
	const struct adit_layer_ops *const *reg;
	unsigned n_reg;
};

struct lang_chunk {
	struct lang_chunk *next;
	size_t used, size;
	_Alignas(16) unsigned char room[];
};

struct adit_arena {
	struct lang_chunk *chunk;
	struct lang_source *source;
};

struct adit_arena *lang_arena_new(void);
void lang_arena_free(struct adit_arena *a);
void *lang_alloc(struct adit_arena *a, size_t n); /* zeroed; NULL: no memory */
char *lang_text(struct adit_arena *a, const char *s, size_t n);

/* The state of one parse. */
struct lang {
	struct adit_arena *arena;
	struct lang_source *src;
	struct adit_diag *diag;
	unsigned pos; /* of the next token */
	unsigned depth;
};

/* The stack being built: confs that may still change. */
struct lang_stack {
	struct adit_conf *layer[ADIT_STACK_LAYERS];
	unsigned n;
	const struct tok *name; /* of name= or `tunnel NAME`, NULL: from the end */
};

/* Both return their error code. Fix may be NULL. */
enum adit_err lang_refuse(struct lang *l, const struct adit_src *at, const char *fix,
	const char *fmt, ...) ADIT_PRINTF(4, 5);
enum adit_err lang_no_memory(struct lang *l);

/* Text of bounded length, built piece by piece; what does not fit is cut. */
struct lang_buf {
	char *text;
	size_t size, n;
};
void lang_put(struct lang_buf *b, const char *fmt, ...) ADIT_PRINTF(2, 3);

enum adit_err lang_lex_words(struct lang *l, int n, const char *const *word);
enum adit_err lang_lex_text(struct lang *l, const char *file, const char *text, size_t len);

const struct adit_layer_ops *lang_find(const struct lang_source *s, const char *name);
/* The candidate nearest to `word`, if near enough to be meant; best starts as NULL. */
struct lang_near {
	const char *best;
	unsigned distance;
};
void lang_near(struct lang_near *near, const char *word, const char *candidate);

/* Options. */
int lang_opt(const struct adit_opt *opts, unsigned n, const char *name, size_t len); /* -1: none */
struct adit_conf *lang_conf_new(struct lang *l, const struct adit_layer_ops *ops,
	const struct adit_opt *opts, unsigned n, const struct adit_src *src);
/* One word of a layer or block. */
enum adit_err lang_match(struct lang *l, struct adit_conf *c, const struct tok *t, bool positional);
struct adit_item *lang_item_add(struct lang *l, struct adit_conf *c, unsigned opt);
/* The value from it->text. Otherwise false and why in `why`. */
bool lang_value(const struct adit_opt *o, struct adit_item *it, struct lang_buf *why);
/* The options that have not been given, for "what would fit". */
void lang_list_options(struct lang_buf *b, const struct adit_opt *opts, unsigned n);
void lang_opt_usage(struct lang_buf *b, const struct adit_opt *o);
/* ADDR or HOST text with another port. */
enum adit_err lang_set_port(struct lang *l, struct adit_item *it, uint16_t port);
/* Length of the host part of ADDR or HOST text, without :PORT; its port to *port. */
size_t lang_host_len(const char *text, uint32_t *port);
int lang_far(const struct adit_conf *c); /* the option that names the far address, -1: none */

enum adit_err lang_parse_stack(struct lang *l, struct lang_stack *s, bool braces);
enum adit_err lang_complete(struct lang *l, struct lang_stack *s);
enum adit_err lang_fit(struct lang *l, struct lang_stack *s);	/* ends and shapes */
enum adit_err lang_ports(struct lang *l, struct lang_stack *s); /* after lang_fit() */
/* What stands below a bottom delivery in its packets: `ip` below `udp`; NULL: nothing. */
enum adit_err lang_bottom(
	struct lang *l, const struct adit_conf *bottom, const struct adit_conf **below);
enum adit_err lang_check(struct lang *l, struct lang_stack *s);
enum adit_err lang_name(struct lang *l, struct lang_stack *s, char out[ADIT_NAME_MAX]);

/* The entry point with a table of layers of the caller's. */
struct lang_input {
	const char *file; /* NULL: words */
	const char *text;
	size_t len;
	const char *const *word;
	int n_words;
	const struct adit_layer_ops *const *reg;
	unsigned n_reg;
};
enum adit_err lang_read(
	struct adit_program **out, const struct lang_input *in, struct adit_diag *d) ADIT_MUST_USE;

/* "an IP packet" and the like: what a shape is called in messages. */
const char *lang_shape_name(unsigned shape);
void lang_put_shapes(struct lang_buf *b, unsigned set);
unsigned lang_shape_pick(unsigned set); /* the preferred one of several */
/* The shapes that can pass between the two, codes considered. */
unsigned lang_meet(const struct adit_layer_ops *upper, const struct adit_layer_ops *lower);
bool lang_code(const struct adit_layer_ops *o, unsigned space, uint16_t *code);

/* Writes one layer as it can be read again. */
void lang_write_conf(struct lang_buf *b, const struct adit_conf *c);

#endif
