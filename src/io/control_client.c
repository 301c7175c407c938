/* SPDX-License-Identifier: Apache-2.0 */
#include "io/control_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG	   16
#define ANSWER_MAX (8u << 20)
#define DOWN_TIME  5000 /* ms, to take the request */
#define DOWN_TRIES 750	/* times 20 ms */

static enum adit_err os_fail(struct adit_fault *f, const char *what, const char *stem, int os)
{
	enum adit_err code = os == ENOENT || os == ECONNREFUSED ? ADIT_ENOENT
			     : os == EACCES || os == EPERM	? ADIT_EPERM
								: ADIT_ESYS;

	adit_fail(f, code, code == ADIT_EPERM ? "ask as the user who started it, or as root" : NULL,
		"cannot %s %s: %s", what, stem, strerror(os));
	if (f)
		f->os = os;
	return code;
}

static bool sock_addr(struct sockaddr_un *a, const struct adit_rundir *d, const char *stem)
{
	int n;

	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	n = snprintf(a->sun_path, sizeof(a->sun_path), "%s/%s" ADIT_SOCKET_END, d->path, stem);
	return n > 0 && (size_t)n < sizeof(a->sun_path);
}

enum adit_err adit_control_listen(
	const struct adit_rundir *d, struct adit_journal *j, int *fd, struct adit_fault *f)
{
	const char *stem = adit_journal_stem(j);
	struct sockaddr_un a;
	enum adit_err err;
	mode_t mask;
	int r;

	*fd = -1;
	if (!sock_addr(&a, d, stem))
		return adit_fail(f, ADIT_ECONF, "give a shorter one: name=…",
			"the path of the control socket of %s is too long", stem);
	err = adit_journal_note(j, f, "sock %s" ADIT_SOCKET_END, stem);
	if (err)
		return err;
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		return os_fail(f, "make the control socket of", stem, errno);
	unlink(a.sun_path); /* the journal is ours, so a socket of that name is a dead one's */
	mask = umask(0177);
	r = bind(*fd, (const struct sockaddr *)&a, sizeof(a));
	if (r == 0)
		r = listen(*fd, BACKLOG);
	umask(mask);
	if (r < 0) {
		int os = errno;

		close(*fd);
		*fd = -1;
		return os_fail(f, "make the control socket of", stem, os);
	}
	return ADIT_OK;
}

/* A process that was stopped, or spins: the system still accepts for it. */
static enum adit_err hangs(struct adit_fault *f, const struct adit_rundir *d, const char *stem)
{
	long pid = adit_journal_owner(d, stem);
	char fix[64];

	snprintf(fix, sizeof(fix), "end it with `kill %ld`", pid);
	return adit_fail(
		f, ADIT_ETIMEOUT, pid > 1 ? fix : NULL, "%s is there but does not answer", stem);
}

/* Everything up to the end of the connection. */
static char *read_all(int fd)
{
	size_t n = 0, room = 4096;
	char *text = malloc(room + 1), *more;

	while (text) {
		ssize_t got = read(fd, text + n, room - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		if (got == 0) {
			text[n] = 0;
			return text;
		}
		n += (size_t)got;
		if (n < room)
			continue;
		room *= 2;
		more = room > ANSWER_MAX ? NULL : realloc(text, room + 1);
		if (!more) {
			errno = EMSGSIZE;
			break;
		}
		text = more;
	}
	free(text);
	return NULL;
}

/* Whoever opens a tunnel listens already and cannot answer yet. */
static bool is_self(int fd)
{
	struct ucred peer;
	socklen_t n = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 && peer.pid == getpid();
}

enum adit_err adit_control_ask(const struct adit_rundir *d, const char *stem, struct adit_ask ask,
	char **answer, struct adit_fault *f)
{
	const struct timeval wait = { .tv_sec = ask.ms / 1000, .tv_usec = ask.ms % 1000 * 1000 };
	struct sockaddr_un a;
	char line[64];
	int fd, n, os;

	*answer = NULL;
	if (!sock_addr(&a, d, stem))
		return os_fail(f, "reach", stem, ENOENT);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return os_fail(f, "reach", stem, errno);
	n = snprintf(line, sizeof(line), "%s\n", ask.request);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) == 0 &&
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) == 0 &&
		connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0 && !is_self(fd) &&
		send(fd, line, (size_t)n, MSG_NOSIGNAL) == n)
		*answer = read_all(fd);
	os = errno;
	close(fd);
	if (*answer)
		return ADIT_OK;
	if (os == ECONNREFUSED)
		return adit_fail(f, ADIT_ENOENT, "`adit recover` removes what it left",
			"there is no tunnel %s any more: it was killed", stem);
	return os == EAGAIN ? hangs(f, d, stem) : os_fail(f, "reach", stem, os);
}

/* Identifies the instance by its journal, so that a next instance of the same name is not waited
 * for. */
static bool journal_stat(const struct adit_rundir *d, const char *stem, struct stat *st)
{
	char file[ADIT_FILE_MAX + 16];

	snprintf(file, sizeof(file), "%s" ADIT_JOURNAL_END, stem);
	return fstatat(d->fd, file, st, 0) == 0;
}

enum adit_err adit_control_down(const struct adit_rundir *d, const char *stem, struct adit_fault *f)
{
	const struct timespec nap = { .tv_nsec = 20 * 1000 * 1000 };
	struct stat first, now;
	char *answer;
	enum adit_err err;
	bool known = journal_stat(d, stem, &first);

	err = adit_control_ask(d, stem, (struct adit_ask){ "down", DOWN_TIME }, &answer, f);
	if (err)
		return err;
	free(answer);
	for (int i = 0; i < DOWN_TRIES; i++) {
		if (!known || !journal_stat(d, stem, &now) || now.st_ino != first.st_ino)
			return ADIT_OK;
		nanosleep(&nap, NULL);
	}
	return adit_fail(f, ADIT_ETIMEOUT, NULL, "%s was asked to end but is still there", stem);
}
