/* SPDX-License-Identifier: Apache-2.0 */
/* All that sessions share between workers goes through here: a counter, and a lock for small
 * tables. Nothing else in core, net or proto is atomic or locked. */
#ifndef ADIT_SHARE_H
#define ADIT_SHARE_H

#include <stdbool.h>
#include <stdint.h>

/* Takes n numbers in a row; returns the first. Zero-initialised is valid. */
struct adit_share_counter {
	uint64_t v;
};

static inline uint64_t adit_share_take(struct adit_share_counter *c, uint64_t n)
{
	return __atomic_fetch_add(&c->v, n, __ATOMIC_RELAXED);
}

static inline uint64_t adit_share_get(const struct adit_share_counter *c)
{
	return __atomic_load_n(&c->v, __ATOMIC_RELAXED);
}

static inline void adit_share_set(struct adit_share_counter *c, uint64_t v)
{
	__atomic_store_n(&c->v, v, __ATOMIC_RELAXED);
}

/* A lock for sections of a few dozen instructions. Zero-initialised is open. */
struct adit_share_lock {
	uint32_t held;
};

static inline void adit_share_lock(struct adit_share_lock *l)
{
	while (__atomic_exchange_n(&l->held, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&l->held, __ATOMIC_RELAXED))
			;
}

static inline void adit_share_unlock(struct adit_share_lock *l)
{
	__atomic_store_n(&l->held, 0, __ATOMIC_RELEASE);
}

#endif
