/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static atomic_int requested; /* 0, or the signal, or -1 for stop_request */
static int pipe_fds[2] = {-1, -1};

static void wake(void)
{
    /* one byte is never read back: the descriptor stays readable for every waiter */
    if (pipe_fds[1] >= 0) {
        ssize_t written = write(pipe_fds[1], "", 1);
        (void)written;
    }
}

static void on_signal(int number)
{
    int interrupted = errno;
    if (atomic_exchange(&requested, number) > 0)
        _exit(128 + number);
    wake();
    errno = interrupted;
}

void stop_init(void)
{
    if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
        pipe_fds[0] = pipe_fds[1] = -1;

    /* what waits polls stop_fd; nothing else is to fail half-way, a line on stdout least */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

bool stop_requested(void)
{
    return atomic_load(&requested) != 0;
}

void stop_request(void)
{
    int none = 0;
    if (atomic_compare_exchange_strong(&requested, &none, -1))
        wake();
}

int stop_fd(void)
{
    return pipe_fds[0];
}
