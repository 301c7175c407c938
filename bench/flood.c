/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded flood of small UDP packets of one flow, and the counter at its other end.
 *
 *     flood send ADDRESS PORT BYTES SECONDS     sends as fast as it can, prints the count it sent
 *     flood count ADDRESS PORT SECONDS          counts from the first packet on, prints packets and
 *                                               the seconds from the first to the last of them
 *
 * Each packet is a message of its own: with UDP_SEGMENT the tunnel would be handed trains.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, BYTES_MAX = 1400, SOCKET_BUFFER = 8 << 20, FIRST_WAIT_SECONDS = 5 };

struct batch {
	uint8_t data[BATCH][BYTES_MAX];
	struct iovec iov[BATCH];
	struct mmsghdr msg[BATCH];
};

static struct batch batch;

static void die(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void usage(void)
{
	fputs("usage: flood send ADDRESS PORT BYTES SECONDS | flood count ADDRESS PORT SECONDS\n",
		stderr);
	exit(2);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long number(const char *s, long max)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (*end || v < 1 || v > max)
		usage();
	return v;
}

static void batch_init(size_t bytes)
{
	for (int i = 0; i < BATCH; i++) {
		batch.iov[i] = (struct iovec){ batch.data[i], bytes };
		batch.msg[i].msg_hdr.msg_iov = &batch.iov[i];
		batch.msg[i].msg_hdr.msg_iovlen = 1;
	}
}

static int udp_socket(char **argv, struct sockaddr_in *a)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = SOCKET_BUFFER;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	memset(a, 0, sizeof(*a));
	a->sin_family = AF_INET;
	if (inet_pton(AF_INET, argv[0], &a->sin_addr) != 1)
		usage();
	a->sin_port = htons((uint16_t)number(argv[1], UINT16_MAX));
	return fd;
}

static void flood_send(char **argv)
{
	struct sockaddr_in a;
	int fd = udp_socket(argv, &a);
	double end;
	unsigned long sent = 0;

	batch_init((size_t)number(argv[2], BYTES_MAX));
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)))
		die("connect");
	end = now() + (double)number(argv[3], 60);
	while (now() < end) {
		int n = sendmmsg(fd, batch.msg, BATCH, 0);

		if (n < 0 && errno != ENOBUFS && errno != EAGAIN && errno != ECONNREFUSED)
			die("send");
		sent += n > 0 ? (unsigned long)n : 0;
	}
	printf("%lu\n", sent);
}

static void set_timeout(int fd, double seconds)
{
	struct timeval t = { .tv_sec = (time_t)seconds,
		.tv_usec = (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6) };

	if (t.tv_sec == 0 && t.tv_usec < 1000)
		t.tv_usec = 1000;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
}

static void flood_count(char **argv)
{
	struct sockaddr_in a;
	int fd = udp_socket(argv, &a);
	double seconds, first = 0, last = 0;
	unsigned long count = 0;

	batch_init(BYTES_MAX);
	seconds = (double)number(argv[2], 60);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)))
		die("bind");
	puts("ready");
	fflush(stdout);
	set_timeout(fd, FIRST_WAIT_SECONDS);
	while (!first || now() - first < seconds) {
		int n = recvmmsg(fd, batch.msg, BATCH, MSG_WAITFORONE, NULL);

		if (n <= 0)
			break;
		last = now();
		if (!first) {
			first = last;
			set_timeout(fd, seconds);
		}
		count += (unsigned long)n;
	}
	printf("%lu %.6f\n", count, last - first);
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "send"))
		flood_send(argv + 2);
	else if (argc == 5 && !strcmp(argv[1], "count"))
		flood_count(argv + 2);
	else
		usage();
	return 0;
}
