/* Collecting mistakes. */
#include "policy/diags.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

void
diags_add(struct diags *ds, const char *file, unsigned line, unsigned column, const char *mend,
        const char *what_fmt, ...)
{
	struct diag *d;
	va_list ap;

	if (ds->n == DIAGS_MAX) {
		ds->more++;
		return;
	}
	d = &ds->d[ds->n++];
	*d = (struct diag){.line = line, .column = column};
	snprintf(d->file, sizeof d->file, "%s", file);
	snprintf(d->mend, sizeof d->mend, "%s", mend != NULL ? mend : "");
	va_start(ap, what_fmt);
	vsnprintf(d->what, sizeof d->what, what_fmt, ap);
	va_end(ap);
}

static bool
before(const struct diag *a, const struct diag *b)
{
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

void
diags_sort(struct diags *ds)
{
	for (size_t i = 1; i < ds->n; i++)
		for (size_t j = i; j > 0 && before(&ds->d[j], &ds->d[j - 1]); j--) {
			struct diag held = ds->d[j];

			ds->d[j] = ds->d[j - 1];
			ds->d[j - 1] = held;
		}
}

void
diags_first(const struct diags *ds, struct diag *d)
{
	if (d != NULL && ds->n > 0)
		*d = ds->d[0];
}
