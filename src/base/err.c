/* Names of errors, and the text of a struct diag. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const names[ERR_COUNT] = {
        [ERR_OK] = "ok",
        [ERR_SYNTAX] = "syntax",
        [ERR_INVALID] = "invalid",
        [ERR_NOT_FOUND] = "not_found",
        [ERR_DENIED] = "denied",
        [ERR_AUTH] = "auth",
        [ERR_STATE] = "state",
        [ERR_CONFLICT] = "conflict",
        [ERR_TOO_LARGE] = "too_large",
        [ERR_RATE] = "rate",
        [ERR_FULL] = "full",
        [ERR_BUSY] = "busy",
        [ERR_FORGED] = "forged",
        [ERR_STORE] = "store",
        [ERR_IO] = "io",
        [ERR_PEER] = "peer",
        [ERR_UNSUPPORTED] = "unsupported",
        [ERR_GONE] = "gone",
};

const char *
err_name(enum err e)
{
	return e < ERR_COUNT ? names[e] : "unknown";
}

enum err
diag_set(struct diag *d, enum err e, const char *mend, const char *what_fmt, ...)
{
	va_list ap;

	if (d == NULL)
		return e;
	va_start(ap, what_fmt);
	vsnprintf(d->what, sizeof d->what, what_fmt, ap);
	va_end(ap);
	snprintf(d->mend, sizeof d->mend, "%s", mend != NULL ? mend : "");
	return e;
}

void
diag_format(const struct diag *d, char *out, size_t size)
{
	char where[192] = "";

	if (d->file[0] != '\0' && d->line != 0 && d->column != 0)
		snprintf(where, sizeof where, "%s:%u:%u: ", d->file, d->line, d->column);
	else if (d->file[0] != '\0' && d->line != 0)
		snprintf(where, sizeof where, "%s:%u: ", d->file, d->line);
	else if (d->file[0] != '\0')
		snprintf(where, sizeof where, "%s: ", d->file);
	snprintf(out, size, "%s%s%s%s%s%s", where, d->pointer, d->pointer[0] != '\0' ? " " : "",
	        d->what, d->mend[0] != '\0' ? "; " : "", d->mend);
}
