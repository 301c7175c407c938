/* SPDX-License-Identifier: Apache-2.0 */
/* Typed getters. A wrong index or type is our own bug and aborts. */
#include "core/conf.h"

static const struct adit_opt *option(const struct adit_conf *c, unsigned opt)
{
	ADIT_ASSERT(opt < c->n_opts);
	return &c->opts[opt];
}

static bool is_number(const struct adit_opt *o)
{
	return o->type == ADIT_OPT_FLAG || o->type == ADIT_OPT_UINT || o->type == ADIT_OPT_ENUM ||
	       o->type == ADIT_OPT_TIME;
}

static const struct adit_item *item(const struct adit_conf *c, unsigned opt, unsigned i)
{
	const struct adit_value *v = &c->value[opt];

	return i < v->n ? &v->item[i] : NULL;
}

bool adit_conf_has(const struct adit_conf *c, unsigned opt)
{
	return adit_conf_n(c, opt) != 0;
}

unsigned adit_conf_n(const struct adit_conf *c, unsigned opt)
{
	option(c, opt);
	return c->value[opt].n;
}

uint64_t adit_conf_u(const struct adit_conf *c, unsigned opt)
{
	const struct adit_opt *o = option(c, opt);
	const struct adit_item *it = item(c, opt, 0);

	ADIT_ASSERT(is_number(o));
	if (it)
		return it->u;
	return o->flags & ADIT_OPT_DEFAULT ? o->def : 0;
}

bool adit_conf_flag(const struct adit_conf *c, unsigned opt)
{
	ADIT_ASSERT(option(c, opt)->type == ADIT_OPT_FLAG);
	return adit_conf_u(c, opt) != 0;
}

const char *adit_conf_str(const struct adit_conf *c, unsigned opt, unsigned i)
{
	const struct adit_item *it;

	ADIT_ASSERT(option(c, opt)->type != ADIT_OPT_BLOCK);
	it = item(c, opt, i);
	return it ? it->text : NULL;
}

const struct adit_addr *adit_conf_addr(const struct adit_conf *c, unsigned opt, unsigned i)
{
	const struct adit_opt *o = option(c, opt);
	const struct adit_item *it = item(c, opt, i);

	ADIT_ASSERT(o->type == ADIT_OPT_ADDR || o->type == ADIT_OPT_HOST);
	return it ? &it->addr : NULL;
}

const struct adit_prefix *adit_conf_prefix(const struct adit_conf *c, unsigned opt, unsigned i)
{
	const struct adit_item *it = item(c, opt, i);

	ADIT_ASSERT(option(c, opt)->type == ADIT_OPT_PREFIX);
	return it ? &it->prefix : NULL;
}

const uint8_t *adit_conf_mac(const struct adit_conf *c, unsigned opt, unsigned i)
{
	const struct adit_item *it = item(c, opt, i);

	ADIT_ASSERT(option(c, opt)->type == ADIT_OPT_MAC);
	return it ? it->mac : NULL;
}

const struct adit_conf *adit_conf_block(const struct adit_conf *c, unsigned opt, unsigned i)
{
	const struct adit_item *it = item(c, opt, i);

	ADIT_ASSERT(option(c, opt)->type == ADIT_OPT_BLOCK);
	return it ? it->block : NULL;
}
