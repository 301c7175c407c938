/* SPDX-License-Identifier: Apache-2.0 */
/* Layers for the tests of the engine itself, and configurations without a parser. */
#ifndef SIM_LAYERS_H
#define SIM_LAYERS_H

#include "core/layer.h"

/* Answers each data unit that goes up with an acknowledgement that goes down. */
extern const struct adit_layer_ops sim_acker;

/* Data on its first leg, an answer to each unit that comes up there on its second. */
extern const struct adit_layer_ops sim_legs;

/* Says hello to each peer before it sends to it, again every second until that answers; holds up
 * to SIM_GREET_CAP units for each peer meanwhile. */
extern const struct adit_layer_ops sim_greet;
#define SIM_GREET_CAP 16

/* A codec that adds 4 bytes; drops, and shortens, as the payload's first byte asks. */
extern const struct adit_layer_ops sim_codec;
enum { SIM_PLAIN, SIM_DROP, SIM_SHORT, SIM_TOS };

/* A hub: the flow's slot in one byte before its data. */
extern const struct adit_layer_ops sim_hub;

struct adit_conf sim_conf(const struct adit_layer_ops *ops);

#endif
