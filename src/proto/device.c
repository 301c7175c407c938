/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/device.h"

#include <stdlib.h>
#include <string.h>

const struct adit_opt adit_device_opts[ADIT_DEVICE_N] = {
	[ADIT_DEVICE_DEV] = { .name = "dev",
		.type = ADIT_OPT_STR,
		.flags = ADIT_OPT_POS,
		.min = 1,
		.max = 15,
		.arg = "NAME",
		.help = "name of the device, the system's choice without" },
	[ADIT_DEVICE_ADDR] = { .name = "addr",
		.type = ADIT_OPT_PREFIX,
		.flags = ADIT_OPT_POS | ADIT_OPT_LIST,
		.arg = "ADDR/LEN",
		.help = "addresses of the device" },
	[ADIT_DEVICE_MTU] = { .name = "mtu",
		.type = ADIT_OPT_UINT,
		.min = 68,
		.max = 65521,
		.arg = "BYTES",
		.help = "MTU of the device; at most, and without, what the path leaves" },
	[ADIT_DEVICE_ROUTE] = { .name = "route",
		.type = ADIT_OPT_PREFIX,
		.flags = ADIT_OPT_LIST,
		.arg = "ADDR/LEN",
		.help = "networks reached through the device" },
	[ADIT_DEVICE_MSS] = { .name = "mss",
		.type = ADIT_OPT_STR,
		.min = 1,
		.max = 5,
		.arg = "on|off|N",
		.help = "clamp the TCP segment size; on where the MTU is below 1500" },
	[ADIT_DEVICE_NAME] = { .name = "name",
		.type = ADIT_OPT_STR,
		.min = 1,
		.max = 63,
		.arg = "NAME",
		.help = "name of the tunnel, the device's without" },
	[ADIT_DEVICE_MAC] = { .name = "mac",
		.type = ADIT_OPT_MAC,
		.arg = "MAC",
		.help = "hardware address of the device" },
};

static bool mss_fits(const char *mss)
{
	unsigned long n;

	if (strcmp(mss, "on") == 0 || strcmp(mss, "off") == 0)
		return true;
	if (strspn(mss, "0123456789") != strlen(mss))
		return false;
	n = strtoul(mss, NULL, 10);
	return n >= ADIT_MSS_MIN && n <= ADIT_MSS_MAX;
}

static bool mac_fits(const uint8_t mac[6])
{
	static const uint8_t none[6];

	return !(mac[0] & 1) && memcmp(mac, none, sizeof(none)) != 0;
}

enum adit_err adit_device_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	bool tap = l->conf->n_opts > ADIT_DEVICE_MAC;
	const char *mss = adit_conf_str(l->conf, ADIT_DEVICE_MSS, 0);
	const uint8_t *mac = tap ? adit_conf_mac(l->conf, ADIT_DEVICE_MAC, 0) : NULL;

	if (!first)
		return ADIT_OK;
	if (mss && !mss_fits(mss))
		return adit_blame(f, ADIT_DEVICE_MSS,
			adit_fail(f, ADIT_ECONF, "mss=on, mss=off or mss=1360",
				"`%s` is no segment size", mss));
	if (mac && !mac_fits(mac))
		return adit_blame(f, ADIT_DEVICE_MAC,
			adit_fail(f, ADIT_ECONF, "its first byte is even, as in 02:00:5e:00:00:01",
				"that is no address of one device"));
	return ADIT_OK;
}
