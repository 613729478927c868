/* One line an event on stderr, as key=value or as a JSON object. Never report content, addresses or
 * codes: values are names of things, numbers, states and times. Only handlers, jobs and commands
 * log. */
#ifndef VDPD_BASE_LOG_H
#define VDPD_BASE_LOG_H

#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* The name of this process in every line; the string must outlive the process. */
void log_init(const char *role);

enum log_format { LOG_KEY_VALUE, LOG_JSON };
/* For all lines of this process from now on; before its threads start. */
void log_format(enum log_format format);

/* What this thread does from now on is for the HTTP request of this number (0: for none): its lines
 * say request_id=…, in 16 hexadecimal digits as log_request_text has them, and so do those of the
 * processes that it asks. Returns what it was for before. */
uint64_t log_request(uint64_t id);
uint64_t log_request_now(void);
enum { LOG_REQUEST_TEXT = 17 };
void log_request_text(uint64_t id, char out[LOG_REQUEST_TEXT]);

/* level=… role=… at=… what=WHAT then KEY=VALUE pairs, up to a NULL key, and request_id=… if there
 * is one. VALUE may be NULL (""). Written with one write(2); longer lines are cut at 1,024 bytes.
 */
void log_event(enum log_level level, const char *what, ...) __attribute__((sentinel));

#define log_info(...)  log_event(LOG_LEVEL_INFO, __VA_ARGS__, (char *)0)
#define log_warn(...)  log_event(LOG_LEVEL_WARN, __VA_ARGS__, (char *)0)
#define log_error(...) log_event(LOG_LEVEL_ERROR, __VA_ARGS__, (char *)0)

#endif
