/* SPDX-License-Identifier: Apache-2.0 */
/* Tries what only a privileged process may do and prints for each what came of it. With `drop`
 * after giving up privileges as the packet process does, with `keep` as it is: the latter shows
 * that the attempts can succeed at all. */
#include "io/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int try_tun(void)
{
	struct ifreq r = { .ifr_name = "adp%d", .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -1 : ioctl(fd, TUNSETIFF, &r);
}

static int try_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(80) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return bind(fd, (struct sockaddr *)&a, sizeof(a));
}

static int try_raw(void)
{
	return socket(AF_INET, SOCK_RAW, IPPROTO_GRE);
}

static int try_packet(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static int try_mtu(void)
{
	struct ifreq r = { .ifr_name = "lo", .ifr_mtu = 60000 };

	return ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFMTU, &r);
}

static int try_root(void)
{
	return setuid(0);
}

static int try_group(void)
{
	return setgid(0);
}

static int try_unshare(void)
{
	return unshare(CLONE_NEWNS);
}

static int try_parent(void)
{
	return kill(getppid(), 0);
}

static int try_shadow(void)
{
	return open("/etc/shadow", O_RDONLY | O_CLOEXEC);
}

static int try_run_dir(void)
{
	return open("/run/adit-priv-test", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
}

static const struct {
	const char *name;
	int (*run)(void);
} attempts[] = {
	{ "tun", try_tun },
	{ "port80", try_port },
	{ "raw", try_raw },
	{ "packet", try_packet },
	{ "mtu", try_mtu },
	{ "setuid", try_root },
	{ "setgid", try_group },
	{ "unshare", try_unshare },
	{ "signal", try_parent },
	{ "shadow", try_shadow },
	{ "rundir", try_run_dir },
};

static int child(bool drop, long parent)
{
	struct adit_fault f;

	if (drop && adit_priv_drop(parent, &f)) {
		printf("drop %s\n", f.what);
		return 1;
	}
	for (unsigned i = 0; i < ADIT_LEN(attempts); i++) {
		errno = 0;
		printf("%s %s\n", attempts[i].name,
			attempts[i].run() < 0 ? strerrorname_np(errno) : "done");
	}
	fflush(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	long self = (long)getpid();
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(child(argc > 1 && strcmp(argv[1], "drop") == 0, self));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
