/* SPDX-License-Identifier: Apache-2.0 */
#include "io/control.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLIENTS_MAX 16
#define REQUEST_MAX 64
#define CLIENT_TIME 5000 /* ms, for the request and for taking the answer */
#define BACKLOG	    16

struct client {
	struct adit_control *control; /* NULL: it stopped */
	uv_pipe_t pipe;
	uv_timer_t timer;
	uv_write_t write;
	unsigned open_handles;
	char request[REQUEST_MAX];
	size_t n;
	char *answer;
	bool closing, stop;
};

struct adit_control {
	const struct adit_control_ops *ops;
	void *ctx;
	uv_pipe_t listener;
	struct client *client[CLIENTS_MAX];
};

static void control_closed(uv_handle_t *h)
{
	free(h->data);
}

static void client_closed(uv_handle_t *h)
{
	struct client *k = h->data;

	if (--k->open_handles)
		return;
	free(k->answer);
	free(k);
}

static void client_close(struct client *k)
{
	struct adit_control *c = k->control;

	if (k->closing)
		return;
	k->closing = true;
	uv_close((uv_handle_t *)&k->pipe, client_closed);
	uv_close((uv_handle_t *)&k->timer, client_closed);
	for (unsigned i = 0; c && i < CLIENTS_MAX; i++)
		if (c->client[i] == k)
			c->client[i] = NULL;
	if (c && k->stop)
		c->ops->stop(c->ctx);
}

static void on_time(uv_timer_t *t)
{
	client_close(t->data);
}

static void on_written(uv_write_t *w, int status)
{
	(void)status; /* a client that has gone away loses its answer, nothing else */
	client_close(w->data);
}

static void client_answer(struct client *k, char *text)
{
	uv_buf_t buf;

	uv_read_stop((uv_stream_t *)&k->pipe);
	k->answer = text;
	if (!text) {
		client_close(k);
		return;
	}
	buf = uv_buf_init(text, (unsigned)strlen(text));
	if (uv_write(&k->write, (uv_stream_t *)&k->pipe, &buf, 1, on_written) < 0)
		client_close(k);
}

static void client_serve(struct client *k)
{
	struct adit_control *c = k->control;

	if (strcmp(k->request, "status") == 0) {
		client_answer(k, c->ops->status(c->ctx));
	} else if (strcmp(k->request, "down") == 0) {
		k->stop = true;
		client_answer(k, strdup("ok\n"));
	} else {
		client_answer(k, strdup("error: unknown request\n"));
	}
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *buf)
{
	struct client *k = h->data;

	(void)hint;
	*buf = uv_buf_init(k->request + k->n, (unsigned)(sizeof(k->request) - k->n));
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct client *k = s->data;
	char *end;

	(void)buf;
	if (n < 0) { /* also UV_ENOBUFS: a request without an end */
		client_close(k);
		return;
	}
	k->n += (size_t)n;
	end = memchr(k->request, '\n', k->n);
	if (!end)
		return;
	*end = 0;
	client_serve(k);
}

static void on_connection(uv_stream_t *s, int status)
{
	struct adit_control *c = s->data;
	struct client *k;
	unsigned i = 0;

	while (i < CLIENTS_MAX && c->client[i])
		i++;
	k = status < 0 ? NULL : calloc(1, sizeof(*k));
	if (!k)
		return;
	uv_pipe_init(s->loop, &k->pipe, 0);
	uv_timer_init(s->loop, &k->timer);
	k->open_handles = 2;
	k->pipe.data = k->timer.data = k->write.data = k;
	if (uv_accept(s, (uv_stream_t *)&k->pipe) < 0 || i == CLIENTS_MAX) {
		client_close(k);
		return;
	}
	k->control = c;
	c->client[i] = k;
	if (uv_timer_start(&k->timer, on_time, CLIENT_TIME, 0) < 0 ||
		uv_read_start((uv_stream_t *)&k->pipe, on_alloc, on_read) < 0)
		client_close(k);
}

struct adit_control *adit_control_start(
	uv_loop_t *loop, int listen_fd, const struct adit_control_ops *ops, void *ctx)
{
	struct adit_control *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->ops = ops;
	c->ctx = ctx;
	uv_pipe_init(loop, &c->listener, 0);
	c->listener.data = c;
	if (uv_pipe_open(&c->listener, listen_fd) == 0 &&
		uv_listen((uv_stream_t *)&c->listener, BACKLOG, on_connection) == 0)
		return c;
	adit_control_stop(c);
	return NULL;
}

void adit_control_stop(struct adit_control *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < CLIENTS_MAX; i++) {
		struct client *k = c->client[i];

		if (!k)
			continue;
		k->control = NULL;
		client_close(k);
		c->client[i] = NULL;
	}
	uv_close((uv_handle_t *)&c->listener, control_closed);
}
