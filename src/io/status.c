/* SPDX-License-Identifier: Apache-2.0 */
/* Status: worker 0 asks, each worker copies its counters under a lock, worker 0 sums. A worker that
 * does not answer in time is represented by what it said last. */
#include "io/status.h"

#include "io/holder.h"
#include "io/stream.h"
#include "io/undo.h"
#include "io/worker.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ANSWER_MS 200

static void add_stats(struct adit_stats *to, const struct adit_stats *from)
{
	to->down_units += from->down_units;
	to->down_bytes += from->down_bytes;
	to->up_units += from->up_units;
	to->up_bytes += from->up_bytes;
	for (unsigned i = 0; i < ADIT_DROP_MAX; i++)
		to->drops[i] += from->drops[i];
}

static void fill(struct io_snap *s, const struct io_port *p)
{
	const struct io_tunnel *t = p->t;
	struct adit_layer_info info;

	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < t->spec->n; i++)
		s->layer[i].status = ADIT_READY;
	if (!p->stack)
		return;
	s->layer[0].stats = p->end.stats;
	for (unsigned i = 0; i < t->n_inner && adit_stack_info(p->stack, i, &info); i++) {
		s->layer[1 + i].stats = info.stats;
		s->layer[1 + i].status = info.status;
	}
	for (unsigned i = 1u + t->n_inner; i < t->spec->n; i++)
		s->layer[i].stats = p->delivery.stats;
	s->reads = p->reads;
	s->writes = p->writes;
	s->receives = p->receives;
	s->sends = p->sends;
	s->large_out = adit_pool_out_large(p->pool);
	s->small_out = adit_pool_out(p->pool) - s->large_out;
	s->unit_max = p->unit_max;
}

void io_status_answer(struct io_worker *w)
{
	struct adit_engine *e = w->engine;

	pthread_mutex_lock(&e->snap_lock);
	if (w->answered != e->asked) {
		for (unsigned i = 0; i < e->n_tunnels; i++)
			fill(&w->snap[i], &e->tunnel[i].port[w->index]);
		w->answered = e->asked;
		pthread_cond_signal(&e->snap_come);
	}
	pthread_mutex_unlock(&e->snap_lock);
}

static bool all_answered(const struct adit_engine *e)
{
	for (unsigned i = 0; i < e->n_workers; i++)
		if (e->worker[i].answered != e->asked)
			return false;
	return true;
}

/* With the lock held. */
static void wait_for_all(struct adit_engine *e)
{
	struct timespec until;
	int r = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ANSWER_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (!all_answered(e) && r != ETIMEDOUT)
		r = pthread_cond_timedwait(&e->snap_come, &e->snap_lock, &until);
}

static json_t *drops_json(const struct adit_stats *s)
{
	json_t *o = json_object();

	for (unsigned i = ADIT_KEEP + 1; i < ADIT_DROP_MAX; i++)
		if (s->drops[i])
			json_object_set_new(
				o, adit_drop_name(i), json_integer((json_int_t)s->drops[i]));
	return o;
}

static const char *status_word(uint8_t status)
{
	static const char *const word[] = { "opening", "ready", "done", "dead" };

	return status < ADIT_LEN(word) ? word[status] : "?";
}

static json_t *layer_json(const struct adit_engine *e, unsigned tunnel, unsigned layer)
{
	struct adit_stats s = { 0 };
	uint8_t status = ADIT_READY;

	for (unsigned i = 0; i < e->n_workers; i++) {
		const struct io_snap_layer *l = &e->worker[i].snap[tunnel].layer[layer];

		add_stats(&s, &l->stats);
		if (l->status != ADIT_READY)
			status = l->status;
	}
	return json_pack("{s:s s:s s:I s:I s:I s:I s:o}", "name",
		e->tunnel[tunnel].spec->layer[layer]->word, "status", status_word(status),
		"down_units", (json_int_t)s.down_units, "down_bytes", (json_int_t)s.down_bytes,
		"up_units", (json_int_t)s.up_units, "up_bytes", (json_int_t)s.up_bytes, "drops",
		drops_json(&s));
}

static json_t *offloads_json(const struct io_tunnel *t)
{
	const struct io_offloads *o = &t->off;

	return json_pack("{s:b s:b s:b s:b s:b s:b s:b}", "tun_checksum", o->tun_csum, "tun_tso",
		o->tso, "tun_uso", o->uso, "gso_max_size", o->gso_max, "udp_segment",
		__atomic_load_n(&o->udp_gso, __ATOMIC_RELAXED), "udp_gro", o->udp_gro,
		"entropy_ports", t->del.entropy);
}

static json_t *pools_json(const struct adit_engine *e, unsigned tunnel)
{
	uint64_t reads = 0, writes = 0, receives = 0, sends = 0;
	unsigned small_out = 0, large_out = 0;

	for (unsigned i = 0; i < e->n_workers; i++) {
		const struct io_snap *s = &e->worker[i].snap[tunnel];

		reads += s->reads;
		writes += s->writes;
		receives += s->receives;
		sends += s->sends;
		small_out += s->small_out;
		large_out += s->large_out;
	}
	return json_pack("{s:i s:i s:I s:I s:I s:I}", "small_cells_out", (int)small_out,
		"large_cells_out", (int)large_out, "device_reads", (json_int_t)reads,
		"device_writes", (json_int_t)writes, "receives", (json_int_t)receives, "sends",
		(json_int_t)sends);
}

/* Guests have their host's. */
static json_t *bound_json(const struct io_tunnel *t)
{
	struct adit_addr udp = t->del.d.local;
	json_t *list = json_array();

	if (t->stream && t->stream->bottom.listens)
		json_array_append_new(list, io_holder_json("tcp", &t->stream->bottom.local));
	if (t->stream && t->stream->top.listens)
		json_array_append_new(list, io_holder_json("tcp", &t->stream->top.local));
	if (!udp.family)
		udp.family = t->del.d.remote.family;
	if (!t->stream && t->del.udp && udp.port && !t->port[0].host)
		json_array_append_new(list, io_holder_json("udp", &udp));
	return list;
}

static json_t *tunnel_json(const struct adit_engine *e, unsigned i)
{
	struct io_tunnel *t = &e->tunnel[i];
	char *stack = e->write ? e->write(t->spec) : NULL;
	json_t *layers = json_array(), *o;

	for (unsigned k = 0; k < t->spec->n; k++)
		json_array_append_new(layers, layer_json(e, i, k));
	o = json_pack("{s:s s:s s:s s:I s:i s:i s:o s:o s:o}", "name", t->spec->name, "device",
		t->dev, "stack", stack ? stack : "", "uptime_s",
		(json_int_t)((uv_hrtime() - e->started) / ADIT_S), "workers", (int)e->n_workers,
		"mtu", (int)__atomic_load_n(&t->mtu, __ATOMIC_RELAXED), "layers", layers,
		"offloads", offloads_json(t), "pools", pools_json(e, i));
	json_object_set_new(o, "bound", bound_json(t));
	free(stack);
	return o;
}

char *adit_engine_status(struct adit_engine *e)
{
	json_t *list = json_array(), *o = json_object();
	char *text, netns[48];

	pthread_mutex_lock(&e->snap_lock);
	e->asked++;
	pthread_mutex_unlock(&e->snap_lock);
	for (unsigned i = 1; i < e->n_workers; i++)
		io_worker_wake(&e->worker[i]);
	io_status_answer(&e->worker[0]);
	pthread_mutex_lock(&e->snap_lock);
	wait_for_all(e);
	for (unsigned i = 0; i < e->n_tunnels; i++)
		json_array_append_new(list, tunnel_json(e, i));
	pthread_mutex_unlock(&e->snap_lock);
	adit_netns_id(netns);
	json_object_set_new(o, "netns", json_string(netns));
	json_object_set_new(o, "tunnels", list);
	text = json_dumps(o, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	json_decref(o);
	return text;
}
