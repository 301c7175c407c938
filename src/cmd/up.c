/* SPDX-License-Identifier: Apache-2.0 */
/* adit up: from words to a running tunnel, in the order in which things may fail: what can be said
 * without touching the system first. */
#include "cmd/cmd.h"
#include "cmd/program.h"
#include "io/control_client.h"
#include "io/notify.h"
#include "io/priv.h"
#include "io/resolve.h"
#include "io/supervise.h"
#include "io/sys_req.h"
#include "lang/lang.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS_MAX 64

struct up {
	unsigned workers;
	bool background, quiet, verbose;
	int first; /* word of the stack, or the file */
	const char *file;
	struct adit_program *program;
	char name[ADIT_NAME_MAX];
	struct adit_rundir dir;
	struct adit_supervise s;
};

static int parse_workers(struct up *u, const char *text)
{
	char *end = NULL;
	unsigned long n = text ? strtoul(text, &end, 10) : 0;

	if (!text || *end || n == 0 || n > WORKERS_MAX)
		return adit_cmd_usage(
			&adit_cmd_up, "--workers takes a number from 1 to %d", WORKERS_MAX);
	u->workers = (unsigned)n;
	return 0;
}

static int parse_options(struct up *u, int argc, char **argv)
{
	int i = 1, code = 0;

	for (; !code && i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (strcmp(argv[i], "-b") == 0 || strcmp(argv[i], "--background") == 0)
			u->background = true;
		else if (strcmp(argv[i], "-q") == 0 || strcmp(argv[i], "--quiet") == 0)
			u->quiet = true;
		else if (strcmp(argv[i], "-v") == 0 || strcmp(argv[i], "--verbose") == 0)
			u->verbose = true;
		else if (strncmp(argv[i], "--workers=", 10) == 0)
			code = parse_workers(u, argv[i] + 10);
		else if (strcmp(argv[i], "--workers") == 0)
			code = parse_workers(u, ++i < argc ? argv[i] : NULL);
		else
			code = adit_cmd_usage(&adit_cmd_up, "unknown option %s", argv[i]);
	}
	if (!code && i >= argc)
		code = adit_cmd_usage(&adit_cmd_up, "a stack or a file is missing");
	u->first = i;
	return code;
}

static int spec_fault(const struct up *u, unsigned spec, unsigned at, const struct adit_fault *f)
{
	struct adit_diag d = { "" };

	adit_lang_fault(&d, u->program, spec, at, f);
	fputs(d.text, stderr);
	return adit_cmd_exit(f->code);
}

/* One tunnel names the instance; several take the name of their file. */
static int pick_name(struct up *u)
{
	const char *base;
	size_t n;

	if (u->program->n == 0) {
		fprintf(stderr, "adit: %s holds no tunnel\n",
			u->file ? u->file : "the command line");
		return ADIT_EXIT_USAGE;
	}
	if (u->program->n == 1 || !u->file) {
		snprintf(u->name, sizeof(u->name), "%s", u->program->spec[0].name);
		return 0;
	}
	base = strrchr(u->file, '/');
	base = base ? base + 1 : u->file;
	n = strlen(base);
	if (n > 5 && strcmp(base + n - 5, ".adit") == 0)
		n -= 5;
	snprintf(u->name, sizeof(u->name), "%.*s", (int)(n < 63 ? n : 63), base);
	return 0;
}

static int resolve_all(struct up *u)
{
	struct adit_fault f;
	unsigned at;

	for (unsigned i = 0; i < u->program->n; i++)
		if (adit_resolve(&u->program->spec[i], &at, &f))
			return spec_fault(u, i, at, &f);
	return 0;
}

static bool low_port(const struct adit_conf *c)
{
	for (unsigned i = 0; i < c->n_opts; i++) {
		const struct adit_opt *o = &c->opts[i];

		if ((o->type != ADIT_OPT_ADDR && o->type != ADIT_OPT_HOST) ||
			(strcmp(o->name, "local") != 0 && strcmp(o->name, "listen") != 0 &&
				strcmp(o->name, "addr") != 0))
			continue;
		for (unsigned k = 0; k < c->value[i].n; k++)
			if (adit_priv_port(c->value[i].item[k].addr.port))
				return true;
	}
	return false;
}

/* What opening a layer will take. */
static unsigned caps_of(const struct adit_spec *s, unsigned i)
{
	const char *name = s->layer[i]->ops->name;
	bool last = i + 1 == s->n;

	if (strcmp(name, "tun") == 0 || strcmp(name, "tap") == 0)
		return ADIT_CAP_ADMIN;
	if (last && i > 0 && strcmp(name, "ip") == 0)
		return ADIT_CAP_RAW;
	return low_port(s->layer[i]) ? ADIT_CAP_BIND : 0;
}

static int check_caps(const struct up *u)
{
	struct adit_fault f;

	for (unsigned k = 0; k < u->program->n; k++) {
		const struct adit_spec *s = &u->program->spec[k];

		for (unsigned i = 0; i < s->n; i++)
			if (adit_priv_need(caps_of(s, i), &f))
				return spec_fault(u, k, i, &f);
	}
	return 0;
}

static void say_recovered(void *ctx, const char *line)
{
	const struct up *u = ctx;

	if (!u->quiet)
		fprintf(stderr, "adit: left by a tunnel that was killed: %s\n", line);
}

static int open_engine(struct up *u)
{
	struct adit_engine_conf c = {
		.spec = u->program->spec,
		.n_specs = u->program->n,
		.workers = u->workers,
		.write = adit_lang_write,
		.sys = u->s.sys,
	};
	struct adit_fault f = { .opt = -1 };
	unsigned spec = 0, at = 0;

	if (adit_engine_open(&u->s.engine, &c, &spec, &at, &f) == ADIT_OK)
		return 0;
	return spec_fault(u, spec, at, &f);
}

static int open_all(struct up *u)
{
	struct adit_recover r = { .say = say_recovered, .ctx = u };
	struct adit_fault f;
	enum adit_err err;
	int code;

	if (adit_rundir_open(&u->dir, &f))
		return adit_cmd_fault(&f);
	adit_journal_recover(&u->dir, &r);
	err = adit_journal_open(&u->s.journal, &u->dir, u->name, &f);
	if (!err)
		err = adit_control_listen(&u->dir, u->s.journal, &u->s.control, &f);
	if (!err)
		err = adit_sys_open_local(&u->s.sys, u->s.journal, &f);
	if (err)
		return adit_cmd_fault(&f);
	code = open_engine(u);
	if (code) {
		adit_sys_close(u->s.sys);
		u->s.sys = NULL;
	}
	return code;
}

/* In the process that stays: the terminal's or the background one. */
static int up_here(struct up *u)
{
	int code;

	adit_supervise_signals();
	u->s.name = u->name;
	u->s.verbose = u->verbose;
	code = open_all(u);
	if (!code)
		code = adit_supervise(&u->s);
	adit_journal_close(u->s.journal);
	adit_rundir_close(&u->dir);
	return code;
}

static int up_background(struct up *u)
{
	struct adit_fault f = { 0 };
	int code = adit_background(&u->s.background, &f);

	if (code < 0)
		return up_here(u);
	if (f.code)
		return adit_cmd_fault(&f);
	return code;
}

static int run(int argc, char **argv)
{
	struct up u = { .s = { .background = -1, .control = -1 }, .dir = { .fd = -1 } };
	int code = parse_options(&u, argc, argv);

	adit_priv_close_inherited();
	if (!code)
		code = adit_cmd_program(
			&u.program, &u.file, argc - u.first, (const char *const *)argv + u.first);
	if (!code)
		code = pick_name(&u);
	if (!code)
		code = resolve_all(&u);
	if (!code)
		code = check_caps(&u);
	if (!code)
		code = u.background ? up_background(&u) : up_here(&u);
	adit_program_free(u.program);
	return code;
}

const struct adit_cmd adit_cmd_up = {
	.name = "up",
	.args = "[-b] [-q|-v] [--workers N] STACK… | FILE",
	.title = "builds the tunnel, and keeps it until it is told to end",
	.help = "  -b, --background   return when the tunnel is up\n"
		"  -q, --quiet        say nothing but errors\n"
		"  -v, --verbose      say when it is up\n"
		"  --workers N        threads that carry packets\n",
	.run = run,
};
