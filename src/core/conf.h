/* SPDX-License-Identifier: Apache-2.0 */
/* Option tables and the typed values parsed from them. One table a layer drives parsing, checking,
 * help, completion and the manual; a layer reads its values by index through typed getters, which
 * abort on a wrong type. */
#ifndef ADIT_CONF_H
#define ADIT_CONF_H

#include "core/addr.h"
#include "core/types.h"

enum adit_opt_type {
	ADIT_OPT_FLAG,	 /* `key` or key=on|off */
	ADIT_OPT_UINT,	 /* decimal or 0x..., within min..max */
	ADIT_OPT_ENUM,	 /* one of words[]; the value is its index */
	ADIT_OPT_STR,	 /* any text of min..max bytes (max 0: no limit) */
	ADIT_OPT_ADDR,	 /* numeric address, optional port */
	ADIT_OPT_HOST,	 /* address or name, optional port; resolved before anything opens */
	ADIT_OPT_PREFIX, /* ADDR/LEN */
	ADIT_OPT_MAC,
	ADIT_OPT_TIME,	 /* 300, 300s, 5m, 2h, 100ms -> nanoseconds */
	ADIT_OPT_SECRET, /* @file, @-, @env:NAME; never printed */
	ADIT_OPT_FILE,	 /* a path */
	ADIT_OPT_BLOCK,	 /* `word ARGS` within the layer's braces; sub[] */
};

/* enum adit_opt.flags */
#define ADIT_OPT_POS	  0x01 /* may stand without its name, in table order */
#define ADIT_OPT_LIST	  0x02 /* comma-separated, or given again */
#define ADIT_OPT_REQUIRED 0x04
#define ADIT_OPT_SERVER	  0x08 /* given: this layer and those above it take their server role */
#define ADIT_OPT_BELOW	  0x10 /* belongs to the layer that completion adds below: handed to it */
#define ADIT_OPT_DEFAULT  0x20 /* `def` is a value (UINT, FLAG, ENUM, TIME) */
#define ADIT_OPT_PORT	  0x40 /* ADDR/HOST: a port makes sense (else refused) */

struct adit_opt {
	const char *name; /* the word before `=` */
	uint8_t type;	  /* enum adit_opt_type */
	uint8_t flags;
	uint64_t min, max, def;
	const char *const *words;   /* ENUM: NULL-terminated */
	const struct adit_opt *sub; /* BLOCK */
	unsigned n_sub;
	const char *arg;  /* the value in help, such as "ADDR"; NULL for flags */
	const char *help; /* one line, no full stop */
};

/* Where a word was written. For the command line file is NULL, line is 1 and col counts in the
 * words joined by single blanks. */
struct adit_src {
	const char *file;
	uint32_t line, col, len; /* line and col from 1 */
};

struct adit_conf;

struct adit_item {
	struct adit_src src;
	const char *text; /* as written; for secrets "@file" or the like */
	union {
		uint64_t u;	       /* FLAG, UINT, ENUM, TIME */
		struct adit_addr addr; /* ADDR; HOST once resolved (family 0 before) */
		struct adit_prefix prefix;
		uint8_t mac[6];
		const struct adit_conf *block;
	};
};

struct adit_value {
	uint16_t n; /* items; 0: not given */
	struct adit_item *item;
};

struct adit_layer_ops;

/* One layer (or block) as configured. Lives in the arena of its parser. */
struct adit_conf {
	const struct adit_layer_ops *ops; /* NULL in a block */
	const char *word;		  /* the name as written, an alias perhaps */
	const struct adit_opt *opts;
	unsigned n_opts;
	struct adit_value *value; /* parallel to opts */
	struct adit_src src;	  /* of the layer's name */
	uint8_t above, below;	  /* shapes agreed on by the checker (enum adit_shape) */
	bool server;
	bool completed; /* added by completion, not written by the user */
};

#define ADIT_STACK_LAYERS 16
#define ADIT_NAME_MAX	  64

/* One stack, completed and checked, from the payload end (layer[0]) to the delivery. */
struct adit_spec {
	char name[ADIT_NAME_MAX]; /* of the tunnel */
	unsigned n;
	const struct adit_conf *layer[ADIT_STACK_LAYERS];
};

bool adit_conf_has(const struct adit_conf *c, unsigned opt);
unsigned adit_conf_n(const struct adit_conf *c, unsigned opt);
/* FLAG, UINT, ENUM, TIME: the value given, else the default (0 where there is none). */
uint64_t adit_conf_u(const struct adit_conf *c, unsigned opt);
bool adit_conf_flag(const struct adit_conf *c, unsigned opt);
/* The i-th item of its type; NULL where there is none. */
const char *adit_conf_str(const struct adit_conf *c, unsigned opt, unsigned i);
const struct adit_addr *adit_conf_addr(const struct adit_conf *c, unsigned opt, unsigned i);
const struct adit_prefix *adit_conf_prefix(const struct adit_conf *c, unsigned opt, unsigned i);
const uint8_t *adit_conf_mac(const struct adit_conf *c, unsigned opt, unsigned i);
const struct adit_conf *adit_conf_block(const struct adit_conf *c, unsigned opt, unsigned i);

#endif
