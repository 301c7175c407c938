/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars and failures that all of adit shares. */
#ifndef ADIT_TYPES_H
#define ADIT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds on a monotonic clock; in tests a virtual one. */
typedef uint64_t adit_time;

#define ADIT_NEVER	  UINT64_MAX
#define ADIT_MS		  1000000ull
#define ADIT_S		  1000000000ull

#define ADIT_MUST_USE	  __attribute__((warn_unused_result))
#define ADIT_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define ADIT_LEN(a)	  (sizeof(a) / sizeof((a)[0]))

/* Environment failures: what a person can act on. */
enum adit_err {
	ADIT_OK,
	ADIT_ENOMEM,   /* memory or a fixed table is used up */
	ADIT_ECONF,    /* the configuration is wrong; see the fault */
	ADIT_ESYS,     /* the system refused; fault.os holds its error number */
	ADIT_EPERM,    /* a capability is missing */
	ADIT_EBUSY,    /* a port, device or name is taken */
	ADIT_ENOENT,   /* no such tunnel, device, file */
	ADIT_ETIMEOUT, /* no answer in time */
};

/* The one description of a failure, filled where it happens and printed once. */
struct adit_fault {
	enum adit_err code;
	int os;		/* the system's error number, 0 if none */
	int opt;	/* option index the fault points at, -1 for the layer's own word */
	char what[192]; /* what was wrong */
	char fix[192];	/* what to write or do instead; may be empty */
};

/* Fills *f and returns code. f may be NULL. fix may be NULL. */
enum adit_err adit_fail(struct adit_fault *f, enum adit_err code, const char *fix, const char *fmt,
	...) ADIT_PRINTF(4, 5);

/* Says that the fault just described lies in this option: adit_blame(f, OPT, adit_fail(f, ...)). */
static inline enum adit_err adit_blame(struct adit_fault *f, int opt, enum adit_err e)
{
	if (f)
		f->opt = opt;
	return e;
}

/* Our own bugs: always on, aborts with the place. */
#define ADIT_ASSERT(x) ((x) ? (void)0 : adit_bug(__FILE__, __LINE__, #x))
_Noreturn void adit_bug(const char *file, int line, const char *what);

#endif
