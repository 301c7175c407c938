/* SPDX-License-Identifier: Apache-2.0 */
#include "io/undo.h"

#include "io/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define JOURNAL_MAX  (256 * 1024)
#define CHILD_WAIT   100 /* times 20 ms */
#define STAT_MAX     1024
#define START_COLUMN 20 /* of /proc/PID/stat, counted behind the command's name */

struct undo {
	const struct adit_rundir *dir;
	struct adit_recover *r;
	struct adit_nl *nl; /* opened when first needed */
	bool here;	    /* the journal is of our network namespace */
	bool ok;
};

uint64_t adit_process_start(long pid)
{
	char path[48], text[STAT_MAX], *p;
	unsigned long long start = 0;
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (n <= 0)
		return 0;
	text[n] = 0;
	p = strrchr(text, ')');
	if (!p || p[1] != ' ' || p[2] == 'Z' || p[2] == 'X')
		return 0;
	for (int i = 0; p && i < START_COLUMN; i++)
		p = strchr(p + 1, ' ');
	if (p)
		start = strtoull(p + 1, NULL, 10);
	return start;
}

void adit_netns_id(char out[48])
{
	struct stat st;

	if (stat("/proc/self/ns/net", &st) < 0)
		memset(&st, 0, sizeof(st));
	snprintf(
		out, 48, "%llx:%llx", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
}

static void ADIT_PRINTF(2, 3) told(struct undo *u, const char *fmt, ...)
{
	char line[256];
	va_list ap;

	if (!u->r->say)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	u->r->say(u->r->ctx, line);
}

static void failed(struct undo *u, const struct adit_fault *f)
{
	u->ok = false;
	told(u, "%s", f->what);
}

static bool have_nl(struct undo *u)
{
	struct adit_fault f;

	if (!u->nl && adit_nl_open(&u->nl, &f) != ADIT_OK) {
		failed(u, &f);
		return false;
	}
	return true;
}

/* The device is still the one that the journal means: an index is never given twice within a
 * namespace's life, so a stranger's new device of the same name has another. */
static bool same_device(const struct undo *u, const char *dev, unsigned ifindex)
{
	char now[IF_NAMESIZE];

	return u->here && ifindex && if_indextoname(ifindex, now) && strcmp(now, dev) == 0;
}

static void undo_sock(struct undo *u, const char *args)
{
	if (!adit_rundir_is(args, ADIT_SOCKET_END))
		return;
	if (u->r->dry_run) {
		if (faccessat(u->dir->fd, args, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			told(u, "would remove the control socket %s", args);
	} else if (unlinkat(u->dir->fd, args, 0) == 0) {
		told(u, "removed the control socket %s", args);
	}
}

static void undo_made(struct undo *u, const char *args)
{
	char dev[IF_NAMESIZE];
	unsigned ifindex;
	struct adit_fault f;
	enum adit_err err;

	if (sscanf(args, "%15s %u", dev, &ifindex) != 2 || !same_device(u, dev, ifindex))
		return;
	if (u->r->dry_run) {
		told(u, "would remove the device %s", dev);
		return;
	}
	if (!have_nl(u))
		return;
	err = adit_nl_link_del(u->nl, ifindex, &f);
	if (err == ADIT_OK)
		told(u, "removed the device %s", dev);
	else if (err != ADIT_ENOENT)
		failed(u, &f);
}

typedef enum adit_err nl_change(struct adit_nl *, enum adit_nl_verb, unsigned,
	const struct adit_prefix *, struct adit_fault *);

static void undo_prefix(struct undo *u, const char *args, const char *noun, nl_change *change)
{
	char dev[IF_NAMESIZE], text[64];
	unsigned ifindex;
	struct adit_prefix p;
	struct adit_fault f;
	enum adit_err err;

	if (sscanf(args, "%15s %u %63s", dev, &ifindex, text) != 3 ||
		!adit_prefix_parse(&p, text) || !same_device(u, dev, ifindex))
		return;
	if (u->r->dry_run) {
		told(u, "would remove the %s %s from %s", noun, text, dev);
		return;
	}
	if (!have_nl(u))
		return;
	err = change(u->nl, ADIT_NL_DEL, ifindex, &p, &f);
	if (err == ADIT_OK)
		told(u, "removed the %s %s from %s", noun, text, dev);
	else if (err != ADIT_ENOENT)
		failed(u, &f);
}

static void undo_addr(struct undo *u, const char *args)
{
	undo_prefix(u, args, "address", adit_nl_addr);
}

static void undo_route(struct undo *u, const char *args)
{
	undo_prefix(u, args, "route", adit_nl_route);
}

/* The packet process dies with its parent; that takes a moment, and its devices live as long. */
static void undo_child(struct undo *u, const char *args)
{
	const struct timespec nap = { .tv_nsec = 20 * 1000 * 1000 };
	unsigned long long start;
	long pid;

	if (sscanf(args, "%ld %llu", &pid, &start) != 2 || pid <= 1 || !start)
		return;
	for (int i = 0; adit_process_start(pid) == start; i++) {
		if (u->r->dry_run) {
			told(u, "would end the process %ld", pid);
			return;
		}
		if (i == CHILD_WAIT / 2 && kill((pid_t)pid, SIGKILL) == 0)
			told(u, "ended the process %ld", pid);
		if (i == CHILD_WAIT) {
			u->ok = false;
			told(u, "the process %ld does not end", pid);
			return;
		}
		nanosleep(&nap, NULL);
	}
}

static void undo_nothing(struct undo *u, const char *args)
{
	(void)u;
	(void)args;
}

static const struct undo_kind {
	const char *word;
	void (*undo)(struct undo *u, const char *args);
} kinds[] = {
	{ "child", undo_child },
	{ "sock", undo_sock },
	{ "want", undo_nothing },
	{ "made", undo_made },
	{ "addr", undo_addr },
	{ "route", undo_route },
};

static void undo_line(struct undo *u, const char *line)
{
	for (unsigned i = 0; i < ADIT_LEN(kinds); i++) {
		size_t n = strlen(kinds[i].word);

		if (strncmp(line, kinds[i].word, n) == 0 && line[n] == ' ')
			kinds[i].undo(u, line + n + 1);
	}
}

/* The first line names the owner. Devices of another namespace are out of reach, and went with
 * their descriptors when the owner died. */
static bool is_here(const char *first)
{
	char netns[48], id[48];

	adit_netns_id(id);
	return sscanf(first, "adit 1 %*d %*u %47s", netns) == 1 && strcmp(netns, id) == 0;
}

static void undo_lines(struct undo *u, char *text, size_t n)
{
	bool skip = false;
	size_t end = n;

	u->here = is_here(text);
	for (int pass = 0; pass < 2; pass++) {
		/* Processes first: what they hold cannot be removed before they are gone. */
		for (end = n; end > 0;) {
			size_t at = end - 1;

			while (at > 0 && text[at - 1])
				at--;
			bool child = strncmp(text + at, "child ", 6) == 0;

			if (strcmp(text + at, "void") == 0)
				skip = true;
			else if (skip)
				skip = false;
			else if (child == (pass == 0))
				undo_line(u, text + at);
			end = at;
		}
	}
}

bool adit_undo(const struct adit_rundir *d, int fd, struct adit_recover *r)
{
	struct undo u = { .dir = d, .r = r, .ok = true };
	char *text = malloc(JOURNAL_MAX + 1);
	ssize_t n = text ? pread(fd, text, JOURNAL_MAX, 0) : -1;

	if (n < 0) {
		free(text);
		return false;
	}
	while (n > 0 && text[n - 1] != '\n')
		n--;
	text[n] = 0;
	for (ssize_t i = 0; i < n; i++)
		if (text[i] == '\n')
			text[i] = 0;
	undo_lines(&u, text, (size_t)n);
	adit_nl_close(u.nl);
	free(text);
	return u.ok;
}
