/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fdb.h"

#include "core/bytes.h"

#define SWEEP 8 /* entries looked at for each one learned */

void net_fdb_init(struct net_fdb *f, adit_time age, uint32_t share, uint64_t seed)
{
	f->age = age;
	f->share = share ? share : NET_FDB_SHARE;
	f->seed = seed;
}

static unsigned bucket(const struct net_fdb *f, const uint8_t mac[6], uint32_t vni)
{
	uint64_t h = ((uint64_t)adit_be16(mac) << 32 | adit_be32(mac + 2)) ^ f->seed;

	h *= 0x9e3779b97f4a7c15ull;
	h = (h ^ h >> 29 ^ vni ^ f->seed >> 32) * 0xd6e8feb86659fd93ull;
	h = (h ^ h >> 32) * 0x9e3779b97f4a7c15ull;
	return (unsigned)(h >> 52) % NET_FDB_SIZE;
}

static struct net_fdb_entry *lookup(struct net_fdb *f, const uint8_t mac[6], uint32_t vni)
{
	struct net_fdb_entry *e;
	uint16_t i;

	for (i = f->head[bucket(f, mac, vni)]; i; i = e->next) {
		e = &f->entry[i - 1];
		if (e->vni == vni && !memcmp(e->mac, mac, 6))
			return e;
	}
	return NULL;
}

static bool aged(const struct net_fdb *f, const struct net_fdb_entry *e, adit_time now)
{
	return !e->fixed && now > e->seen && now - e->seen >= f->age;
}

static void leave_remote(struct net_fdb *f, struct net_fdb_entry *e)
{
	struct net_fdb_remote *r = &f->remote[e->remote - 1];

	r->entries--;
	if (!e->fixed)
		r->learned--;
}

static void drop(struct net_fdb *f, struct net_fdb_entry *e)
{
	uint16_t self = (uint16_t)(e - f->entry + 1), *at = &f->head[bucket(f, e->mac, e->vni)];

	while (*at != self)
		at = &f->entry[*at - 1].next;
	*at = e->next;
	leave_remote(f, e);
	e->remote = 0;
	e->next = f->free;
	f->free = self;
	f->used--;
}

static void sweep(struct net_fdb *f, adit_time now, unsigned n)
{
	struct net_fdb_entry *e;

	while (n--) {
		if (f->hand >= f->fresh)
			f->hand = 0;
		e = &f->entry[f->hand++];
		if (e->remote && aged(f, e, now))
			drop(f, e);
	}
}

/* The remote's place, taken for it if it has none yet. 0: all places are taken. */
static uint16_t place_of(struct net_fdb *f, const struct adit_addr *addr)
{
	uint16_t i, empty = 0;

	for (i = 0; i < NET_FDB_REMOTES; i++) {
		if (!f->remote[i].entries)
			empty = empty ? empty : (uint16_t)(i + 1);
		else if (adit_addr_equal(&f->remote[i].addr, addr))
			return (uint16_t)(i + 1);
	}
	if (empty) {
		f->remote[empty - 1].addr = *addr;
		f->remote[empty - 1].learned = 0;
	}
	return empty;
}

static void join_remote(struct net_fdb *f, struct net_fdb_entry *e, uint16_t place, bool fixed)
{
	e->remote = place;
	e->fixed = fixed;
	f->remote[place - 1].entries++;
	if (!fixed)
		f->remote[place - 1].learned++;
}

static struct net_fdb_entry *insert(struct net_fdb *f, const uint8_t mac[6], uint32_t vni)
{
	struct net_fdb_entry *e;
	uint16_t self, *head = &f->head[bucket(f, mac, vni)];

	if (f->free) {
		self = f->free;
		f->free = f->entry[self - 1].next;
	} else if (f->fresh < NET_FDB_SIZE) {
		self = ++f->fresh;
	} else {
		return NULL;
	}
	e = &f->entry[self - 1];
	memcpy(e->mac, mac, 6);
	e->vni = vni;
	e->next = *head;
	*head = self;
	f->used++;
	return e;
}

bool net_fdb_find(struct net_fdb *f, const uint8_t mac[6], uint32_t vni, adit_time now,
	struct adit_addr *remote)
{
	struct net_fdb_entry *e;
	bool found;

	adit_share_lock(&f->lock);
	e = lookup(f, mac, vni);
	found = e && !aged(f, e, now);
	if (found)
		*remote = f->remote[e->remote - 1].addr;
	adit_share_unlock(&f->lock);
	return found;
}

static bool is_station(const uint8_t mac[6])
{
	static const uint8_t zero[6];

	return !(mac[0] & 1) && memcmp(mac, zero, 6) != 0;
}

static enum net_fdb_news learn_new(
	struct net_fdb *f, const uint8_t mac[6], uint32_t vni, uint16_t place, adit_time now)
{
	struct net_fdb_entry *e;

	if (f->remote[place - 1].learned >= f->share)
		return NET_FDB_REFUSED;
	e = insert(f, mac, vni);
	if (!e)
		return NET_FDB_REFUSED;
	join_remote(f, e, place, false);
	e->seen = now;
	return NET_FDB_NEW;
}

static enum net_fdb_news move(
	struct net_fdb *f, struct net_fdb_entry *e, uint16_t place, adit_time now)
{
	if (f->remote[place - 1].learned >= f->share)
		return NET_FDB_REFUSED;
	leave_remote(f, e);
	join_remote(f, e, place, false);
	e->seen = now;
	return NET_FDB_MOVED;
}

static enum net_fdb_news learn(struct net_fdb *f, const uint8_t mac[6], uint32_t vni,
	const struct adit_addr *remote, adit_time now)
{
	struct net_fdb_entry *e = lookup(f, mac, vni);
	uint16_t place;

	if (e && adit_addr_equal(&f->remote[e->remote - 1].addr, remote)) {
		if (!e->fixed && now > e->seen)
			e->seen = now;
		return NET_FDB_KNOWN;
	}
	if (e && e->fixed)
		return NET_FDB_REFUSED;
	if (!e)
		sweep(f, now, SWEEP);
	place = place_of(f, remote);
	if (!place)
		return NET_FDB_REFUSED;
	return e ? move(f, e, place, now) : learn_new(f, mac, vni, place, now);
}

enum net_fdb_news net_fdb_learn(struct net_fdb *f, const uint8_t mac[6], uint32_t vni,
	const struct adit_addr *remote, adit_time now)
{
	enum net_fdb_news news;

	if (!f->age || !is_station(mac))
		return NET_FDB_REFUSED;
	adit_share_lock(&f->lock);
	news = learn(f, mac, vni, remote, now);
	adit_share_unlock(&f->lock);
	return news;
}

bool net_fdb_static(
	struct net_fdb *f, const uint8_t mac[6], uint32_t vni, const struct adit_addr *remote)
{
	struct net_fdb_entry *e;
	uint16_t place;

	adit_share_lock(&f->lock);
	place = place_of(f, remote);
	e = place ? lookup(f, mac, vni) : NULL;
	if (e)
		leave_remote(f, e);
	else if (place)
		e = insert(f, mac, vni);
	if (e)
		join_remote(f, e, place, true);
	adit_share_unlock(&f->lock);
	return e != NULL;
}

void net_fdb_forget(struct net_fdb *f, const struct adit_addr *remote)
{
	struct net_fdb_entry *e;
	unsigned i;

	adit_share_lock(&f->lock);
	for (i = 0; i < f->fresh; i++) {
		e = &f->entry[i];
		if (e->remote && !e->fixed &&
			adit_addr_equal(&f->remote[e->remote - 1].addr, remote))
			drop(f, e);
	}
	adit_share_unlock(&f->lock);
}

void net_fdb_age(struct net_fdb *f, adit_time now, unsigned n)
{
	adit_share_lock(&f->lock);
	sweep(f, now, n);
	adit_share_unlock(&f->lock);
}

uint32_t net_fdb_count(struct net_fdb *f)
{
	uint32_t n;

	adit_share_lock(&f->lock);
	n = f->used;
	adit_share_unlock(&f->lock);
	return n;
}
