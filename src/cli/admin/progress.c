/* Progress. */
#include "cli/admin/progress.h"

#include "base/time.h"

#include <unistd.h>

enum { BAR = 30, REDRAW_MS = 100, LINE_EVERY = 10 };

void
progress_begin(struct progress *p, const char *what, uint64_t total, bool quiet)
{
	*p = (struct progress){
	        .what = what, .total = total, .quiet = quiet, .terminal = isatty(STDERR_FILENO)};
}

static void
draw(const struct progress *p, unsigned percent)
{
	char bar[BAR + 1];

	for (unsigned i = 0; i < BAR; i++)
		bar[i] = i < percent * BAR / 100 ? '=' : ' ';
	bar[BAR] = '\0';
	fprintf(stderr, "\r%s [%s] %3u %%", p->what, bar, percent);
}

void
progress_add(struct progress *p, uint64_t n)
{
	int64_t now;
	unsigned percent;

	p->done += n;
	if (p->quiet || p->total == 0)
		return;
	percent = p->done >= p->total ? 100 : (unsigned)(p->done * 100 / p->total);
	if (!p->terminal) {
		if (percent / LINE_EVERY > p->shown / LINE_EVERY)
			fprintf(stderr, "%s: %u %%\n", p->what, percent / LINE_EVERY * LINE_EVERY);
		p->shown = percent;
		return;
	}
	now = now_mono_ms();
	if (percent == p->shown || now - p->at_ms < REDRAW_MS)
		return;
	draw(p, percent);
	p->shown = percent;
	p->at_ms = now;
}

void
progress_end(struct progress *p)
{
	if (p->terminal && !p->quiet && p->at_ms != 0)
		fprintf(stderr, "\r\033[K");
	p->quiet = true;
}
