/* SPDX-License-Identifier: Apache-2.0 */
#include "io/supervise.h"

#include "io/notify.h"
#include "io/priv.h"
#include "io/sys_req.h"
#include "io/undo.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOP_MS 5000 /* the child's time to end when asked */

struct parent {
	struct adit_supervise *s;
	pid_t child;
	int channel, signals;
	unsigned budget; /* of requests left */
	bool ready, stopping, killed;
	int code; /* -1: the child lives */
};

static void signal_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGCHLD);
}

void adit_supervise_signals(void)
{
	sigset_t set;

	signal_set(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

struct child {
	struct adit_sys *sys;
	int background;
};

static void child_ready(void *ctx)
{
	struct child *c = ctx;

	adit_sys_tell_ready(c->sys);
	if (c->background >= 0)
		adit_background_detach();
}

/* The child's signals: the terminal's are the parent's to judge, SIGTERM is the engine's. */
static void child_signals(void)
{
	sigset_t set;

	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	signal_set(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int child_main(struct adit_supervise *s, int channel, long parent)
{
	struct child c = { .background = s->background };
	struct adit_fault f = { 0 };
	int code;

	if (adit_priv_drop(parent, &f) || adit_sys_open_remote(&c.sys, channel, &f)) {
		fprintf(stderr, "adit: %s\n", f.what);
		return 1;
	}
	child_signals();
	code = adit_engine_run(s->engine, c.sys, s->control, child_ready, &c);
	adit_engine_close(s->engine);
	adit_sys_close(c.sys);
	return code;
}

/* In the child: what is the parent's. */
static void let_go(struct adit_supervise *s)
{
	close(adit_journal_fd(s->journal));
	adit_journal_forget(s->journal);
	adit_sys_close(s->sys);
	if (s->background >= 0)
		close(s->background);
}

static void log_refusal(const struct adit_fault *f, unsigned budget)
{
	/* Whoever floods the parent with requests shall not flood the log as well. */
	if (budget && (budget % 64 == 0 || ADIT_REQUEST_BUDGET - budget < 16))
		fprintf(stderr, "adit: a change was refused: %s\n", f->what);
}

enum adit_served adit_supervise_serve(struct adit_sys *sys, int fd, unsigned *budget)
{
	struct adit_sys_req q[2]; /* twice the size, to tell one that is too long */
	struct adit_sys_reply r;
	ssize_t n = recv(fd, q, sizeof(q), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return ADIT_SERVED;
	if (n <= 0)
		return ADIT_SERVED_END;
	memset(&r, 0, sizeof(r));
	if (n == (ssize_t)sizeof(q[0]) && q[0].kind == ADIT_SYS_READY)
		return ADIT_SERVED_READY;
	if (n != (ssize_t)sizeof(q[0]))
		adit_fail(&r.fault, ADIT_ECONF, NULL, "request of a wrong size");
	else if (*budget == 0)
		adit_fail(&r.fault, ADIT_ENOMEM, NULL, "too many changes asked for");
	else
		r.fault.code = adit_sys_do(sys, &q[0], &r.fault);
	if (r.fault.code)
		log_refusal(&r.fault, *budget);
	/* An MTU that was set leaves nothing behind, and paths change as long as the tunnel lives.
	 */
	if (*budget && (r.fault.code || q[0].kind != ADIT_SYS_MTU))
		--*budget;
	/* A child that does not read its replies loses them. */
	if (send(fd, &r, sizeof(r), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EPIPE)
		return ADIT_SERVED_END;
	return ADIT_SERVED;
}

static void stop(struct parent *p)
{
	if (p->stopping)
		return;
	p->stopping = true;
	adit_notify("STOPPING=1");
	if (kill(p->child, SIGTERM) < 0)
		perror("adit: cannot end the packet process");
}

static void on_ready(struct parent *p)
{
	if (p->ready)
		return;
	p->ready = true;
	adit_notify("READY=1");
	if (p->s->verbose)
		fprintf(stderr, "adit: %s is up, process %ld\n", p->s->name, (long)getpid());
	if (p->s->background < 0)
		return;
	if (!adit_background_ready(p->s->background))
		stop(p);
	close(p->s->background);
	p->s->background = -1;
	adit_background_detach();
}

static void on_channel(struct parent *p)
{
	switch (adit_supervise_serve(p->s->sys, p->channel, &p->budget)) {
	case ADIT_SERVED:
		break;
	case ADIT_SERVED_READY:
		on_ready(p);
		break;
	case ADIT_SERVED_END:
		close(p->channel);
		p->channel = -1;
		break;
	}
}

static int exit_code(const struct parent *p, int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (p->stopping && WTERMSIG(status) == SIGTERM)
		return 0;
	fprintf(stderr, "adit: %s: the packet process was ended by signal %d (%s)\n", p->s->name,
		WTERMSIG(status), strsignal(WTERMSIG(status)));
	return 1;
}

static void on_signal(struct parent *p)
{
	struct signalfd_siginfo si;
	int status;

	if (read(p->signals, &si, sizeof(si)) != (ssize_t)sizeof(si))
		return;
	if (si.ssi_signo != SIGCHLD)
		stop(p);
	else if (waitpid(p->child, &status, WNOHANG) == p->child)
		p->code = exit_code(p, status);
}

static void loop(struct parent *p)
{
	while (p->code < 0) {
		struct pollfd fds[2] = { { .fd = p->signals, .events = POLLIN },
			{ .fd = p->channel, .events = POLLIN } };
		int n = poll(fds, 2, p->stopping && !p->killed ? STOP_MS : -1);

		if (n == 0 && p->stopping && !p->killed) {
			p->killed = true;
			kill(p->child, SIGKILL);
		}
		/* Requests first: a child that ends well may have told something before. */
		if (n > 0 && fds[1].revents)
			on_channel(p);
		if (n > 0 && fds[0].revents)
			on_signal(p);
	}
}

static int parent_main(struct parent *p)
{
	struct adit_supervise *s = p->s;
	struct adit_fault f;

	adit_engine_close(s->engine);
	close(s->control);
	adit_priv_reduce();
	p->budget = ADIT_REQUEST_BUDGET;
	p->code = -1;
	if (adit_journal_note(s->journal, &f, "child %ld %llu", (long)p->child,
		    (unsigned long long)adit_process_start(p->child))) {
		fprintf(stderr, "adit: %s\n", f.what);
		stop(p);
	}
	loop(p);
	return p->code;
}

int adit_supervise(struct adit_supervise *s)
{
	struct parent p = { .s = s, .channel = -1, .signals = -1 };
	long self = (long)getpid();
	int pair[2] = { -1, -1 };
	sigset_t set;
	int code = 1;

	signal_set(&set);
	p.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (p.signals < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		goto out;
	p.child = fork();
	if (p.child == 0) {
		close(p.signals);
		close(pair[0]);
		let_go(s);
		exit(child_main(s, pair[1], self));
	}
	if (p.child < 0)
		goto out;
	close(pair[1]);
	p.channel = pair[0];
	code = parent_main(&p);
	if (p.channel >= 0)
		close(p.channel);
	close(p.signals);
	adit_sys_close(s->sys);
	return code;
out:
	fprintf(stderr, "adit: cannot start the packet process: %s\n", strerror(errno));
	adit_engine_close(s->engine);
	adit_sys_close(s->sys);
	return 1;
}
