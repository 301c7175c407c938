/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/vxlan/vxlan.h"

#include "core/bytes.h"
#include "core/codec.h"
#include "net/eth.h"
#include "net/fdb.h"
#include "net/flow.h"
#include "net/ip.h"
#include "proto/describe.h"
#include "proto/tunnel.h"

static const char *const from_words[] = { "any", NULL };

static const struct adit_opt mac_opts[] = {
	[VXLAN_MAC_MAC] = { .name = "mac",
		.type = ADIT_OPT_MAC,
		.flags = ADIT_OPT_POS | ADIT_OPT_REQUIRED,
		.arg = "MAC",
		.help = "station" },
	[VXLAN_MAC_REMOTE] = { .name = "remote",
		.type = ADIT_OPT_HOST,
		.flags = ADIT_OPT_POS | ADIT_OPT_REQUIRED | ADIT_OPT_PORT,
		.arg = "HOST[:PORT]",
		.help = "tunnel endpoint behind which it is" },
};

static const struct adit_opt opts[] = {
	[VXLAN_OPT_VNI] = { .name = "vni",
		.type = ADIT_OPT_UINT,
		.flags = ADIT_OPT_REQUIRED,
		.max = 0xffffff,
		.arg = "0..16777215",
		.help = "VXLAN network identifier" },
	[VXLAN_OPT_REMOTES] = { .name = "remotes",
		.type = ADIT_OPT_HOST,
		.flags = ADIT_OPT_LIST | ADIT_OPT_PORT,
		.arg = "HOST[:PORT],...",
		.help = "other endpoints; broadcasts go to each of them" },
	[VXLAN_OPT_LEARNING] = { .name = "learning",
		.type = ADIT_OPT_FLAG,
		.flags = ADIT_OPT_DEFAULT,
		.def = 1,
		.help = "learn which station is behind which endpoint, on unless turned off" },
	[VXLAN_OPT_AGEING] = { .name = "ageing",
		.type = ADIT_OPT_TIME,
		.flags = ADIT_OPT_DEFAULT,
		.min = ADIT_S,
		.max = 86400 * ADIT_S,
		.def = 300 * ADIT_S,
		.arg = "TIME",
		.help = "forget a learnt station after this silence, 5m unless given" },
	[VXLAN_OPT_FROM] = { .name = "from",
		.type = ADIT_OPT_ENUM,
		.words = from_words,
		.arg = "any",
		.help = "accept endpoints that remotes= does not list" },
	[VXLAN_OPT_MAC] = { .name = "mac",
		.type = ADIT_OPT_BLOCK,
		.flags = ADIT_OPT_LIST,
		.sub = mac_opts,
		.n_sub = ADIT_LEN(mac_opts),
		.arg = "MAC remote=HOST",
		.help = "a station that never ages and cannot be learnt elsewhere" },
};

_Static_assert(ADIT_LEN(opts) == VXLAN_OPT_N, "one row an option");
_Static_assert(ADIT_LEN(mac_opts) == VXLAN_MAC_N, "one row an option");

static const struct adit_code codes[] = { { ADIT_SPACE_UDPPORT, VXLAN_PORT } };

#define LEARN_PAUSE (100 * ADIT_MS)
#define TAIL_MAX    256 /* tailroom that a copy keeps for the layers below */

struct vxlan {
	uint32_t vni;
	bool from_any;
	bool learning;
	unsigned n_remotes; /* get a copy of what is flooded */
	unsigned n_peers;   /* may send: the remotes, then those behind static entries */
	struct adit_addr remote[VXLAN_PEERS];
	struct adit_addr target; /* of the unit being encapsulated; family 0: the delivery's own */
	unsigned fan;		 /* remotes that already have a copy of the unit in front */
	struct adit_addr sender; /* of the unit being decapsulated, as one sends to it */
	struct {
		uint8_t mac[6];
		struct adit_addr from;
		adit_time at;
	} learnt; /* last, so that a train costs one look into the table */
};

static enum adit_err refuse(struct adit_fault *f, int opt, const char *what)
{
	return adit_blame(f, opt, adit_fail(f, ADIT_ECONF, NULL, "%s", what));
}

/* RFC 7348 says nothing of it, but a tunnel that takes frames from everybody is an open relay. */
static const struct adit_addr *peer(const struct vxlan *v, const struct adit_addr *far)
{
	for (unsigned i = 0; i < v->n_peers; i++)
		if (adit_addr_same_ip(&v->remote[i], far))
			return &v->remote[i];
	return NULL;
}

static enum adit_err read_remotes(struct vxlan *v, const struct adit_conf *c, struct adit_fault *f)
{
	unsigned n = adit_conf_n(c, VXLAN_OPT_REMOTES);

	if (n > VXLAN_REMOTES)
		return refuse(f, VXLAN_OPT_REMOTES, "vxlan takes at most 64 remotes");
	for (; v->n_remotes < n; v->n_remotes++) {
		const struct adit_addr *a = adit_conf_addr(c, VXLAN_OPT_REMOTES, v->n_remotes);

		if (adit_addr_is_multicast(a))
			return refuse(f, VXLAN_OPT_REMOTES,
				"vxlan copies broadcasts to each remote; it joins no group");
		v->remote[v->n_remotes] = *a;
	}
	v->n_peers = n;
	return ADIT_OK;
}

static enum adit_err read_macs(
	struct adit_layer *l, struct net_fdb *table, bool first, struct adit_fault *f)
{
	struct vxlan *v = l->state;

	for (unsigned i = 0; i < adit_conf_n(l->conf, VXLAN_OPT_MAC); i++) {
		const struct adit_conf *b = adit_conf_block(l->conf, VXLAN_OPT_MAC, i);
		const struct adit_addr *a = adit_conf_addr(b, VXLAN_MAC_REMOTE, 0);
		const uint8_t *mac = adit_conf_mac(b, VXLAN_MAC_MAC, 0);

		if (first && !net_fdb_static(table, mac, v->vni, a))
			return refuse(f, VXLAN_OPT_MAC, "too many static entries");
		if (peer(v, a))
			continue;
		if (v->n_peers == VXLAN_PEERS)
			return refuse(f, VXLAN_OPT_MAC, "too many endpoints behind static entries");
		v->remote[v->n_peers++] = *a;
	}
	return ADIT_OK;
}

static enum adit_err vxlan_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	struct vxlan *v = l->state;
	const struct adit_conf *c = l->conf;
	enum adit_err e = read_remotes(v, c, f);

	if (e != ADIT_OK)
		return e;
	v->vni = (uint32_t)adit_conf_u(c, VXLAN_OPT_VNI);
	v->from_any = adit_conf_has(c, VXLAN_OPT_FROM);
	v->learning = adit_conf_flag(c, VXLAN_OPT_LEARNING) && (v->n_remotes > 0 || v->from_any);
	/* Where the table lies in memory differs from run to run: enough against aimed collisions.
	 */
	if (first)
		net_fdb_init(l->shared, v->learning ? adit_conf_u(c, VXLAN_OPT_AGEING) : 0, 0,
			(uint64_t)(uintptr_t)l->shared);
	l->headroom = VXLAN_HLEN;
	return read_macs(l, l->shared, first, f);
}

/* The outer header would be routed into this tunnel again. */
static bool loops(const struct adit_seg *s, const struct adit_addr *far)
{
	struct net_ip ip;
	uint32_t off;

	if (net_find_ip(ADIT_FRAME, s->data, s->len, &off) != far->family ||
		net_ip_parse_quote(&ip, s->data + off, s->len - off) != ADIT_KEEP)
		return false;
	return memcmp(ip.dst, far->ip, ip.addr_len) == 0 && ip.proto == IPPROTO_N_UDP &&
	       !net_ip_is_fragment(&ip) && s->len >= off + ip.l4_off + 4u &&
	       adit_be16(s->data + off + ip.l4_off + 2) == (far->port ? far->port : VXLAN_PORT);
}

/* RFC 7348 5: flags, 24 reserved bits, VNI, 8 reserved bits. */
static enum adit_drop encap(struct adit_layer *l, struct adit_seg *s, const struct adit_meta *in,
	struct adit_meta *out, adit_time now)
{
	const struct vxlan *v = l->state;
	enum adit_drop d;

	(void)now;
	if (s->len < ETH_LEN)
		return ADIT_DROP_SHORT;
	d = adit_tunnel_encap(ADIT_FRAME, s, in, out);
	if (d != ADIT_KEEP)
		return d;
	if (v->target.family && loops(s, &v->target))
		return ADIT_DROP_LOOP;
	out->far = v->target;
	memset(&out->near, 0, sizeof(out->near));
	out->near.port = net_flow_port(in->hash);
	out->space = ADIT_SPACE_UDPPORT;
	out->code = VXLAN_PORT;
	adit_seg_push(s, VXLAN_HLEN);
	adit_put_be32(s->data, (uint32_t)VXLAN_F_VNI << 24);
	adit_put_be32(s->data + 4, v->vni << 8);
	return ADIT_KEEP;
}

/* Which station sits behind the sender. */
static void learn(struct adit_layer *l, const uint8_t mac[6], adit_time now)
{
	struct vxlan *v = l->state;

	if (memcmp(v->learnt.mac, mac, 6) == 0 && now - v->learnt.at < LEARN_PAUSE &&
		adit_addr_equal(&v->learnt.from, &v->sender))
		return;
	net_fdb_learn(l->shared, mac, v->vni, &v->sender, now);
	memcpy(v->learnt.mac, mac, 6);
	v->learnt.from = v->sender;
	v->learnt.at = now;
}

static enum adit_drop decap(struct adit_layer *l, struct adit_seg *s, const struct adit_meta *in,
	struct adit_meta *out, adit_time now)
{
	const struct vxlan *v = l->state;
	const uint8_t *h = adit_seg_pull(s, VXLAN_HLEN);
	enum adit_drop d;

	if (!h)
		return ADIT_DROP_SHORT;
	if (!(h[0] & VXLAN_F_VNI)) /* RFC 7348 5: all other bits are ignored */
		return ADIT_DROP_FLAGS;
	if (adit_be24(h + 4) != v->vni)
		return ADIT_DROP_KEY;
	if (s->len < ETH_LEN)
		return ADIT_DROP_SHORT;
	if (net_mac_is_group(s->data + 6))
		return ADIT_DROP_MAC;
	d = adit_tunnel_decap(ADIT_FRAME, s, in, out);
	if (d == ADIT_KEEP && v->learning)
		learn(l, s->data + 6, now);
	return d;
}

/* A copy of the unit goes to the target. What room below does not hold is lost: the others have
 * theirs already. */
static void copy_out(struct adit_layer *l, const struct adit_pkt *p, struct adit_emit *out)
{
	uint32_t tail = p->pitch - p->off - p->len;
	struct adit_pkt *q =
		adit_pkt_copy(out->pool, p, 0, p->count, tail < TAIL_MAX ? tail : TAIL_MAX);
	struct adit_batch one;

	if (!q) {
		l->stats.drops[ADIT_DROP_NO_CELL] += p->count;
		return;
	}
	adit_batch_init(&one);
	adit_add(&one, q);
	while (adit_peek(&one))
		if (!adit_train_run(l, &one, out->down, out, encap))
			adit_drop(l, adit_take(&one), ADIT_DROP_NO_ROOM);
}

/* Copies the unit in front to every remote, the unit itself to the last one. False: no room yet;
 * `fan` remembers how far it came. */
static bool flood(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	struct vxlan *v = l->state;
	unsigned before = in->count;

	for (; v->fan + 1 < v->n_remotes; v->fan++) {
		if (adit_room(out->down) < 2)
			return false;
		v->target = v->remote[v->fan];
		copy_out(l, adit_peek(in), out);
	}
	v->target = v->n_remotes ? v->remote[v->n_remotes - 1] : (struct adit_addr){ 0 };
	if (!adit_train_run(l, in, out->down, out, encap))
		return false;
	if (in->count < before) /* else the rest of the train stands in front */
		v->fan = 0;
	return true;
}

/* One known endpoint, or all. */
static bool forward(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	struct vxlan *v = l->state;
	struct adit_seg s = adit_seg_at(adit_peek(in), 0);

	if (v->fan == 0 && s.len >= ETH_LEN &&
		net_fdb_find(l->shared, s.data, v->vni, out->now, &v->target))
		return adit_train_run(l, in, out->down, out, encap);
	return flood(l, in, out);
}

static void down(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	const struct adit_pkt *p;

	while ((p = adit_peek(in)) != NULL) {
		bool done = p->kind == ADIT_DATA ? forward(l, in, out) : adit_pass_down(l, in, out);

		if (!done)
			break;
	}
}

/* Notes who sent it. False: nobody whom we know. */
static bool from_peer(struct vxlan *v, const struct adit_meta *m)
{
	const struct adit_addr *a = peer(v, &m->far);

	v->sender = m->far;
	v->sender.port = 0; /* that port is entropy, not where it listens */
	if (a)
		v->sender = *a;
	return a || v->from_any || (v->n_remotes == 0 && m->known);
}

static void up(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	const struct adit_pkt *p;

	while ((p = adit_peek(in)) != NULL) {
		bool done = true;

		if (p->kind != ADIT_DATA)
			done = adit_pass_up(l, in, out);
		else if (from_peer(l->state, &p->m))
			done = adit_train_run(l, in, out->up, out, decap);
		else
			adit_drop(l, adit_take(in), ADIT_DROP_PEER);
		if (!done)
			break;
	}
}

static unsigned describe(const struct adit_layer *l, struct adit_hdr *out, unsigned max)
{
	const struct vxlan *v = l->state;

	if (max < 1)
		return 0;
	*out = (struct adit_hdr){ .name = "VXLAN",
		.dissector = "vxlan",
		.role = "tunnel: an Ethernet frame as payload of datagrams",
		.standard = "RFC 7348 5",
		.bytes = VXLAN_HLEN,
		.osi = 2 };
	adit_hdr_field(out, "Flags", "vxlan.flags", 0, 2);
	adit_hdr_value(out, "0x0800");
	adit_hdr_field(out, "Reserved", "vxlan.gbp", 2, 2);
	adit_hdr_value(out, "0");
	adit_hdr_field(out, "VXLAN Network Identifier", "vxlan.vni", 4, 3);
	adit_hdr_value(out, "%u", v->vni);
	adit_hdr_field(out, "Reserved", "vxlan.reserved8", 7, 1);
	adit_hdr_value(out, "0");
	return 1;
}

static bool key_of(const uint8_t *data, uint32_t len, uint32_t *key)
{
	if (len < VXLAN_HLEN)
		return false;
	*key = adit_be24(data + 4);
	return true;
}

static uint32_t key(const struct adit_layer *l)
{
	const struct vxlan *v = l->state;

	return v->vni;
}

static const struct adit_demux_ops demux = { key_of, key };

const struct adit_layer_ops adit_layer_vxlan = {
	.name = "vxlan",
	.title = "Ethernet over UDP with a network identifier, any number of endpoints",
	.standard = "RFC 7348",
	.needs = "udp",
	.osi = 2,
	.above = ADIT_FRAME,
	.below = ADIT_DATAGRAM,
	.flags = ADIT_L_ENTROPY | ADIT_L_PORT_BOTH | ADIT_L_OPEN_BELOW,
	.codes = codes,
	.n_codes = ADIT_LEN(codes),
	.opts = opts,
	.n_opts = ADIT_LEN(opts),
	.state_size = sizeof(struct vxlan),
	.demux = &demux,
	.shared_size = sizeof(struct net_fdb),
	.open = vxlan_open,
	.down = down,
	.up = up,
	.describe = describe,
};
