/* SPDX-License-Identifier: Apache-2.0 */
/* The virtio-net header between its wire form and the host form of net/gso.h. */
#ifndef ADIT_IO_VNET_H
#define ADIT_IO_VNET_H

#include "net/gso.h"

#define IO_VNET_LEN 10

/* False: a kind of segmentation that was not asked for. */
bool io_vnet_read(struct net_gso *g, const uint8_t p[IO_VNET_LEN]);
void io_vnet_write(uint8_t p[IO_VNET_LEN], const struct net_gso *g);

#endif
