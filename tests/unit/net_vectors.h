/* SPDX-License-Identifier: Apache-2.0 */
/* Packets as scapy 2.5.0 builds them. Where there are several, the others are what becomes of the
 * first. */
#ifndef ADIT_TEST_NET_VECTORS_H
#define ADIT_TEST_NET_VECTORS_H

/* SYN with MSS 1460, and 1360 */
extern const char *const vec_mss4[2];
/* the option at an odd offset */
extern const char *const vec_mss4odd[2];
/* SYN-ACK, 1440 and 1340 */
extern const char *const vec_mss6[2];
/* in a frame with a VLAN tag */
extern const char *const vec_mss6f[2];
/* a UDP packet, and frag-needed 1400 about it from 10.9.0.1 */
extern const char *const vec_icmp4[2];
/* a UDP packet, and packet-too-big 1400 about it from fd00::ff */
extern const char *const vec_icmp6[2];
/* time exceeded about vec_icmp4 */
extern const char vec_te[];
/* hop-by-hop, destination options, routing, first fragment, UDP */
extern const char vec_ext[];
/* a later fragment, offset 185 * 8 */
extern const char vec_frag6[];
/* TTL 64, TOS 0x2a, DF, id 0x1234, protocol 47, 10 bytes */
extern const char vec_out4[];
/* hop limit 64, traffic class 0x2a, label 0xabcde, protocol 47, 10 bytes */
extern const char vec_out6[];
/* 50000 to 4789, "hello" */
extern const char vec_udp4[];
/* the same */
extern const char vec_udp6[];
/* a UDP packet, and its fragments for MTU 100 */
extern const char *const vec_frags4[4];
/* a UDP packet, and its fragments for MTU 128, id 0xabcd1234 */
extern const char *const vec_frags6[4];

#endif
