/* One line an event on stderr, as key=value. Never report content, addresses or codes: values are
 * names of things, numbers, states and times. Only handlers, jobs and commands log. */
#ifndef VDPD_BASE_LOG_H
#define VDPD_BASE_LOG_H

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* The name of this process in every line; the string must outlive the process. */
void log_init(const char *role);

/* level=… role=… at=… what=WHAT then KEY=VALUE pairs, up to a NULL key. VALUE may be NULL ("").
 * Written with one write(2); longer lines are cut at 1,024 bytes. */
void log_event(enum log_level level, const char *what, ...) __attribute__((sentinel));

#define log_info(...)  log_event(LOG_LEVEL_INFO, __VA_ARGS__, (char *)0)
#define log_warn(...)  log_event(LOG_LEVEL_WARN, __VA_ARGS__, (char *)0)
#define log_error(...) log_event(LOG_LEVEL_ERROR, __VA_ARGS__, (char *)0)

#endif
