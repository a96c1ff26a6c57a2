/* SPDX-License-Identifier: Apache-2.0 */
/* What this process has used of the machine's memory. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdint.h>

/* The most that was resident at once, in KiB. Of this program alone: getrusage() counts what
 * resided before the program was started, of the scheduler that did (proc(5), VmHWM). Where /proc
 * cannot be read it is what is left. */
int64_t memory_peak_kib(void);

#endif
