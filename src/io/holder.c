/* SPDX-License-Identifier: Apache-2.0 */
#include "io/holder.h"

#include "io/control_client.h"
#include "io/undo.h"

#include <stdlib.h>
#include <string.h>

#define ASK_MS 1000 /* one that hangs shall not hold up the refusal */

struct search {
	char *name;
	const char *proto;
	const struct adit_addr *a;
	char netns[48];
	const struct adit_rundir *dir;
	bool found;
};

json_t *io_holder_json(const char *proto, const struct adit_addr *a)
{
	char text[ADIT_ADDR_TEXT];

	return json_pack("{s:s s:s}", "proto", proto, "address", adit_addr_text(a, text));
}

static const char *str(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

/* No socket can be bound to one of them while another is to the other. */
static bool collide(const struct adit_addr *x, const struct adit_addr *y)
{
	if (x->port != y->port)
		return false;
	if (!x->family || !y->family)
		return true;
	return x->family == y->family &&
	       (adit_addr_is_any(x) || adit_addr_is_any(y) || adit_addr_same_ip(x, y));
}

static bool has_it(const struct search *s, const json_t *tunnel)
{
	const json_t *bound;
	size_t i;

	json_array_foreach(json_object_get(tunnel, "bound"), i, bound)
	{
		struct adit_addr b;

		if (strcmp(str(bound, "proto"), s->proto) == 0 &&
			adit_addr_parse(&b, str(bound, "address")) && collide(s->a, &b))
			return true;
	}
	return false;
}

static void look_through(struct search *s, const json_t *root)
{
	const json_t *tunnel;
	size_t i;

	if (strcmp(str(root, "netns"), s->netns) != 0)
		return;
	json_array_foreach(json_object_get(root, "tunnels"), i, tunnel)
	{
		s->found = has_it(s, tunnel);
		if (!s->found)
			continue;
		snprintf(s->name, IO_HOLDER_NAME, "%s", str(tunnel, "name"));
		return;
	}
}

static bool ask_one(void *ctx, const char *stem)
{
	struct search *s = ctx;
	char *answer;
	json_t *root;

	if (adit_control_ask(s->dir, stem, (struct adit_ask){ "status", ASK_MS }, &answer, NULL))
		return true;
	root = json_loads(answer, 0, NULL);
	look_through(s, root);
	json_decref(root);
	free(answer);
	return !s->found;
}

bool io_holder(char name[IO_HOLDER_NAME], const char *proto, const struct adit_addr *a)
{
	struct search s = { .name = name, .proto = proto, .a = a };
	struct adit_rundir d;

	adit_netns_id(s.netns);
	for (unsigned i = 0; !s.found && adit_rundir_look(&d, i) == ADIT_OK; i++) {
		s.dir = &d;
		if (d.fd >= 0)
			adit_rundir_each(&d, ADIT_SOCKET_END, ask_one, &s);
		adit_rundir_close(&d);
	}
	return s.found;
}
