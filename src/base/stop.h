/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stop flag: SIGINT and SIGTERM set it, work in hand is finished and the run ends
 * resumable. A second signal ends the process at once (everything durable is safe at any
 * instruction).
 */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <stdbool.h>

/* Installs the handlers; SIGPIPE is ignored. Call once, before threads are started. */
void stop_init(void);
/* True once a stop was asked for. Safe from any thread. */
bool stop_requested(void);
/* The same as the first signal, from within the program (a fatal error elsewhere). */
void stop_request(void);
/* Readable once a stop was asked for: for poll() in waits. Owned by this file. */
int stop_fd(void);

#endif
