/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line per event on stderr:
 *
 *     2026-11-20T09:30:00Z info page.fetched stream=users page=3 records=5000
 *
 * Event names are stable. Values are numbers, ids, names of ours and digests; never bodies,
 * header values or row content. Control characters and bytes that are not UTF-8 are escaped, so
 * that a hostile text cannot forge a line. Only src/command and src/pipeline log; libraries
 * return errors.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* Called with a finished line without newline. The default writes to stderr in one write(2). */
typedef void log_handler(enum log_level level, const char *line);

void log_set_level(enum log_level lowest);
void log_set_handler(log_handler *handler); /* NULL: the default */

void log_event(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_debug(...) log_event(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) log_event(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warning(...) log_event(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_error(...) log_event(LOG_LEVEL_ERROR, __VA_ARGS__)

#endif
