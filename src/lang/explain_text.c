/* SPDX-License-Identifier: Apache-2.0 */
/* explain for a person: the stack as valid input, all else as comments. */
#include "lang/explain.h"

static void put_stack(struct lang_buf *b, const struct explain *x)
{
	lang_put(b, "tunnel %s {\n", x->spec->name);
	for (unsigned i = 0; i < x->spec->n; i++) {
		lang_put(b, "\t");
		lang_write_conf(b, x->spec->layer[i]);
		lang_put(b, "\n");
	}
	if (x->below) {
		lang_put(b, "\t");
		lang_write_conf(b, x->below);
		lang_put(b, "\n");
	}
	lang_put(b, "}\n");
}

static void put_headers(struct lang_buf *b, const struct explain *x)
{
	lang_put(b, "#\n# headers, outermost first:\n");
	lang_put(b, "# offset bytes layer name     %-57s standard\n", "role");
	for (unsigned i = 0; i < x->n; i++) {
		const struct adit_hdr *h = &x->hdr[i];

		lang_put(b, "# %6u %5u   L%u  ", x->off[i], h->bytes, h->osi);
		lang_put(b, "%-8s %-57s %s\n", h->name, h->role ? h->role : "",
			h->standard ? h->standard : "");
		if (h->trailer)
			lang_put(b, "#        %5u         and as many bytes behind the payload\n",
				h->trailer);
	}
	if (x->n)
		lang_put(b, "# %6u       payload: %s%s\n", x->overhead,
			x->spec->layer[0]->ops->title ? x->spec->layer[0]->ops->title
						      : x->spec->layer[0]->ops->name,
			x->inner ? ", each with its own Ethernet header of 14 bytes" : "");
}

static void put_fields(struct lang_buf *b, const struct explain *x)
{
	const char *title = "#\n# fields whose value is known:\n";

	for (unsigned i = 0; i < x->n; i++) {
		for (unsigned k = 0; k < x->hdr[i].n_fields; k++) {
			const struct adit_field *f = &x->hdr[i].field[k];

			if (!f->value[0])
				continue;
			lang_put(b, "%s# %6u %5u   %s: %s = %s\n", title, x->off[i] + f->off,
				f->bytes, x->hdr[i].name, f->name, f->value);
			title = "";
		}
	}
}

static void put_cost(struct lang_buf *b, const struct explain *x)
{
	const char *sep = "#\n# efficiency: ";

	lang_put(b, "#\n# overhead: %u bytes a packet", x->overhead);
	if (x->inner)
		lang_put(b, ", and %u of the Ethernet header inside", x->inner);
	if (x->mtu)
		lang_put(b, "\n# MTU: %u bytes are left for an IP packet inside, on a path of %u\n",
			x->mtu, x->path);
	else
		lang_put(
			b, "\n# MTU: a stream takes packets of any size that its framing allows\n");
	for (unsigned i = 0; i < EXPLAIN_SIZES; i++) {
		lang_put(b, "%s%u.%u %% at %u bytes", sep, x->permille[i] / 10, x->permille[i] % 10,
			x->size[i]);
		sep = ", ";
	}
	lang_put(b, " (without the outer link's own header)\n");
}

static void put_gives(struct lang_buf *b, const char *what, const char *layer)
{
	if (layer)
		lang_put(b, "# %s: yes, by %s\n", what, layer);
	else
		lang_put(b, "# %s: no\n", what);
}

static void put_standard(struct lang_buf *b, const struct adit_layer_ops *o)
{
	lang_put(b, "#   %-10s %s\n", o->name, o->standard ? o->standard : "none");
}

void lang_explain_text(struct lang_buf *b, const struct explain *x)
{
	put_stack(b, x);
	put_headers(b, x);
	put_fields(b, x);
	put_cost(b, x);
	lang_put(b, "#\n");
	put_gives(b, "confidential", x->sec.confidential);
	put_gives(b, "authenticated", x->sec.authentic);
	put_gives(b, "replay-protected", x->sec.replay);
	lang_put(b, "#\n# standards:\n");
	for (unsigned i = 0; i < x->spec->n; i++)
		put_standard(b, x->spec->layer[i]->ops);
	if (x->below)
		put_standard(b, x->below->ops);
	if (x->n_warnings)
		lang_put(b, "#\n");
	for (unsigned i = 0; i < x->n_warnings; i++)
		lang_put(b, "# warning: %s\n", x->warning[i]);
}
