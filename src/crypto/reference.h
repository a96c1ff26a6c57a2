/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets by reference: what stands in the configuration says where a secret is, never what it
 * is.
 *
 *     env:NAME         the environment; its bytes are overwritten and the variable removed
 *     file:PATH        a private file (0600, ours or root's, no link)
 *     fd:N             an open descriptor, 0 or from 3 on; read to its end and closed
 *     credential:NAME  the file NAME in $CREDENTIALS_DIRECTORY (systemd)
 *
 * One newline at the end is not part of the secret (but in env:, where nobody puts one). What
 * env: and fd: refer to can be read once per process.
 */
#ifndef CRYPTO_REFERENCE_H
#define CRYPTO_REFERENCE_H

#include <stdbool.h>

#include "base/error.h"
#include "crypto/secret.h"

enum { REFERENCE_SECRET_MAX = 64 * 1024 };

/* Whether text is one of the four forms. ERROR_CONFIG, and the error names the forms and never
 * the text, which may be the secret itself. */
bool reference_check(const char *text, struct error *err);

/* The path of a file: reference, borrowed from text; NULL for the other forms. */
const char *reference_file(const char *text);

/* Whether another secret may be found there later: with file: and credential:. */
bool reference_may_change(const char *text);

/* ERROR_CONFIG as above; ERROR_AUTH when the secret is not there, is empty, longer than
 * REFERENCE_SECRET_MAX, or where others could read or change it. */
bool reference_read(const char *text, struct secret **ret_secret, struct error *err);

/* The same for a secret that is needed whenever a connection is made: what env: and fd: gave the
 * first time is kept until the process ends. Safe from any thread. */
bool reference_read_again(const char *text, struct secret **ret_secret, struct error *err);

#endif
