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
	{ "port", ADIT_OPT_UINT, 0, 1, 65535, 0, NULL, NULL, 0, "N", "port" },
};
static const struct adit_opt ip_opts[] = {
	{ "to", ADIT_OPT_HOST, ADIT_OPT_POS, 0, 0, 0, NULL, NULL, 0, "ADDR", "far address" },
	{ "local", ADIT_OPT_ADDR, 0, 0, 0, 0, NULL, NULL, 0, "ADDR", "source" },
	{ "ttl", ADIT_OPT_UINT, 0, 1, 255, 64, NULL, NULL, 0, "N", "TTL" },
};
static const struct adit_opt vx_opts[] = {
	{ "vni", ADIT_OPT_UINT, ADIT_OPT_REQUIRED, 0, 0xffffff, 0, NULL, NULL, 0, "N", "number" },
	{ "remotes", ADIT_OPT_HOST, ADIT_OPT_LIST, 0, 0, 0, NULL, NULL, 0, "ADDR", "far ends" },
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

static const struct adit_opt listen_opts[] = {
	{ "addr", ADIT_OPT_ADDR, ADIT_OPT_POS | ADIT_OPT_PORT, 0, 0, 0, NULL, NULL, 0, "ADDR",
		"own" },
	{ "to", ADIT_OPT_HOST, ADIT_OPT_PORT | ADIT_OPT_BELOW, 0, 0, 0, NULL, NULL, 0, "HOST",
		"target" },
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
	.name = "listen", .below = ADIT_STREAM, .flags = ADIT_L_END | ADIT_L_MANY, OPTS(listen_opts)
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

static const struct adit_layer_ops icmp = {
	.name = "icmp", .above = ADIT_PACKET, .flags = ADIT_L_NARROW | ADIT_L_BOTTOM, OPTS(ip_opts)
};

static const struct adit_layer_ops *const reg[] = { &tun, &tap, &listen_, &socks, &ssh, &udp, &ip,
	&gre, &vx, &wg, &tcp, &len16, &icmp };

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
	{ "tap / vxlan vni=1 / udp 2001:db8::2 port=4790",
		"tap name=tap / vxlan vni=1 / udp [2001:db8::2]:4790 local=:4790" },
	{ "tap / vxlan vni=1 / udp 192.0.2.2 local=192.0.2.1:5 port=6",
		"tap name=tap / vxlan vni=1 / udp 192.0.2.2:6 local=192.0.2.1:5" },
	{ "tun / wireguard key=@k 192.0.2.1 / udp port=9",
		"tun name=tun / wireguard key=@k / udp 192.0.2.1:9" },
	{ "tun / wireguard key=@k { peer PUB= } / udp port=9",
		"tun name=tun / wireguard key=@k { peer key=PUB= } / udp local=:9" },
	{ "tun / wireguard key=@k 192.0.2.1 / udp local=:9",
		"tun name=tun / wireguard key=@k / udp 192.0.2.1:51820 local=:9" },
	{ "listen 127.0.0.1:8 to=h:80 / tcp", "listen 127.0.0.1:8 name=127.0.0.1:8 / tcp h:80" },
	{ "listen [::1]:8 to=h:80 / ssh / tcp g:22",
		"listen [::1]:8 to=h:80 name=::1:8 / ssh / tcp g:22" },
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
	{ "tun / gre key=42 / tcp 192.0.2.1:1", "adit: word 3: gre rides in an IP packet, but the "
						"layer below it is tcp, which carries a stream\n"
						"    tun / gre key=42 / tcp 192.0.2.1:1\n"
						"          ^~~\n"
						"below gre fits: ip\n" },
	{ "tun / grr / ip 192.0.2.1", "adit: word 3: `grr` is no layer\n"
				      "    tun / grr / ip 192.0.2.1\n"
				      "          ^~~\n"
				      "did you mean `gre`? `adit protocols` lists the layers\n" },
	{ "zzzzzz / ip 192.0.2.1", "adit: word 1: `zzzzzz` is no layer\n"
				   "    zzzzzz / ip 192.0.2.1\n"
				   "    ^~~~~~\n"
				   "`adit protocols` lists the layers\n" },
	{ "tun / wireguard key=abcdef / udp 192.0.2.1",
		"adit: word 4: wireguard: key is a secret, which must not be written here\n"
		"    tun / wireguard key=*** / udp 192.0.2.1\n"
		"                    ^~~~~~~\n"
		"write `key=@FILE`, `key=@-` (standard input) or `key=@env:NAME`\n" },
	{ "tun / wiregaurd key=abcdef",
		"adit: word 3: `wiregaurd` is no layer\n"
		"    tun / wiregaurd key=***\n"
		"          ^~~~~~~~~\n"
		"did you mean `wireguard`? `adit protocols` lists the layers\n" },
	{ "tun / wireguard abcdef key=@k / nosuch", "adit: word 7: `nosuch` is no layer\n"
						    "    tun / wireguard abcdef key=@k / nosuch\n"
						    "                                    ^~~~~~\n"
						    "`adit protocols` lists the layers\n" },
	{ "tap / vxlan vni=16777216 / udp 192.0.2.1",
		"adit: word 4: vxlan: 16777216 is out of range\n"
		"    tap / vxlan vni=16777216 / udp 192.0.2.1\n"
		"                ^~~~~~~~~~~~\n"
		"vxlan takes `vni=N` (0 to 16777215)\n" },
	{ "tap / vxlan vni=x / udp 192.0.2.1", "adit: word 4: vxlan: `x` is not a number\n"
					       "    tap / vxlan vni=x / udp 192.0.2.1\n"
					       "                ^~~~~\n"
					       "vxlan takes `vni=N` (0 to 16777215)\n" },
	{ "tap / vxlan vin=1 / udp 192.0.2.1",
		"adit: word 4: vxlan has no option `vin`\n"
		"    tap / vxlan vin=1 / udp 192.0.2.1\n"
		"                ^~~~~\n"
		"did you mean `vni`? vxlan takes: vni=, remotes=, ageing=, mode=, csum\n" },
	{ "tap / vxlan vni 1 / udp 192.0.2.1", "adit: word 4: vxlan: vni needs a value\n"
					       "    tap / vxlan vni 1 / udp 192.0.2.1\n"
					       "                ^~~\n"
					       "write `vni=N` (0 to 16777215)\n" },
	{ "tap / vxlan vni=1 vni=2 / udp 192.0.2.1", "adit: word 5: vxlan: vni is given twice\n"
						     "    tap / vxlan vni=1 vni=2 / udp 192.0.2.1\n"
						     "                      ^~~~~\n" },
	{ "tap / vxlan vni=1 mode=quick / udp 192.0.2.1",
		"adit: word 5: vxlan: `quick` is not a value of mode\n"
		"    tap / vxlan vni=1 mode=quick / udp 192.0.2.1\n"
		"                      ^~~~~~~~~~\n"
		"vxlan takes `mode=slow|fast`\n" },
	{ "tap / vxlan vni=1 ageing=3 years / udp 192.0.2.1",
		"adit: word 6: vxlan has no option `years`\n"
		"    tap / vxlan vni=1 ageing=3 years / udp 192.0.2.1\n"
		"                               ^~~~~\n"
		"vxlan takes: vni=, remotes=, ageing=, mode=, csum\n" },
	{ "tap / vxlan vni=1 ageing=2h / udp 192.0.2.1",
		"adit: word 5: vxlan: 2h is out of range\n"
		"    tap / vxlan vni=1 ageing=2h / udp 192.0.2.1\n"
		"                      ^~~~~~~~~\n"
		"vxlan takes `ageing=TIME` (1s to 3600s)\n" },
	{ "tap / vxlan vni=1 csum=yes / udp 192.0.2.1",
		"adit: word 5: vxlan: csum is either on or off\n"
		"    tap / vxlan vni=1 csum=yes / udp 192.0.2.1\n"
		"                      ^~~~~~~~\n"
		"vxlan takes `csum` or `csum=off`\n" },
	{ "tap / vxlan vni=1 remotes=192.0.2.1,,192.0.2.2 / udp",
		"adit: word 5: vxlan: an item of the list remotes is empty\n"
		"    tap / vxlan vni=1 remotes=192.0.2.1,,192.0.2.2 / udp\n"
		"                      ^~~~~~~~~~~~~~~~~~~~~~~~~~~~\n" },
	{ "tap / vxlan / udp 192.0.2.1", "adit: word 3: vxlan needs vni\n"
					 "    tap / vxlan / udp 192.0.2.1\n"
					 "          ^~~~~\n"
					 "write `vni=N` (0 to 16777215)\n" },
	{ "tap / vxlan vni=1 / udp 300.1.1.1",
		"adit: word 7: udp: `300.1.1.1` is not an address or a name\n"
		"    tap / vxlan vni=1 / udp 300.1.1.1\n"
		"                            ^~~~~~~~~\n"
		"udp takes `to=ADDR`\n" },
	{ "tap / vxlan vni=1 / udp 192.0.2.1:99999",
		"adit: word 7: udp: `99999` is not a port (1 to 65535)\n"
		"    tap / vxlan vni=1 / udp 192.0.2.1:99999\n"
		"                            ^~~~~~~~~~~~~~~\n"
		"udp takes `to=ADDR`\n" },
	{ "tap / vxlan vni=1 / udp 192.0.2.1 192.0.2.2",
		"adit: word 8: udp: `192.0.2.2` is one word too many\n"
		"    tap / vxlan vni=1 / udp 192.0.2.1 192.0.2.2\n"
		"                                      ^~~~~~~~~\n"
		"udp takes: to=, local=, ttl=, port=\n" },
	{ "tap / vxlan vni=1 { peer x } / udp 192.0.2.1",
		"adit: word 5: vxlan has nothing that is written in braces\n"
		"    tap / vxlan vni=1 { peer x } / udp 192.0.2.1\n"
		"                      ^\n"
		"write its options on the same line\n" },
	{ "tap / vxlan vni=1 / udp 192.0.2.1 / ip 192.0.2.2",
		"adit: word 10: ip has another to than udp above it\n"
		"    tap / vxlan vni=1 / udp 192.0.2.1 / ip 192.0.2.2\n"
		"                                           ^~~~~~~~~\n"
		"write it once\n" },
	{ "tap / vxlan vni=1 / udp 192.0.2.1:7 port=8",
		"adit: word 8: udp: the address has another port\n"
		"    tap / vxlan vni=1 / udp 192.0.2.1:7 port=8\n"
		"                                        ^~~~~~\n"
		"write it once\n" },
	{ "tap / vxlan vni=1 / udp local=192.0.2.1",
		"adit: word 6: udp has no far address, and vxlan above it names none\n"
		"    tap / vxlan vni=1 / udp local=192.0.2.1\n"
		"                        ^~~\n"
		"write `udp ADDR`, or remotes=ADDR at vxlan\n" },
	{ "tap / vxlan vni=1", "adit: word 3: vxlan needs a far address\n"
			       "    tap / vxlan vni=1\n"
			       "          ^~~~~\n"
			       "end the stack with `/ udp ADDR`, or remotes=ADDR at vxlan\n" },
	{ "tap / vxlan vni=1 / udp 192.0.2.1 / ip 192.0.2.1:80",
		"adit: word 10: ip: to takes no port\n"
		"    tap / vxlan vni=1 / udp 192.0.2.1 / ip 192.0.2.1:80\n"
		"                                           ^~~~~~~~~~~~\n"
		"ip takes `to=ADDR`\n" },
	{ "tun 10.9.0.1/33 / gre / ip 192.0.2.1",
		"adit: word 2: tun: `10.9.0.1/33` is not an address or ADDR/LEN\n"
		"    tun 10.9.0.1/33 / gre / ip 192.0.2.1\n"
		"        ^~~~~~~~~~~\n"
		"tun takes `addr=ADDR/LEN,…`\n" },
	{ "tun / gre / ip",
		"adit: word 5: ip has no far address, and gre above it cannot choose one\n"
		"    tun / gre / ip\n"
		"                ^~\n"
		"write `ip ADDR`\n" },
	{ "tun / gre", "adit: word 3: the stack ends with gre, which needs a layer below it\n"
		       "    tun / gre\n"
		       "          ^~~\n"
		       "below gre fits: ip\n" },
	{ "tun / vxlan vni=1 / udp 192.0.2.1", "adit: word 1: tun gives IP packets, but the layer "
					       "below it is vxlan, which carries Ethernet frames\n"
					       "    tun / vxlan vni=1 / udp 192.0.2.1\n"
					       "    ^~~\n"
					       "below tun fits: gre, wireguard, len16, icmp\n" },
	{ "tun / gre / gre / ip 192.0.2.1",
		"adit: word 3: gre rides in an IP packet, and gre below it has no number for that\n"
		"    tun / gre / gre / ip 192.0.2.1\n"
		"          ^~~\n"
		"below gre fits: ip\n"
		"between the two fits: ip\n" },
	{ "tap / vxlan vni=1 / wireguard key=@k / udp 192.0.2.1",
		"adit: word 3: vxlan rides in datagrams, but the layer below it is wireguard, "
		"which carries IP packets\n"
		"    tap / vxlan vni=1 / wireguard key=@k / udp 192.0.2.1\n"
		"          ^~~~~\n"
		"below vxlan fits: udp, len16\n" },
	{ "tun / tap / udp 192.0.2.1", "adit: word 3: tap is an end: nothing rides on it\n"
				       "    tun / tap / udp 192.0.2.1\n"
				       "          ^~~\n"
				       "it can only be the first layer\n" },
	{ "gre / ip 192.0.2.1", "adit: word 1: a stack begins with an end, and gre is none\n"
				"    gre / ip 192.0.2.1\n"
				"    ^~~\n"
				"begin it with one of: tun, tap, listen, socks\n" },
	{ "tun / len16", "adit: word 3: the stack ends with len16, which needs a layer below it\n"
			 "    tun / len16\n"
			 "          ^~~~~\n"
			 "below len16 fits: ssh, tcp\n" },
	{ "tun / len16 / tcp h:1 / ip 192.0.2.1",
		"adit: word 8: tcp is delivered by the system: nothing stands below it\n"
		"    tun / len16 / tcp h:1 / ip 192.0.2.1\n"
		"                            ^~\n" },
	{ "listen / len16 / udp 192.0.2.1",
		"adit: word 1: listen gives a stream, but the layer below it is len16, which "
		"carries IP packets or Ethernet frames or datagrams\n"
		"    listen / len16 / udp 192.0.2.1\n"
		"    ^~~~~~\n"
		"below listen fits: ssh, tcp\n" },
	{ "socks / tcp h:80",
		"adit: word 1: socks needs a layer whose flows carry a target, and there is none\n"
		"    socks / tcp h:80\n"
		"    ^~~~~\n"
		"a target comes from: ssh\n" },
	{ "tun / icmp 192.0.2.1",
		"adit: word 3: icmp shows everything to whoever stands on the way\n"
		"    tun / icmp 192.0.2.1\n"
		"          ^~~~\n"
		"put a layer above it that keeps the traffic secret, or write `insecure`\n" },
	{ "tap / / vxlan", "adit: word 3: a layer is missing here\n"
			   "    tap / / vxlan\n"
			   "          ^\n"
			   "a lone `/` stands between two layers\n" },
	{ "tap /", "adit: word 3: a layer is missing here\n"
		   "    tap /\n"
		   "         ^\n"
		   "a lone `/` stands between two layers\n" },
	{ "tap + listen / tcp h:1",
		"adit: word 2: ends joined by `+` are not supported by this version\n"
		"    tap + listen / tcp h:1\n"
		"        ^\n"
		"write one stack for each end\n" },
	{ "tap name=a/b / vxlan vni=1 / udp 192.0.2.1",
		"adit: word 2: `a/b` cannot name a tunnel\n"
		"    tap name=a/b / vxlan vni=1 / udp 192.0.2.1\n"
		"        ^~~~~~~~\n"
		"a name has letters, digits, `.`, `_`, `:` and `-`, at "
		"most 63, and begins with none of `.` and `-`\n" },
	{ "tap name=a name=b / vxlan vni=1", "adit: word 3: the tunnel has a name already\n"
					     "    tap name=a name=b / vxlan vni=1\n"
					     "               ^~~~~~\n" },
	{ "tun / wireguard key=@k { peer A / peer B psk=abc }",
		"adit: word 11: peer: psk is a secret, which must not be written here\n"
		"    tun / wireguard key=@k { peer A / peer B psk=*** }\n"
		"                                             ^~~~~~~\n"
		"write `psk=@FILE`, `psk=@-` (standard input) or `psk=@env:NAME`\n" },
	{ "tun / wireguard key=@k { peer / peer B }",
		"adit: word 6: peer needs key\n"
		"    tun / wireguard key=@k { peer / peer B }\n"
		"                             ^~~~\n"
		"write `key=PUB`\n" },
	{ "tun / wireguard key=@k { peer A", "adit: word 5: this brace is not closed\n"
					     "    tun / wireguard key=@k { peer A\n"
					     "                           ^\n"
					     "close it with `}`\n" },
	{ "tun / wireguard key=@k { peer A } x",
		"adit: word 9: wireguard ended with its closing brace\n"
		"    tun / wireguard key=@k { peer A } x\n"
		"                                      ^\n"
		"put a lone `/` or a new line before it\n" },
	{ "tun / wireguard key=@k { pear A }",
		"adit: word 6: wireguard has no option `pear`\n"
		"    tun / wireguard key=@k { pear A }\n"
		"                             ^~~~\n"
		"did you mean `peer`? wireguard takes: key=, { peer … }, endpoint=\n" },
	{ "tun / wireguard key=@k peer A",
		"adit: word 5: wireguard: peer is written within braces: `wireguard … { peer … }`\n"
		"    tun / wireguard key=@k peer A\n"
		"                           ^~~~\n" },
	{ "tun / wireguard key=@k 192.0.2.1 / udp 192.0.2.2",
		"adit: word 5: wireguard: udp says this already\n"
		"    tun / wireguard key=@k 192.0.2.1 / udp 192.0.2.2\n"
		"                           ^~~~~~~~~\n"
		"write it once\n" },
	{ "tun / control { udp }", "adit: word 3: `control` is no layer, and named legs are not "
				   "supported by this version\n"
				   "    tun / control { udp }\n"
				   "          ^~~~~~~\n" },
	{ "tap a\nb", "adit: word 2: this word holds a control character\n"
		      "    tap a?b\n"
		      "        ^~~\n" },
	{ "tap }", "adit: word 2: this brace was not opened\n"
		   "    tap }\n"
		   "        ^\n" },
};

static const struct {
	const char *in, *text;
} bad_files[] = {
	{ "", "adit: t.adit:1:1: there is no tunnel in it\n"
	      "    \n"
	      "    ^\n"
	      "a file holds `tunnel NAME { LAYER / LAYER … }`\n" },
	{ "tap / vxlan vni=1 / udp 192.0.2.1", "adit: t.adit:1:1: `tunnel` was expected here\n"
					       "    tap / vxlan vni=1 / udp 192.0.2.1\n"
					       "    ^~~\n"
					       "a file holds `tunnel NAME { LAYER / LAYER … }`\n" },
	{ "tunnel { tap }", "adit: t.adit:1:8: the name of the tunnel is missing\n"
			    "    tunnel { tap }\n"
			    "           ^\n"
			    "write `tunnel NAME { … }`\n" },
	{ "tunnel a tap", "adit: t.adit:1:10: `{` was expected after the tunnel's name\n"
			  "    tunnel a tap\n"
			  "             ^~~\n"
			  "write `tunnel NAME { … }`\n" },
	{ "tunnel a { tap\n\tvxlan vni=1\n\tudp 192.0.2.1",
		"adit: t.adit:1:10: this brace is not closed\n"
		"    tunnel a { tap\n"
		"             ^\n"
		"close it with `}`\n" },
	{ "tunnel a {\n\ttun\n\tgre key=42\n\ttcp h:443\n}\n",
		"adit: t.adit:3:2: gre rides in an IP packet, but the layer below it is tcp, which "
		"carries a stream\n"
		"    gre key=42\n"
		"    ^~~\n"
		"below gre fits: ip\n" },
	{ "tunnel a {\n\ttun \"w0\n}\n", "adit: t.adit:2:6: this quote is not closed\n"
					 "    tun \"w0\n"
					 "        ^\n"
					 "close it with the same quote before the line ends\n" },
	{ "tunnel a { tun / gre / ip 192.0.2.1 } x",
		"adit: t.adit:1:39: `tunnel` was expected here\n"
		"    tunnel a { tun / gre / ip 192.0.2.1 } x\n"
		"                                          ^\n"
		"a file holds `tunnel NAME { LAYER / LAYER … }`\n" },
	{ "tunnel a { tun / gre / ip 192.0.2.1 }\ntunnel a { tun / gre / ip 192.0.2.1 }",
		"adit: t.adit:2:8: two tunnels have the name `a`\n"
		"    tunnel a { tun / gre / ip 192.0.2.1 }\n"
		"           ^\n" },
	{ "tunnel a {\n\ttun name=b\n}", "adit: t.adit:2:6: the tunnel has a name already\n"
					 "    tun name=b\n"
					 "        ^~~~~~\n" },
	{ "tunnel a {\n\ttun\n\twireguard key=sesame { peer P psk=open }\n}",
		"adit: t.adit:3:12: wireguard: key is a secret, which must not be written here\n"
		"    wireguard key=*** { peer P psk=*** }\n"
		"              ^~~~~~~\n"
		"write `key=@FILE`, `key=@-` (standard input) or `key=@env:NAME`\n" },
	{ "tunnel a {\n\ttun\n\twireguard key=@k {\n\t\tpeer P psk=open mtu=1\n\t}\n}",
		"adit: t.adit:4:10: peer: psk is a secret, which must not be written here\n"
		"    peer P psk=*** mtu=1\n"
		"           ^~~~~~~\n"
		"write `psk=@FILE`, `psk=@-` (standard input) or `psk=@env:NAME`\n" },
};

static void refuses(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(bad); i++) {
		struct adit_diag d;
		struct adit_program *p;

		if (read_line(&p, bad[i].in, &d) != ADIT_ECONF)
			fail_msg("not refused: %s", bad[i].in);
		assert_null(p);
		if (getenv("SHOW"))
			printf("@W %s\n%s", bad[i].in, d.text);
		else
			assert_string_equal(d.text, bad[i].text);
	}
}

static enum adit_err read_file(struct adit_program **p, const char *text, struct adit_diag *d)
{
	const struct lang_input in = { .file = "t.adit",
		.text = text,
		.len = strlen(text),
		.reg = reg,
		.n_reg = ADIT_LEN(reg) };

	return lang_read(p, &in, d);
}

static void refuses_files(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(bad_files); i++) {
		struct adit_diag d;
		struct adit_program *p;

		if (read_file(&p, bad_files[i].in, &d) != ADIT_ECONF)
			fail_msg("not refused: %s", bad_files[i].in);
		assert_null(p);
		if (getenv("SHOW"))
			printf("@F %u\n%s", i, d.text);
		else
			assert_string_equal(d.text, bad_files[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
