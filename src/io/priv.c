/* SPDX-License-Identifier: Apache-2.0 */
#include "io/priv.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define NOBODY	  65534
#define FILES_MAX 65536
#define LOW_PORTS "/proc/sys/net/ipv4/ip_unprivileged_port_start"

static const struct {
	unsigned bit;
	unsigned cap;
	const char *name, *use;
} needs[] = {
	{ ADIT_CAP_ADMIN, CAP_NET_ADMIN, "CAP_NET_ADMIN", "make a network device" },
	{ ADIT_CAP_RAW, CAP_NET_RAW, "CAP_NET_RAW", "open a raw IP socket" },
	{ ADIT_CAP_BIND, CAP_NET_BIND_SERVICE, "CAP_NET_BIND_SERVICE", "use a port below 1024" },
};

enum adit_err adit_priv_need(unsigned caps, struct adit_fault *f)
{
	capng_get_caps_process();
	for (unsigned i = 0; i < ADIT_LEN(needs); i++)
		if ((caps & needs[i].bit) && !capng_have_capability(CAPNG_EFFECTIVE, needs[i].cap))
			return adit_fail(f, ADIT_EPERM,
				"run it as root (sudo), or once: setcap "
				"cap_net_admin,cap_net_raw,cap_net_bind_service+ep on the adit "
				"program",
				"%s is missing, which it takes to %s", needs[i].name, needs[i].use);
	return ADIT_OK;
}

bool adit_priv_port(uint16_t port)
{
	unsigned low = 1024;
	FILE *f = fopen(LOW_PORTS, "re");

	if (f) {
		if (fscanf(f, "%u", &low) != 1)
			low = 1024;
		fclose(f);
	}
	return port != 0 && port < low;
}

void adit_priv_reduce(void)
{
	bool admin, killing, bounds;

	capng_get_caps_process();
	admin = capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN);
	killing = capng_have_capability(CAPNG_EFFECTIVE, CAP_KILL);
	bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	capng_clear(bounds ? CAPNG_SELECT_ALL : CAPNG_SELECT_CAPS);
	if (admin)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN);
	if (killing)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_KILL);
	if (capng_apply(bounds ? CAPNG_SELECT_ALL : CAPNG_SELECT_CAPS) < 0)
		fprintf(stderr, "adit: the parent process keeps capabilities it does not need\n");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fprintf(stderr, "adit: no_new_privs: %s\n", strerror(errno));
}

bool adit_priv_standard_fds(void)
{
	static const int mode[] = { O_WRONLY, O_RDONLY, O_RDWR };

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode[fd]) != fd)
			return false;
	return true;
}

void adit_priv_close_inherited(void)
{
	if (close_range(3, ~0u, 0) == 0)
		return;
	for (long fd = sysconf(_SC_OPEN_MAX) - 1; fd > 2; fd--)
		close((int)fd);
}

static enum adit_err fail_os(struct adit_fault *f, const char *what)
{
	int os = errno;

	adit_fail(f, ADIT_ESYS, NULL, "cannot give up privileges: %s: %s", what, strerror(os));
	if (f)
		f->os = os;
	return ADIT_ESYS;
}

static enum adit_err drop_user(struct adit_fault *f)
{
	const struct passwd *pw = getpwnam(ADIT_USER);
	uid_t uid = pw ? pw->pw_uid : NOBODY;
	gid_t gid = pw ? pw->pw_gid : NOBODY;

	if (geteuid() != 0)
		return ADIT_OK;
	if (setgroups(0, NULL) < 0)
		return fail_os(f, "supplementary groups");
	if (setresgid(gid, gid, gid) < 0)
		return fail_os(f, "group");
	if (setresuid(uid, uid, uid) < 0)
		return fail_os(f, "user");
	return ADIT_OK;
}

static enum adit_err drop_limits(struct adit_fault *f)
{
	const struct rlimit none = { 0, 0 };
	struct rlimit files;

	if (setrlimit(RLIMIT_CORE, &none) < 0 || getrlimit(RLIMIT_NOFILE, &files) < 0)
		return fail_os(f, "limits");
	if (files.rlim_max > FILES_MAX)
		files.rlim_max = FILES_MAX;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		return fail_os(f, "limits");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return fail_os(f, "dumpable");
	return ADIT_OK;
}

static enum adit_err drop_caps(bool bounds, struct adit_fault *f)
{
	capng_clear(CAPNG_SELECT_ALL);
	if (bounds && capng_apply(CAPNG_SELECT_BOUNDS) < 0)
		return fail_os(f, "bounding set");
	return ADIT_OK;
}

/* Not what the calls returned but what the kernel says now. */
static enum adit_err check_dropped(bool was_root, struct adit_fault *f)
{
	capng_get_caps_process();
	if (capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE ||
		capng_have_capabilities(CAPNG_SELECT_AMBIENT) != CAPNG_NONE)
		return adit_fail(f, ADIT_EPERM, NULL, "a capability was left over");
	if (was_root && (setuid(0) == 0 || geteuid() == 0))
		return adit_fail(f, ADIT_EPERM, NULL, "root could be had back");
	return ADIT_OK;
}

/* The kernel forgets the wish when the user changes, so this comes last; and the parent may have
 * died before it. */
static enum adit_err tie_to(long parent, struct adit_fault *f)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return fail_os(f, "parent death signal");
	if (getppid() != (pid_t)parent)
		return adit_fail(f, ADIT_ESYS, NULL, "the parent process is gone");
	return ADIT_OK;
}

enum adit_err adit_priv_drop(long parent, struct adit_fault *f)
{
	bool was_root = geteuid() == 0;
	enum adit_err err;
	bool bounds;

	capng_get_caps_process();
	bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	err = drop_caps(bounds, f);
	if (!err && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		err = fail_os(f, "ambient set");
	if (!err)
		err = drop_user(f);
	if (!err) {
		capng_clear(CAPNG_SELECT_CAPS);
		if (capng_apply(CAPNG_SELECT_CAPS) < 0)
			err = fail_os(f, "capabilities");
	}
	if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		err = fail_os(f, "no_new_privs");
	if (!err)
		err = drop_limits(f);
	if (!err)
		err = tie_to(parent, f);
	return err ? err : check_dropped(was_root, f);
}
