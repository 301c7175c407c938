/* SPDX-License-Identifier: Apache-2.0 */
/* Byte order without overlays: every wire field is loaded and stored through these. */
#ifndef ADIT_BYTES_H
#define ADIT_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t adit_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t adit_be24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t adit_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t adit_be64(const uint8_t *p)
{
	return (uint64_t)adit_be32(p) << 32 | adit_be32(p + 4);
}

static inline void adit_put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void adit_put_be24(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 16);
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)v;
}

static inline void adit_put_be32(uint8_t *p, uint32_t v)
{
	adit_put_be16(p, (uint16_t)(v >> 16));
	adit_put_be16(p + 2, (uint16_t)v);
}

static inline void adit_put_be64(uint8_t *p, uint64_t v)
{
	adit_put_be32(p, (uint32_t)(v >> 32));
	adit_put_be32(p + 4, (uint32_t)v);
}

#endif
