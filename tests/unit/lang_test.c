/* SPDX-License-Identifier: Apache-2.0 */
/* The language over a small table of layers: what is read, what is completed, what is refused and
 * in which words. */
#include "lang/internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const modes[] = { "slow", "fast", NULL };
static const struct adit_opt tun_opts[] = {
	{ "dev", ADIT_OPT_STR, ADIT_OPT_POS, 1, 15, 0, NULL, NULL, 0, "NAME", "device" },
	{ "addr", ADIT_OPT_PREFIX, ADIT_OPT_POS | ADIT_OPT_LIST, 0, 0, 0, NULL, NULL, 0, "ADDR/LEN",
		"address" },
	{ "mtu", ADIT_OPT_UINT, 0, 68, 65535, 0, NULL, NULL, 0, "N", "MTU" },
};
static const struct adit_opt udp_opts[] = {
	{ "to", ADIT_OPT_HOST, ADIT_OPT_POS | ADIT_OPT_PORT | ADIT_OPT_BELOW, 0, 0, 0, NULL, NULL,
		0, "ADDR", "far address" },
	{ "local", ADIT_OPT_ADDR, ADIT_OPT_PORT | ADIT_OPT_BELOW, 0, 0, 0, NULL, NULL, 0, "ADDR",
		"bind" },
	{ "ttl", ADIT_OPT_UINT, ADIT_OPT_BELOW, 1, 255, 64, NULL, NULL, 0, "N", "TTL" },
};
static const struct adit_opt ip_opts[] = {
	{ "to", ADIT_OPT_HOST, ADIT_OPT_POS, 0, 0, 0, NULL, NULL, 0, "ADDR", "far address" },
	{ "local", ADIT_OPT_ADDR, 0, 0, 0, 0, NULL, NULL, 0, "ADDR", "source" },
	{ "ttl", ADIT_OPT_UINT, 0, 1, 255, 64, NULL, NULL, 0, "N", "TTL" },
};
static const struct adit_opt vx_opts[] = {
	{ "vni", ADIT_OPT_UINT, ADIT_OPT_REQUIRED, 0, 0xffffff, 0, NULL, NULL, 0, "N", "number" },
	{ "remotes", ADIT_OPT_ADDR, ADIT_OPT_LIST, 0, 0, 0, NULL, NULL, 0, "ADDR", "far ends" },
	{ "ageing", ADIT_OPT_TIME, 0, ADIT_S, 3600 * ADIT_S, 0, NULL, NULL, 0, "TIME", "age" },
	{ "mode", ADIT_OPT_ENUM, 0, 0, 0, 0, modes, NULL, 0, NULL, "mode" },
	{ "csum", ADIT_OPT_FLAG, 0, 0, 0, 0, NULL, NULL, 0, NULL, "checksum" },
};
static const struct adit_opt peer_opts[] = {
	{ "key", ADIT_OPT_STR, ADIT_OPT_POS | ADIT_OPT_REQUIRED, 0, 0, 0, NULL, NULL, 0, "PUB",
		"key" },
	{ "allowed", ADIT_OPT_PREFIX, ADIT_OPT_LIST, 0, 0, 0, NULL, NULL, 0, "ADDR/LEN", "inner" },
	{ "psk", ADIT_OPT_SECRET, 0, 0, 0, 0, NULL, NULL, 0, "SECRET", "shared key" },
};
static const struct adit_opt wg_opts[] = {
	{ "key", ADIT_OPT_SECRET, ADIT_OPT_REQUIRED, 0, 0, 0, NULL, NULL, 0, "SECRET", "own key" },
	{ "peer", ADIT_OPT_BLOCK, ADIT_OPT_LIST, 0, 0, 0, NULL, peer_opts, 3, NULL, "a peer" },
	{ "endpoint", ADIT_OPT_HOST, ADIT_OPT_BELOW | ADIT_OPT_POS | ADIT_OPT_PORT, 0, 0, 0, NULL,
		NULL, 0, "ADDR", "far end" },
};
static const struct adit_opt gre_opts[] = {
	{ "key", ADIT_OPT_UINT, 0, 0, UINT32_MAX, 0, NULL, NULL, 0, "N", "key" },
};
static const struct adit_opt tcp_opts[] = {
	{ "to", ADIT_OPT_HOST, ADIT_OPT_POS | ADIT_OPT_PORT, 0, 0, 0, NULL, NULL, 0, "ADDR",
		"far" },
	{ "listen", ADIT_OPT_ADDR, ADIT_OPT_PORT | ADIT_OPT_SERVER, 0, 0, 0, NULL, NULL, 0, "ADDR",
		"accept" },
};

static const struct adit_code udp_codes[] = { { ADIT_SPACE_IPPROTO, 17 } };
static const struct adit_code gre_codes[] = { { ADIT_SPACE_IPPROTO, 47 } };
static const struct adit_code vx_codes[] = { { ADIT_SPACE_UDPPORT, 4789 } };
static const struct adit_code wg_codes[] = { { ADIT_SPACE_UDPPORT, 51820 } };

#define OPTS(x)	 .opts = x, .n_opts = ADIT_LEN(x)
#define CODES(x) .codes = x, .n_codes = ADIT_LEN(x)
static const struct adit_layer_ops tun = {
	.name = "tun", .flags = ADIT_L_END, .below = ADIT_PACKET, OPTS(tun_opts)
};
static const struct adit_layer_ops tap = {
	.name = "tap", .flags = ADIT_L_END, .below = ADIT_FRAME, OPTS(tun_opts)
};
static const struct adit_layer_ops listen_ = {
	.name = "listen", .below = ADIT_STREAM, .flags = ADIT_L_END | ADIT_L_MANY
};
static const struct adit_layer_ops socks = {
	.name = "socks", .below = ADIT_STREAM, .flags = ADIT_L_END | ADIT_L_MANY | ADIT_L_NEED_DIAL
};
static const struct adit_layer_ops ssh = { .name = "ssh",
	.above = ADIT_STREAM,
	.below = ADIT_STREAM,
	.flags = ADIT_L_HUB | ADIT_L_DIAL,
	.needs = "tcp" };
static const struct adit_layer_ops udp = { .name = "udp",
	.above = ADIT_DATAGRAM,
	.below = ADIT_PAYLOAD,
	.flags = ADIT_L_BOTTOM,
	.needs = "ip",
	.space = ADIT_SPACE_UDPPORT,
	OPTS(udp_opts),
	CODES(udp_codes) };
static const struct adit_layer_ops ip = { .name = "ip",
	.above = ADIT_PAYLOAD,
	.below = ADIT_PACKET,
	.flags = ADIT_L_BOTTOM,
	.space = ADIT_SPACE_IPPROTO,
	OPTS(ip_opts) };
static const struct adit_layer_ops gre = { .name = "gre",
	.below = ADIT_PAYLOAD,
	.above = ADIT_PACKET | ADIT_FRAME | ADIT_PAYLOAD,
	OPTS(gre_opts),
	CODES(gre_codes) };
static const struct adit_layer_ops vx = { .name = "vxlan",
	.above = ADIT_FRAME,
	.below = ADIT_DATAGRAM,
	.needs = "udp",
	.flags = ADIT_L_PORT_BOTH | ADIT_L_OPEN_BELOW,
	OPTS(vx_opts),
	CODES(vx_codes) };
static const struct adit_layer_ops wg = { .name = "wireguard",
	.alias = "wg",
	.above = ADIT_PACKET,
	.below = ADIT_DATAGRAM,
	.needs = "udp",
	.flags = ADIT_L_OPEN_BELOW,
	OPTS(wg_opts),
	CODES(wg_codes) };
static const struct adit_layer_ops tcp = {
	.name = "tcp", .above = ADIT_STREAM, .flags = ADIT_L_BOTTOM | ADIT_L_MANY, OPTS(tcp_opts)
};
static const struct adit_layer_ops len16 = {
	.name = "len16", .below = ADIT_STREAM, .above = ADIT_PACKET | ADIT_FRAME | ADIT_DATAGRAM
};

static const struct adit_layer_ops *const reg[] = { &tun, &tap, &listen_, &socks, &ssh, &udp, &ip,
	&gre, &vx, &wg, &tcp, &len16 };

static enum adit_err read_line(struct adit_program **p, const char *line, struct adit_diag *d)
{
	static char copy[4096];
	const char *word[256];
	int n = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *s = copy; *s && n < 256;) {
		word[n++] = s;
		s += strcspn(s, " ");
		if (*s)
			*s++ = 0;
	}
	const struct lang_input in = {
		.word = word, .n_words = n, .reg = reg, .n_reg = ADIT_LEN(reg)
	};

	return lang_read(p, &in, d);
}

static const struct {
	const char *in, *out;
} good[] = {
	{ "tun 10.9.0.1/30 / gre key=42 / ip 198.51.100.2",
		"tun 10.9.0.1/30 name=10.9.0.1 / gre key=42 / ip 198.51.100.2" },
	{ "tap / vxlan vni=42 / udp 198.51.100.2",
		"tap name=tap / vxlan vni=42 / udp 198.51.100.2:4789 local=:4789" },
	{ "tap t0 name=x / vxlan vni=0x2a ageing=5m mode=fast csum / udp 2001:db8::1",
		"tap dev=t0 name=x / vxlan vni=0x2a ageing=5m mode=fast csum / udp "
		"[2001:db8::1]:4789 local=:4789" },
	{ "tun w0 / wireguard key=@k { peer PUB= allowed=10.8.0.2/32,10.8.1.0/24 } / udp 192.0.2.1",
		"tun dev=w0 name=w0 / wireguard key=@k { peer key=PUB= "
		"allowed=10.8.0.2/32,10.8.1.0/24 } / udp 192.0.2.1:51820" },
	{ "tun / wg key=@k 192.0.2.1:7", "tun name=tun / wg key=@k / udp 192.0.2.1:7" },
	{ "tap / vxlan vni=1 / udp 10.8.0.2 local=10.8.0.1 ttl=9 / wireguard key=@k / udp "
	  "h.example",
		"tap name=tap / vxlan vni=1 / udp 10.8.0.2:4789 local=10.8.0.1:4789 ttl=9 / "
		"ip 10.8.0.2 local=10.8.0.1 ttl=9 / wireguard key=@k / udp h.example:51820" },
	{ "tap / vxlan vni=1 / udp / ip 192.0.2.9",
		"tap name=tap / vxlan vni=1 / udp 192.0.2.9:4789 local=:4789" },
	{ "tap / vxlan vni=1 remotes=192.0.2.2,192.0.2.3 / udp local=192.0.2.1",
		"tap name=tap / vxlan vni=1 remotes=192.0.2.2,192.0.2.3 / udp "
		"local=192.0.2.1:4789" },
	{ "listen / tcp h:80", "listen name=listen / tcp h:80" },
	{ "socks / ssh / tcp h:22", "socks name=socks / ssh / tcp h:22" },
};

static void reads(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(good); i++) {
		const char *line = good[i].in;

		for (unsigned again = 0; again < 2; again++) { /* what is written reads the same */
			struct adit_diag d;
			struct adit_program *p;
			char *out;

			if (read_line(&p, line, &d) != ADIT_OK)
				fail_msg("case %u refused: %s", i, d.text);
			out = adit_lang_write(&p->spec[0]);
			assert_string_equal(out, good[i].out);
			free(out);
			adit_program_free(p);
			line = good[i].out;
		}
	}
}

static const struct {
	const char *in, *text;
} bad[] = {
	{ "tun / gre key=42 / tcp 192.0.2.1:1", "" },
	{ "tun / grr / ip 192.0.2.1", "" },
	{ "tun / wireguard key=abcdef", "" },
	{ "tun / wiregaurd key=abcdef", "" },
	{ "tap / vxlan vni=16777216 / udp 192.0.2.1", "" },
	{ "tap / vxlan vin=1 / udp 192.0.2.1", "" },
	{ "tap / vxlan vni 1 / udp 192.0.2.1", "" },
	{ "tap / vxlan / udp 192.0.2.1", "" },
	{ "tap / / vxlan", "" },
	{ "tap /", "" },
	{ "listen / len16 / udp 1.2.3.4", "" },
	{ "socks / tcp h:80", "" },
	{ "tap / vxlan vni=1 / udp 300.1.1.1", "" },
	{ "tun / gre / gre / ip", "" },
};

static void refuses(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(bad); i++) {
		struct adit_diag d;
		struct adit_program *p;

		assert_int_equal(read_line(&p, bad[i].in, &d), ADIT_ECONF);
		assert_null(p);
		if (getenv("SHOW"))
			printf("%s\n", d.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
