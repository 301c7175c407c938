/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "cmd/find.h"
#include "cmd/status_print.h"
#include "io/control_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WATCH_S 1

struct status {
	const char *name; /* NULL: all */
	bool json, watch;
	json_t *all;	 /* array of tunnels */
	unsigned denied; /* instances that only root may ask */
};

/* An instance answers with one tunnel, or with {"tunnels": [...]}. */
static void collect(struct status *s, json_t *root)
{
	json_t *list = json_object_get(root, "tunnels"), *t;
	size_t i;

	if (!json_is_array(list)) {
		json_array_append(s->all, root);
		return;
	}
	json_array_foreach(list, i, t) json_array_append(s->all, t);
}

static bool ask_one(void *ctx, const struct adit_rundir *dir, const char *stem)
{
	struct status *s = ctx;
	struct adit_fault f;
	char *answer;
	json_t *root;
	enum adit_err err = adit_control_ask(dir, stem, "status", &answer, &f);

	if (err) {
		/* Those left by a killed one are for `recover`, those of root for root. */
		s->denied += err == ADIT_EPERM;
		if (err != ADIT_ENOENT && err != ADIT_EPERM)
			adit_cmd_fault(&f);
		return true;
	}
	root = json_loads(answer, 0, NULL);
	free(answer);
	if (json_is_object(root))
		collect(s, root);
	else
		fprintf(stderr, "adit: %s gave an answer that is not JSON\n", stem);
	json_decref(root);
	return true;
}

static void keep_named(struct status *s)
{
	for (size_t i = json_array_size(s->all); i-- > 0;) {
		json_t *name = json_object_get(json_array_get(s->all, i), "name");

		if (!json_is_string(name) || strcmp(json_string_value(name), s->name) != 0)
			json_array_remove(s->all, i);
	}
}

static int show(struct status *s)
{
	struct adit_found found;
	struct adit_fault f;

	s->all = json_array();
	s->denied = 0;
	if (!s->all)
		return ADIT_EXIT_FAILED;
	adit_find_each(ask_one, s);
	if (s->name) {
		keep_named(s);
		if (json_array_size(s->all) == 0) {
			json_decref(s->all);
			if (adit_find(&found, s->name, &f))
				return adit_cmd_fault(&f);
			adit_rundir_close(&found.dir);
			adit_fail(&f, s->denied ? ADIT_EPERM : ADIT_ENOENT,
				s->denied ? "ask as the user who started it, or as root" : NULL,
				"%.64s does not answer", s->name);
			return adit_cmd_fault(&f);
		}
	}
	if (s->json) {
		json_dumpf(s->name ? json_array_get(s->all, 0) : s->all, stdout,
			JSON_INDENT(2) | JSON_PRESERVE_ORDER);
		putchar('\n');
	} else {
		adit_status_print(stdout, s->all);
	}
	json_decref(s->all);
	if (s->denied && !s->name)
		fprintf(stderr, "adit: tunnels of root that were not asked: %u\n", s->denied);
	return ADIT_EXIT_OK;
}

static int run(int argc, char **argv)
{
	struct status s = { 0 };
	int code;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			s.json = true;
		else if (strcmp(argv[i], "--watch") == 0)
			s.watch = true;
		else if (argv[i][0] == '-' || s.name)
			return adit_cmd_usage(&adit_cmd_status, "unknown word %s", argv[i]);
		else
			s.name = argv[i];
	}
	do {
		if (s.watch && !s.json && isatty(STDOUT_FILENO))
			fputs("\033[H\033[2J", stdout);
		code = show(&s);
		fflush(stdout);
	} while (s.watch && code == ADIT_EXIT_OK && !ferror(stdout) && sleep(WATCH_S) == 0);
	return code;
}

const struct adit_cmd adit_cmd_status = {
	.name = "status",
	.args = "[NAME] [--json] [--watch]",
	.title = "shows the tunnels that are up, their layers and counters",
	.help = "  --json    as JSON: a list of tunnels, or the one named (docs/status.md)\n"
		"  --watch   again every second\n",
	.run = run,
};
