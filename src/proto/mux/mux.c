/* SPDX-License-Identifier: Apache-2.0 */
/* Theory of operation. A session carries up to `flows` flows, each a stream of its own that may
 * end in each direction (EOF) or at once (RESET). Ids count up, odd ones from the client, and are
 * never used again, so that a late frame of a flow that is gone is known for what it is. A
 * receiver grants each flow a window and renews it as its reader reads, half a window at a time;
 * a flow whose reader stalls therefore holds one window of memory and nobody else up.
 *
 * | event        | flow unknown            | open            | after EOF of the sender |
 * | OPEN         | begins, or is refused   | session dies    | session dies            |
 * | DATA         | discarded if it was one | to the reader   | session dies            |
 * | CREDIT       | discarded likewise      | more may go     | more may go             |
 * | EOF          | discarded likewise      | half closed     | session dies            |
 * | RESET        | discarded likewise      | flow ends       | flow ends               | */
#include "proto/mux/mux.h"

static const struct adit_opt opts[] = {
	[MUX_OPT_FLOWS] = { .name = "flows",
		.type = ADIT_OPT_UINT,
		.flags = ADIT_OPT_DEFAULT,
		.min = 1,
		.max = 65536,
		.def = 256,
		.arg = "N",
		.help = "flows at a time; more are refused" },
	[MUX_OPT_WINDOW] = { .name = "window",
		.type = ADIT_OPT_UINT,
		.flags = ADIT_OPT_DEFAULT,
		.min = MUX_WINDOW_MIN,
		.max = MUX_WINDOW_MAX,
		.def = MUX_WINDOW_SMALL,
		.arg = "BYTES",
		.help = "bytes that a flow may send us ahead of its reader" },
};

_Static_assert(ADIT_LEN(opts) == MUX_OPT_N, "one row an option");
_Static_assert(MUX_WINDOW_SMALL / ADIT_CELL_SMALL + 5 < ADIT_BATCH, "a window fits a batch");
_Static_assert(MUX_WINDOW_MAX / UINT16_MAX + 5 < ADIT_BATCH, "and the largest one too");

static enum adit_err mux_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	struct mux *m = l->state;

	(void)first;
	l->headroom = MUX_HDR;
	m->window = (uint32_t)adit_conf_u(l->conf, MUX_OPT_WINDOW);
	m->next_id = l->server ? 2 : 1;
	if (!mux_table_open(&m->t, (uint32_t)adit_conf_u(l->conf, MUX_OPT_FLOWS)))
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory for the flows of mux");
	return ADIT_OK;
}

static void mux_close(struct adit_layer *l)
{
	struct mux *m = l->state;

	mux_table_close(&m->t);
}

static void mux_tick(struct adit_layer *l, struct adit_emit *out)
{
	mux_flush(l, out);
}

static unsigned describe(const struct adit_layer *l, struct adit_hdr *out, unsigned max)
{
	(void)l;
	if (max < 1)
		return 0;
	*out = (struct adit_hdr){ .name = "adit mux",
		.role = "delivery of many flows over one stream",
		.standard = "docs/protocols/mux.md",
		.bytes = MUX_HDR,
		.osi = 5,
		.n_fields = 4,
		.field = { { .name = "Type", .off = 0, .bytes = 1, .value = "2" },
			{ .name = "Zero", .off = 1, .bytes = 1, .value = "0" },
			{ .name = "Length", .off = 2, .bytes = 2 },
			{ .name = "Flow", .off = 4, .bytes = 4 } } };
	return 1;
}

const struct adit_layer_ops adit_layer_mux = {
	.name = "mux",
	.title = "many flows over one stream, each with credit of its own",
	.standard = "adit's own: docs/protocols/mux.md",
	.needs = "tcp",
	.osi = 5,
	.above = ADIT_STREAM,
	.below = ADIT_STREAM,
	.flags = ADIT_L_HUB | ADIT_L_DIAL,
	.opts = opts,
	.n_opts = ADIT_LEN(opts),
	.state_size = sizeof(struct mux),
	.open = mux_open,
	.down = mux_down,
	.up = mux_up,
	.tick = mux_tick,
	.close = mux_close,
	.describe = describe,
};
