/* SPDX-License-Identifier: Apache-2.0 */
/* Word to whoever started us: systemd's notification socket, and the caller of `adit up -b`. */
#ifndef ADIT_NOTIFY_H
#define ADIT_NOTIFY_H

#include "core/types.h"

/* Does nothing where $NOTIFY_SOCKET is not set. */
void adit_notify(const char *state);

/* Forks into the background. In the background process returns -1 with *pipe to tell its fate to;
 * in the calling one an exit code: 0 once told, else the background process's own. */
int adit_background(int *pipe, struct adit_fault *f);
/* Tells that it is ready; false: nobody waits any more. */
bool adit_background_ready(int pipe);
/* Lets go of the terminal. A log in a file stays. */
void adit_background_detach(void);

#endif
