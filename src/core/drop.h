/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons for dropping a packet, one counter each in every layer. */
#ifndef ADIT_DROP_H
#define ADIT_DROP_H

enum adit_drop {
#define X(name, text, ref) ADIT_DROP_##name,
#include "core/drops.def"
#undef X
	ADIT_DROP_MAX
};
#define ADIT_KEEP ADIT_DROP_KEEP

const char *adit_drop_name(enum adit_drop d); /* upper case: "SHORT" */
const char *adit_drop_text(enum adit_drop d);

#endif
