/* SPDX-License-Identifier: Apache-2.0 */
/* Packets as scapy 2.5.0 builds them. Where there are several, the others are what
 * becomes of the first. */
#ifndef ADIT_TEST_NET_VECTORS_H
#define ADIT_TEST_NET_VECTORS_H

/* SYN with MSS 1460, and 1360 */
#define VEC_MSS4                                                                                   \
	{                                                                                          \
		"450000340009000040065ca80a0102030a090807000500060000000100000000800220002bfa0000" \
		"020405b40402030307000000",                                                        \
			"450000340009000040065ca80a0102030a09080700050006000000010000000080022000" \
			"2c5e0000"                                                                 \
			"020405500402030307000000"                                                 \
	}

/* the option at an odd offset */
#define VEC_MSS4ODD                                                                                \
	{                                                                                          \
		"450000300009000040065cac0a0102030a0908070005000600000001000000007002200097b10000" \
		"01020405b4010101",                                                                \
			"450000300009000040065cac0a0102030a09080700050006000000010000000070022000" \
			"fbb10000"                                                                 \
			"0102040550010101"                                                         \
	}

/* SYN-ACK, 1440 and 1340 */
#define VEC_MSS6                                                                                   \
	{                                                                                          \
		"6000000000200640fd000000000000000000000000000001fd000000000000000000000000000002" \
		"00050006000000010000000080122000500d0000020405a00402030307000000",                \
			"6000000000200640fd000000000000000000000000000001fd0000000000000000000000" \
			"00000002"                                                                 \
			"00050006000000010000000080122000507100000204053c0402030307000000"         \
	}

/* in a frame with a VLAN tag */
#define VEC_MSS6F                                                                                  \
	{                                                                                          \
		"0200000000020200000000018100000586dd6000000000200640fd00000000000000000000000000" \
		"0001fd00000000000000000000000000000200050006000000010000000080122000500d00000204" \
		"05a00402030307000000",                                                            \
			"0200000000020200000000018100000586dd6000000000200640fd000000000000000000" \
			"00000000"                                                                 \
			"0001fd000000000000000000000000000002000500060000000100000000801220005071" \
			"00000204"                                                                 \
			"053c0402030307000000"                                                     \
	}

/* a UDP packet, and frag-needed 1400 about it from 10.9.0.1 */
#define VEC_ICMP4                                                                                  \
	{                                                                                          \
		"45000274000940000311575d0a0102030a0908070001000202600a0f030a11181f262d343b424950" \
		"575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a6168" \
		"6f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c333a41484f565d646b727980" \
		"878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b525960676e757c838a9198" \
		"9fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d242b323940474e555c636a71787f868d949ba2a9b0" \
		"b7bec5ccd3dae1e8eff6fd040b121920272e353c434a51585f666d747b828990979ea5acb3bac1c8" \
		"cfd6dde4ebf2f900070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0" \
		"e7eef5fc030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8" \
		"ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910" \
		"171e252c333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a2128" \
		"2f363d444b525960676e757c838a91989fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d242b323940" \
		"474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e353c434a5158" \
		"5f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d545b626970" \
		"777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a11181f262d343b424950575e656c737a8188" \
		"8f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0" \
		"a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c333a41484f565d64",                        \
			"45c0024000000000400161f00a0900010a01020303040b15000005784500027400094000" \
			"0311575d"                                                                 \
			"0a0102030a0908070001000202600a0f030a11181f262d343b424950575e656c737a8188" \
			"8f969da4"                                                                 \
			"abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0" \
			"a7aeb5bc"                                                                 \
			"c3cad1d8dfe6edf4fb020910171e252c333a41484f565d646b727980878e959ca3aab1b8" \
			"bfc6cdd4"                                                                 \
			"dbe2e9f0f7fe050c131a21282f363d444b525960676e757c838a91989fa6adb4bbc2c9d0" \
			"d7dee5ec"                                                                 \
			"f3fa01080f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8" \
			"eff6fd04"                                                                 \
			"0b121920272e353c434a51585f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900" \
			"070e151c"                                                                 \
			"232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a1118" \
			"1f262d34"                                                                 \
			"3b424950575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930" \
			"373e454c"                                                                 \
			"535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c333a4148" \
			"4f565d64"                                                                 \
			"6b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b525960" \
			"676e757c"                                                                 \
			"838a91989fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d242b323940474e555c636a7178" \
			"7f868d94"                                                                 \
			"9ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e353c434a51585f666d747b828990" \
			"979ea5ac"                                                                 \
			"b3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d545b626970777e858c939aa1a8" \
			"afb6bdc4"                                                                 \
			"cbd2d9e0e7eef5fc030a11181f262d34"                                         \
	}

/* a UDP packet, and packet-too-big 1400 about it from fd00::ff */
#define VEC_ICMP6                                                                                  \
	{                                                                                          \
		"6000000005801140fd000000000000000000000000000001fd000000000000000000000000000002" \
		"0001000205801fe5030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dc" \
		"e3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4" \
		"fb020910171e252c333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c" \
		"131a21282f363d444b525960676e757c838a91989fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d24" \
		"2b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e353c" \
		"434a51585f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d54" \
		"5b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a11181f262d343b424950575e656c" \
		"737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a61686f767d84" \
		"8b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c333a41484f565d646b727980878e959c" \
		"a3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b525960676e757c838a91989fa6adb4" \
		"bbc2c9d0d7dee5ecf3fa01080f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5cc" \
		"d3dae1e8eff6fd040b121920272e353c434a51585f666d747b828990979ea5acb3bac1c8cfd6dde4" \
		"ebf2f900070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc" \
		"030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d14" \
		"1b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c" \
		"333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d44" \
		"4b525960676e757c838a91989fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d242b323940474e555c" \
		"636a71787f868d949ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e353c434a51585f666d74" \
		"7b828990979ea5acb3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d545b626970777e858c" \
		"939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a11181f262d343b424950575e656c737a81888f969da4" \
		"abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5bc" \
		"c3cad1d8dfe6edf4fb020910171e252c333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4" \
		"dbe2e9f0f7fe050c131a21282f363d444b525960676e757c838a91989fa6adb4bbc2c9d0d7dee5ec" \
		"f3fa01080f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8eff6fd04" \
		"0b121920272e353c434a51585f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900070e151c" \
		"232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a11181f262d34" \
		"3b424950575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c" \
		"535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c333a41484f565d64" \
		"6b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b525960676e757c" \
		"838a91989fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d242b323940474e555c636a71787f868d94" \
		"9ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e353c434a51585f666d747b828990979ea5ac" \
		"b3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4" \
		"cbd2d9e0e7eef5fc030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dc" \
		"e3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4" \
		"fb020910171e252c333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c" \
		"131a21282f363d44",                                                                \
			"6000000004d83a40fd0000000000000000000000000000fffd0000000000000000000000" \
			"00000001"                                                                 \
			"02007d2f000005786000000005801140fd000000000000000000000000000001fd000000" \
			"00000000"                                                                 \
			"00000000000000020001000205801fe5030a11181f262d343b424950575e656c737a8188" \
			"8f969da4"                                                                 \
			"abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0" \
			"a7aeb5bc"                                                                 \
			"c3cad1d8dfe6edf4fb020910171e252c333a41484f565d646b727980878e959ca3aab1b8" \
			"bfc6cdd4"                                                                 \
			"dbe2e9f0f7fe050c131a21282f363d444b525960676e757c838a91989fa6adb4bbc2c9d0" \
			"d7dee5ec"                                                                 \
			"f3fa01080f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8" \
			"eff6fd04"                                                                 \
			"0b121920272e353c434a51585f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900" \
			"070e151c"                                                                 \
			"232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a1118" \
			"1f262d34"                                                                 \
			"3b424950575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930" \
			"373e454c"                                                                 \
			"535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c333a4148" \
			"4f565d64"                                                                 \
			"6b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b525960" \
			"676e757c"                                                                 \
			"838a91989fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d242b323940474e555c636a7178" \
			"7f868d94"                                                                 \
			"9ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e353c434a51585f666d747b828990" \
			"979ea5ac"                                                                 \
			"b3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d545b626970777e858c939aa1a8" \
			"afb6bdc4"                                                                 \
			"cbd2d9e0e7eef5fc030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0" \
			"c7ced5dc"                                                                 \
			"e3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8" \
			"dfe6edf4"                                                                 \
			"fb020910171e252c333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0" \
			"f7fe050c"                                                                 \
			"131a21282f363d444b525960676e757c838a91989fa6adb4bbc2c9d0d7dee5ecf3fa0108" \
			"0f161d24"                                                                 \
			"2b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920" \
			"272e353c"                                                                 \
			"434a51585f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900070e151c232a3138" \
			"3f464d54"                                                                 \
			"5b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a11181f262d343b424950" \
			"575e656c"                                                                 \
			"737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a6168" \
			"6f767d84"                                                                 \
			"8b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c333a41484f565d646b727980" \
			"878e959c"                                                                 \
			"a3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b525960676e757c838a9198" \
			"9fa6adb4"                                                                 \
			"bbc2c9d0d7dee5ecf3fa01080f161d242b323940474e555c636a71787f868d949ba2a9b0" \
			"b7bec5cc"                                                                 \
			"d3dae1e8eff6fd040b121920272e353c434a51585f666d747b828990979ea5acb3bac1c8" \
			"cfd6dde4"                                                                 \
			"ebf2f900070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0" \
			"e7eef5fc"                                                                 \
			"030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8" \
			"ff060d14"                                                                 \
			"1b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910" \
			"171e252c"                                                                 \
			"333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a2128" \
			"2f363d44"                                                                 \
			"4b525960676e757c838a91989fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d242b323940" \
			"474e555c"                                                                 \
	}

/* time exceeded about vec_icmp4 */
#define VEC_TE                                                                                     \
	"45c0024000000000400159ea0a0908070a0102030b0008910000000045000274000940000311575d"         \
	"0a0102030a0908070001000202600a0f030a11181f262d343b424950575e656c737a81888f969da4"         \
	"abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5bc"         \
	"c3cad1d8dfe6edf4fb020910171e252c333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4"         \
	"dbe2e9f0f7fe050c131a21282f363d444b525960676e757c838a91989fa6adb4bbc2c9d0d7dee5ec"         \
	"f3fa01080f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8eff6fd04"         \
	"0b121920272e353c434a51585f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900070e151c"         \
	"232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a11181f262d34"         \
	"3b424950575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c"         \
	"535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c333a41484f565d64"         \
	"6b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b525960676e757c"         \
	"838a91989fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d242b323940474e555c636a71787f868d94"         \
	"9ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e353c434a51585f666d747b828990979ea5ac"         \
	"b3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4"         \
	"cbd2d9e0e7eef5fc030a11181f262d34"

/* hop-by-hop, destination options, routing, first fragment, UDP */
#define VEC_EXT                                                                                    \
	"60000000003b0040fd000000000000000000000000000001fd000000000000000000000000000002"         \
	"3c000104000000002b000104000000002c02000100000000fd000000000000000000000000000003"         \
	"110000010000123400070008000b4161616263"

/* a later fragment, offset 185 * 8 */
#define VEC_FRAG6                                                                                  \
	"6000000000102c40fd000000000000000000000000000001fd000000000000000000000000000002"         \
	"110005c8000012346162636465666768"

/* TTL 64, TOS 0x2a, DF, id 0x1234, protocol 47, 10 bytes */
#define VEC_OUT4 "452a001e12344000402f3c1cc0000201c633640278787878787878787878"

/* hop limit 64, traffic class 0x2a, label 0xabcde, protocol 47, 10 bytes */
#define VEC_OUT6                                                                                   \
	"62aabcde000a2f4020010db800000000000000000000000120010db8000000000000000000000002"         \
	"78787878787878787878"

/* 50000 to 4789, "hello" */
#define VEC_UDP4 "450000210001000040118e94c0000201c6336402c35012b5000df9c468656c6c6f"

/* the same */
#define VEC_UDP6                                                                                   \
	"60000000000d114020010db800000000000000000000000120010db8000000000000000000000002"         \
	"c35012b5000d8a8768656c6c6f"

/* a UDP packet, and its fragments for MTU 100 */
#define VEC_FRAGS4                                                                                 \
	{                                                                                          \
		"450000e40777000009118b7f0a0102030a0908070001000200d0d06b030a11181f262d343b424950" \
		"575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a6168" \
		"6f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c333a41484f565d646b727980" \
		"878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b525960676e757c838a9198" \
		"9fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d242b323940474e555c636a71787f868d949ba2a9b0" \
		"b7bec5ccd3dae1e8eff6fd040b121920272e353c434a51585f666d74",                        \
			"450000640777200009116bff0a0102030a0908070001000200d0d06b030a11181f262d34" \
			"3b424950"                                                                 \
			"575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c" \
			"535a6168"                                                                 \
			"6f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4",                                \
			"450000640777200a09116bf50a0102030a090807fb020910171e252c333a41484f565d64" \
			"6b727980"                                                                 \
			"878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b525960676e757c" \
			"838a9198"                                                                 \
			"9fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d24",                                \
			"450000440777001409118c0b0a0102030a0908072b323940474e555c636a71787f868d94" \
			"9ba2a9b0"                                                                 \
			"b7bec5ccd3dae1e8eff6fd040b121920272e353c434a51585f666d74"                 \
	}

/* a UDP packet, and its fragments for MTU 128, id 0xabcd1234 */
#define VEC_FRAGS6                                                                                 \
	{                                                                                          \
		"6000000000d01140fd000000000000000000000000000001fd000000000000000000000000000002" \
		"0001000200d0f47a030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dc" \
		"e3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4" \
		"fb020910171e252c333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c" \
		"131a21282f363d444b525960676e757c838a91989fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d24" \
		"2b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e353c" \
		"434a51585f666d74",                                                                \
			"6000000000582c40fd000000000000000000000000000001fd0000000000000000000000" \
			"00000002"                                                                 \
			"11000001abcd12340001000200d0f47a030a11181f262d343b424950575e656c737a8188" \
			"8f969da4"                                                                 \
			"abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0" \
			"a7aeb5bc"                                                                 \
			"c3cad1d8dfe6edf4",                                                        \
			"6000000000582c40fd000000000000000000000000000001fd0000000000000000000000" \
			"00000002"                                                                 \
			"11000051abcd1234fb020910171e252c333a41484f565d646b727980878e959ca3aab1b8" \
			"bfc6cdd4"                                                                 \
			"dbe2e9f0f7fe050c131a21282f363d444b525960676e757c838a91989fa6adb4bbc2c9d0" \
			"d7dee5ec"                                                                 \
			"f3fa01080f161d24",                                                        \
			"6000000000382c40fd000000000000000000000000000001fd0000000000000000000000" \
			"00000002"                                                                 \
			"110000a0abcd12342b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8" \
			"eff6fd04"                                                                 \
			"0b121920272e353c434a51585f666d74"                                         \
	}

#endif
