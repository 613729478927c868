/* The log: the only mutable global of the program. */
#include "base/log.h"

#include "base/buf.h"
#include "base/time.h"

#include <stdarg.h>
#include <unistd.h>

static const char *log_role = "vdpd";
static enum log_format log_as = LOG_KEY_VALUE;
static _Thread_local uint64_t log_for;

/* A line being made: room for keys, quotes and the end of the line is always kept. */
struct line {
	char text[1024];
	size_t n;
};
enum { LINE_ROOM = 720, PAIR_ROOM = 160 };

void
log_init(const char *role)
{
	log_role = role;
}

void
log_format(enum log_format format)
{
	log_as = format;
}

uint64_t
log_request(uint64_t id)
{
	uint64_t before = log_for;

	log_for = id;
	return before;
}

uint64_t
log_request_now(void)
{
	return log_for;
}

void
log_request_text(uint64_t id, char out[LOG_REQUEST_TEXT])
{
	snprintf(out, LOG_REQUEST_TEXT, "%016llx", (unsigned long long)id);
}

static void
put(struct line *l, size_t room, const char *key, const char *value)
{
	bool json = log_as == LOG_JSON;
	bool quote = json || value[0] == '\0' || strpbrk(value, " \"=\n\r\t") != NULL;
	int head;

	if (json)
		head = snprintf(l->text + l->n, sizeof l->text - l->n, "%s\"%s\":\"",
		        l->n > 0 ? "," : "{", key);
	else
		head = snprintf(l->text + l->n, sizeof l->text - l->n, "%s%s=%s",
		        l->n > 0 ? " " : "", key, quote ? "\"" : "");
	l->n += (size_t)head;
	for (; l->n < room && *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '"' || c == '\\')
			l->text[l->n++] = '\\';
		l->text[l->n++] = c < 0x20 || c == 0x7F ? ' ' : (char)c;
	}
	/* A character that was cut in two would end the reader's JSON. */
	while (*value != '\0' && ((unsigned char)*value & 0xC0) == 0x80 &&
	        ((unsigned char)l->text[l->n - 1] & 0x80) != 0) {
		value--;
		l->n--;
	}
	if (quote)
		l->text[l->n++] = '"';
}

void
log_event(enum log_level level, const char *what, ...)
{
	static const char *const levels[] = {"debug", "info", "warn", "error"};
	struct line l = {.n = 0};
	char at[RFC3339_MAX], request[LOG_REQUEST_TEXT];
	const char *key;
	va_list ap;

	time_format(now_utc_s(), at);
	log_request_text(log_for, request);
	put(&l, LINE_ROOM, "at", at);
	put(&l, LINE_ROOM, "level", levels[level]);
	put(&l, LINE_ROOM, "role", log_role);
	put(&l, LINE_ROOM, "what", what);
	va_start(ap, what);
	while (l.n + PAIR_ROOM < LINE_ROOM && (key = va_arg(ap, const char *)) != NULL) {
		const char *value = va_arg(ap, const char *);

		put(&l, LINE_ROOM, key, value != NULL ? value : "");
	}
	va_end(ap);
	if (log_for != 0)
		put(&l, sizeof l.text - 8, "request_id", request);
	if (log_as == LOG_JSON)
		l.text[l.n++] = '}';
	l.text[l.n++] = '\n';
	if (write(STDERR_FILENO, l.text, l.n) < 0)
		return; /* nowhere left to say it */
}
