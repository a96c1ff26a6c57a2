/* SPDX-License-Identifier: Apache-2.0 */
/* What this process has used of the machine's memory. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdint.h>

/* The most that was resident at once, in KiB, of this program alone (VmHWM of proc(5)). Where /proc
 * cannot be read, that of getrusage(2), which begins with what was resident before exec: with the
 * memory of the scheduler that started us. */
int64_t memory_peak_kib(void);

#endif
