/* The log: the only mutable global of the program. */
#include "base/log.h"

#include "base/buf.h"
#include "base/time.h"

#include <stdarg.h>
#include <unistd.h>

static const char *log_role = "vdpd";

void
log_init(const char *role)
{
	log_role = role;
}

static size_t
put(char *line, size_t size, size_t n, const char *key, const char *value)
{
	bool quote = value[0] == '\0' || strpbrk(value, " \"=\n\r\t") != NULL;

	n += (size_t)snprintf(
	        line + n, size - n, "%s%s=%s", n > 0 ? " " : "", key, quote ? "\"" : "");
	for (; n + 4 < size && *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '"' || c == '\\')
			line[n++] = '\\';
		line[n++] = c < 0x20 || c == 0x7F ? ' ' : (char)c;
	}
	if (quote && n + 1 < size)
		line[n++] = '"';
	line[n < size ? n : size - 1] = '\0';
	return n < size ? n : size - 1;
}

void
log_event(enum log_level level, const char *what, ...)
{
	static const char *const levels[] = {"debug", "info", "warn", "error"};
	char line[1024], at[RFC3339_MAX];
	const size_t room = sizeof line - 256; /* room that keys and the end of line always find */
	size_t n = 0;
	const char *key;
	va_list ap;

	time_format(now_utc_s(), at);
	n = put(line, room, n, "at", at);
	n = put(line, room, n, "level", levels[level]);
	n = put(line, room, n, "role", log_role);
	n = put(line, room, n, "what", what);
	va_start(ap, what);
	while (n + 160 < room && (key = va_arg(ap, const char *)) != NULL) {
		const char *value = va_arg(ap, const char *);

		n = put(line, room, n, key, value != NULL ? value : "");
	}
	va_end(ap);
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return; /* nowhere left to say it */
}
