/* SPDX-License-Identifier: Apache-2.0 */
#include "io/rundir.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT_DIR "/run/adit"

/* 0: the path of this user's directory; 1: root's, when that is another. False: no such. */
static bool dir_path(char out[ADIT_DIR_MAX], unsigned i)
{
	const char *set = secure_getenv("ADIT_RUN_DIR"), *xdg = getenv("XDG_RUNTIME_DIR");
	int n;

	if (i == 1 && (set || geteuid() == 0))
		return false;
	if (i > 1)
		return false;
	if (set)
		n = snprintf(out, ADIT_DIR_MAX, "%s", set);
	else if (geteuid() == 0 || i == 1)
		n = snprintf(out, ADIT_DIR_MAX, "%s", ROOT_DIR);
	else if (xdg && xdg[0] == '/')
		n = snprintf(out, ADIT_DIR_MAX, "%s/adit", xdg);
	else
		n = snprintf(out, ADIT_DIR_MAX, "/tmp/adit-%u", (unsigned)geteuid());
	return n > 0 && n < ADIT_DIR_MAX;
}

static enum adit_err dir_fail(struct adit_fault *f, const char *path, int os)
{
	enum adit_err code = os == EACCES || os == EPERM ? ADIT_EPERM : ADIT_ESYS;

	adit_fail(f, code, "set $XDG_RUNTIME_DIR to a directory of your own",
		"cannot use the run directory %.100s: %s", path, strerror(os));
	if (f)
		f->os = os;
	return code;
}

enum adit_err adit_rundir_open(struct adit_rundir *d, struct adit_fault *f)
{
	struct stat st;

	d->fd = -1;
	if (!dir_path(d->path, 0))
		return adit_fail(f, ADIT_ECONF, NULL, "the name of the run directory is too long");
	if (mkdir(d->path, geteuid() == 0 ? 0755 : 0700) < 0 && errno != EEXIST)
		return dir_fail(f, d->path, errno);
	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d->fd < 0 || fstat(d->fd, &st) < 0) {
		int os = errno;

		adit_rundir_close(d);
		return dir_fail(f, d->path, os);
	}
	if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH))) {
		adit_rundir_close(d);
		return adit_fail(f, ADIT_EPERM,
			"remove it, or take the right of writing from others",
			"the run directory %.100s can be written to by others", d->path);
	}
	return ADIT_OK;
}

enum adit_err adit_rundir_look(struct adit_rundir *d, unsigned i)
{
	d->fd = -1;
	if (!dir_path(d->path, i))
		return ADIT_ENOENT;
	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return ADIT_OK;
}

void adit_rundir_close(struct adit_rundir *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

static bool plain(unsigned char c, size_t at)
{
	if (c == '.')
		return at > 0;
	return c < 0x80 && (isalnum(c) || strchr("_:@+=,-[]", c) != NULL);
}

enum adit_err adit_rundir_name(char out[ADIT_FILE_MAX], const char *name, struct adit_fault *f)
{
	size_t n = 0;

	for (size_t i = 0; name[i]; i++) {
		unsigned char c = (unsigned char)name[i];

		if (n + (plain(c, i) ? 1 : 3) >= ADIT_FILE_MAX)
			return adit_fail(f, ADIT_ECONF, "give a shorter one: name=…",
				"the tunnel's name is too long for a file: %.64s", name);
		if (plain(c, i))
			out[n++] = (char)c;
		else
			n += (size_t)snprintf(out + n, 4, "%%%02X", c);
	}
	out[n] = 0;
	if (n == 0)
		return adit_fail(f, ADIT_ECONF, "give one: name=…", "the tunnel has no name");
	return ADIT_OK;
}

bool adit_rundir_is(const char *file, const char *end)
{
	size_t n = strlen(file), e = strlen(end);

	if (n <= e || n - e >= ADIT_FILE_MAX || strcmp(file + n - e, end) != 0)
		return false;
	for (size_t i = 0; i < n - e; i++)
		if (!plain((unsigned char)file[i], i) && file[i] != '%')
			return false;
	return true;
}

void adit_rundir_each(const struct adit_rundir *d, const char *end,
	bool (*each)(void *ctx, const char *stem), void *ctx)
{
	struct dirent **list = NULL;
	bool go = true;
	int n = scandirat(d->fd, ".", &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (go && adit_rundir_is(list[i]->d_name, end)) {
			list[i]->d_name[strlen(list[i]->d_name) - strlen(end)] = 0;
			go = each(ctx, list[i]->d_name);
		}
		free(list[i]);
	}
	free(list);
}
