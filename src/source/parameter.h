/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One parameter of the query of a URL that an API answered with: where a token stands in the
 * link to the next page and nowhere else. The link is read, never followed.
 */
#ifndef SOURCE_PARAMETER_H
#define SOURCE_PARAMETER_H

#include <stdbool.h>

#include "base/error.h"

/* The value of the first parameter of that name, percent-decoded (RFC 3986; a `+` stays one, for
 * tokens in base64 that nobody encoded), for the caller to free; NULL when there is none or it is
 * empty. ERROR_DATA when what it decodes to is no plain text. */
bool parameter_of_url(const char *url, const char *name, char **ret_value, struct error *err);

#endif
