/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of adit_sys share. */
#ifndef ADIT_SYS_INT_H
#define ADIT_SYS_INT_H

#include "io/sys_req.h"

#include <net/if.h>
#include <pthread.h>

#define ADIT_SYS_DEVICES 64

struct adit_nl;

struct adit_sys {
	int fd;		     /* of the request channel; -1 in the privileged process */
	pthread_mutex_t one; /* request at a time: workers share the channel */
	struct adit_nl *nl;
	struct adit_journal *journal;
	struct adit_sys_dev {
		char name[IF_NAMESIZE];
		unsigned ifindex;
	} dev[ADIT_SYS_DEVICES]; /* that this instance made */
	unsigned n_dev;
};

#endif
