/* SPDX-License-Identifier: Apache-2.0 */
#include "io/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

void adit_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (n < 2 || n >= sizeof(a.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(a.sun_path, path, n);
	if (path[0] == '@')
		a.sun_path[0] = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&a,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		fprintf(stderr, "adit: cannot notify %s: %s\n", path, strerror(errno));
	close(fd);
}

static int wait_for(pid_t pid, int fd)
{
	int status;
	char code;
	ssize_t n;

	do
		n = read(fd, &code, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return 0;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	return WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : 1;
}

int adit_background(int *pipe_end, struct adit_fault *f)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		adit_fail(f, ADIT_ESYS, NULL, "cannot go to the background: %s", strerror(errno));
		return 1;
	}
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		*pipe_end = fds[1];
		setsid();
		return -1;
	}
	close(fds[1]);
	if (pid < 0)
		adit_fail(f, ADIT_ESYS, NULL, "cannot go to the background: %s", strerror(errno));

	int code = pid < 0 ? 1 : wait_for(pid, fds[0]);

	close(fds[0]);
	return code;
}

bool adit_background_ready(int fd)
{
	return write(fd, "", 1) == 1;
}

void adit_background_detach(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	for (int fd = 0; fd <= 2; fd++) {
		struct stat st;

		if (fd > 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			continue;
		if (dup2(null, fd) < 0)
			perror("adit: detach");
	}
	if (null > 2)
		close(null);
}
