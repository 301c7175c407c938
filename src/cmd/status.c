/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "cmd/find.h"
#include "cmd/status_print.h"
#include "io/control_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WATCH_S	  1
#define NAMED_MS  3000
#define OTHERS_MS 1000

struct status {
	const char *name;	  /* NULL: all */
	char stem[ADIT_FILE_MAX]; /* of the name */
	bool json, watch, gone;
	unsigned rounds;
	json_t *all;	 /* array of tunnels */
	unsigned denied; /* instances that only root may ask */
	struct adit_fault fault;
};

static bool is_named(const json_t *tunnel, const char *name)
{
	const char *is = json_string_value(json_object_get(tunnel, "name"));

	return is && strcmp(is, name) == 0;
}

/* What an instance answered: {"tunnels": [...]}. NAME is a tunnel of it, or the instance itself. */
static void collect(struct status *s, json_t *list, bool whole)
{
	size_t before = json_array_size(s->all);

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *t = json_array_get(list, i);

		if (!s->name || is_named(t, s->name))
			json_array_append(s->all, t);
	}
	if (whole && json_array_size(s->all) == before)
		json_array_extend(s->all, list);
}

static enum adit_err ask(struct status *s, const struct adit_rundir *dir, const char *stem)
{
	bool named = s->name && strcmp(stem, s->stem) == 0;
	struct adit_ask a = { "status", named ? NAMED_MS : OTHERS_MS };
	json_t *root, *list;
	char *answer;
	enum adit_err err = adit_control_ask(dir, stem, a, &answer, &s->fault);

	/* Those left by a killed one are for `recover`, those of root for root. */
	if (err) {
		s->denied += err == ADIT_EPERM;
		return err;
	}
	root = json_loads(answer, 0, NULL);
	free(answer);
	list = json_object_get(root, "tunnels");
	if (json_is_array(list))
		collect(s, list, named);
	else
		fprintf(stderr, "adit: %s gave an answer that is not JSON\n", stem);
	json_decref(root);
	return ADIT_OK;
}

static bool ask_each(void *ctx, const struct adit_rundir *dir, const char *stem)
{
	struct status *s = ctx;
	enum adit_err err;

	if (s->name && strcmp(stem, s->stem) == 0)
		return true;
	err = ask(s, dir, stem);
	if (err && err != ADIT_ENOENT && err != ADIT_EPERM)
		adit_cmd_fault(&s->fault);
	return !s->name || json_array_size(s->all) == 0;
}

/* The instance of that name first, so that no other one that hangs stands in its way; then the
 * others: a file of several tunnels is one instance. */
static enum adit_err ask_named(struct status *s)
{
	struct adit_found found;
	enum adit_err err = adit_find(&found, s->name, &s->fault);
	struct adit_fault none = s->fault;

	if (!err) {
		memcpy(s->stem, found.stem, sizeof(s->stem));
		err = ask(s, &found.dir, found.stem);
		adit_rundir_close(&found.dir);
		if (!err || err != ADIT_ENOENT)
			return err;
		none = s->fault;
	}
	adit_find_each(ask_each, s);
	if (json_array_size(s->all) > 0)
		return ADIT_OK;
	s->fault = none;
	return s->fault.code;
}

static void print(const struct status *s)
{
	bool one = s->name && json_array_size(s->all) == 1;
	size_t flags = JSON_PRESERVE_ORDER | (s->watch ? JSON_COMPACT : JSON_INDENT(2));

	if (s->json) {
		json_dumpf(one ? json_array_get(s->all, 0) : s->all, stdout, flags);
		putchar('\n');
		return;
	}
	if (s->watch && isatty(STDOUT_FILENO))
		fputs("\033[H\033[2J", stdout);
	else if (s->rounds)
		putchar('\n');
	adit_status_print(stdout, s->all);
}

static int show(struct status *s)
{
	enum adit_err err = ADIT_OK;

	s->all = json_array();
	s->denied = 0;
	if (!s->all)
		return ADIT_EXIT_FAILED;
	if (s->name)
		err = ask_named(s);
	else
		adit_find_each(ask_each, s);
	if (!err)
		print(s);
	json_decref(s->all);
	if (err == ADIT_ENOENT && s->rounds) {
		fprintf(stderr, "adit: %s is gone\n", s->name);
		s->gone = true;
		return ADIT_EXIT_OK;
	}
	if (err)
		return adit_cmd_fault(&s->fault);
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
		code = show(&s);
		fflush(stdout);
		s.rounds++;
	} while (s.watch && !s.gone && code == ADIT_EXIT_OK && !ferror(stdout) &&
		 sleep(WATCH_S) == 0);
	return code;
}

const struct adit_cmd adit_cmd_status = {
	.name = "status",
	.args = "[NAME] [--json] [--watch]",
	.title = "shows the tunnels that are up, their layers and counters",
	.help = "  --json    as JSON: a list of tunnels, or the one named (docs/status.md)\n"
		"  --watch   again every second, until the tunnel is gone; JSON then one line "
		"each\n",
	.run = run,
};
