/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free text (the name of a campaign, the words of an advertisement) with what reaches a person in
 * it replaced: the rest is what the text is kept for.
 *
 *     Spring, ask ann@example.com or +49 30 1234567    ─▶    Spring, ask [email] or [phone]
 *
 *     e-mail   a local part, @ or %40, and a domain with a dot whose last label does not begin
 *              with a digit ("5@1.50" is a price)
 *     phone    + and 8 to 15 digits (E.164), single or in groups; without the + it may be any
 *              number, and ids and days are kept
 *
 * Names of people are not found: nothing tells them from other words. Any bytes; idempotent, and
 * linear in the length of the text. What is found never changes under one version, which enters
 * the digest of a policy.
 */
#ifndef RECORD_REDACT_H
#define RECORD_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

#define REDACT_VERSION "redact.v1"

/* *ret_text points into text when nothing was found, or else into scratch, whose content is
 * replaced. False: scratch has no room. */
bool redact_apply(const char *text, size_t len, struct buffer *scratch, const char **ret_text,
                  size_t *ret_len);

#endif
