/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/len16/len16.h"

const struct adit_layer_ops adit_layer_len16 = {
	.name = "len16",
	.title = "Messages over a stream, each behind its length in two bytes",
	.standard = "adit docs/protocols/len16.md",
	.needs = "tcp",
	.osi = 5,
	.above = ADIT_DATAGRAM | ADIT_PACKET | ADIT_FRAME,
	.below = ADIT_STREAM,
};
