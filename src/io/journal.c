/* SPDX-License-Identifier: Apache-2.0 */
#include "io/journal.h"

#include "io/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES 256
#define LOCK_TRIES     50

struct adit_journal {
	struct adit_rundir dir;
	int fd;
	char stem[ADIT_FILE_MAX];
	char file[ADIT_FILE_MAX + 16];
};

static enum adit_err sys_fail(struct adit_fault *f, const char *what, const char *file)
{
	int os = errno;

	adit_fail(f, ADIT_ESYS, NULL, "cannot %s the journal %s: %s", what, file, strerror(os));
	if (f)
		f->os = os;
	return ADIT_ESYS;
}

/* Locks the file of that name, or says that a living process has it (0), or that it is gone (-1).
 * The name may come to stand for another file while we wait for the lock on this one. */
static int lock_file(int dir, const char *file, int flags)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		int fd =
			openat(dir, file, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
		struct stat a, b;

		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
			int os = errno;

			close(fd);
			errno = os;
			return os == EWOULDBLOCK ? 0 : -1;
		}
		if (fstat(fd, &a) == 0 && fstatat(dir, file, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
			a.st_ino == b.st_ino && a.st_dev == b.st_dev)
			return fd;
		close(fd);
	}
	errno = EAGAIN;
	return -1;
}

long adit_journal_owner(const struct adit_rundir *d, const char *stem)
{
	char line[LINE_MAX_BYTES], file[ADIT_FILE_MAX + 16];
	long pid = 0;
	ssize_t n;
	int fd;

	snprintf(file, sizeof(file), "%s" ADIT_JOURNAL_END, stem);
	fd = openat(d->fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	line[n] = 0;
	return sscanf(line, "adit 1 %ld ", &pid) == 1 ? pid : 0;
}

static enum adit_err begin(struct adit_journal *j, struct adit_fault *f)
{
	struct adit_recover quiet = { 0 };
	char netns[48];

	adit_undo(&j->dir, j->fd, &quiet);
	if (ftruncate(j->fd, 0) < 0)
		return sys_fail(f, "empty", j->file);
	adit_netns_id(netns);
	return adit_journal_note(j, f, "adit 1 %ld %llu %s", (long)getpid(),
		(unsigned long long)adit_process_start(getpid()), netns);
}

enum adit_err adit_journal_open(struct adit_journal **out, const struct adit_rundir *d,
	const char *name, struct adit_fault *f)
{
	struct adit_journal *j = calloc(1, sizeof(*j));
	enum adit_err err;

	*out = NULL;
	if (!j)
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory for the journal");
	j->dir = *d;
	err = adit_rundir_name(j->stem, name, f);
	if (err) {
		free(j);
		return err;
	}
	snprintf(j->file, sizeof(j->file), "%s" ADIT_JOURNAL_END, j->stem);
	j->fd = lock_file(d->fd, j->file, O_CREAT);
	if (j->fd == 0)
		err = adit_fail(f, ADIT_EBUSY, "end it with `adit down`, or give this one a name=",
			"%s is already up, process %ld", name, adit_journal_owner(d, j->stem));
	else if (j->fd < 0)
		err = sys_fail(f, "open", j->file);
	else
		err = begin(j, f);
	if (err) {
		if (j->fd > 0)
			adit_journal_close(j);
		else
			free(j);
		return err;
	}
	*out = j;
	return ADIT_OK;
}

enum adit_err adit_journal_note(struct adit_journal *j, struct adit_fault *f, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	ADIT_ASSERT(n > 0 && (size_t)n < sizeof(line) - 1);
	line[n++] = '\n';
	if (write(j->fd, line, (size_t)n) != n || fdatasync(j->fd) < 0)
		return sys_fail(f, "write to", j->file);
	return ADIT_OK;
}

const char *adit_journal_stem(const struct adit_journal *j)
{
	return j->stem;
}

int adit_journal_fd(const struct adit_journal *j)
{
	return j->fd;
}

void adit_journal_close(struct adit_journal *j)
{
	struct adit_recover quiet = { 0 };

	if (!j)
		return;
	adit_undo(&j->dir, j->fd, &quiet);
	unlinkat(j->dir.fd, j->file, 0);
	close(j->fd);
	free(j);
}

void adit_journal_forget(struct adit_journal *j)
{
	free(j);
}

struct sweep {
	const struct adit_rundir *dir;
	struct adit_recover *r;
	unsigned dead;
};

static void say(struct adit_recover *r, const char *stem, const char *what)
{
	char line[LINE_MAX_BYTES];

	if (!r->say)
		return;
	snprintf(line, sizeof(line), "%s: %s", stem, what);
	r->say(r->ctx, line);
}

static bool sweep_one(void *ctx, const char *stem)
{
	struct sweep *s = ctx;
	char file[ADIT_FILE_MAX + 16];
	int fd;

	snprintf(file, sizeof(file), "%s" ADIT_JOURNAL_END, stem);
	fd = lock_file(s->dir->fd, file, 0);
	if (fd <= 0)
		return true;
	s->dead++;
	if (!adit_undo(s->dir, fd, s->r)) {
		s->r->failed++;
		say(s->r, stem, "not all of it could be undone; its journal stays");
	} else if (s->r->dry_run) {
		say(s->r, stem, "would remove its journal");
	} else {
		unlinkat(s->dir->fd, file, 0);
		say(s->r, stem, "removed its journal");
	}
	close(fd);
	return true;
}

unsigned adit_journal_recover(const struct adit_rundir *d, struct adit_recover *r)
{
	struct sweep s = { .dir = d, .r = r };

	adit_rundir_each(d, ADIT_JOURNAL_END, sweep_one, &s);
	return s.dead;
}
