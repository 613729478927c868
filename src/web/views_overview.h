/* What the desk's overview shows: view_desk_overview at /overview. */
#ifndef VDPD_WEB_VIEWS_OVERVIEW_H
#define VDPD_WEB_VIEWS_OVERVIEW_H

#include "act/overview.h"
#include "web/views_desk.h"

/* A bar of a chart, in units of its picture. */
struct view_overview_month {
	struct str label;         /* "Nov 2026" */
	struct str tick;          /* below the chart: "Nov" */
	uint64_t kept, missed;    /* promises */
	uint64_t arrived, closed; /* cases */
};
struct view_overview_named {
	struct str name;
	uint64_t n, open;
};
/* A row of the table of times, by severity. */
struct view_overview_time {
	struct str what, severity;
	struct overview_span span;
	int64_t longest_s; /* of this `what`; at least 1 */
};
struct view_overview_figure {
	struct str what, value;
};
struct view_overview {
	struct view_desk page;
	int64_t counted_at;
	bool any; /* a case was received */
	struct view_overview_month months[OVERVIEW_MONTHS];
	uint64_t most_promises, most_cases; /* of a month; at least 1 */
	const struct view_overview_time *times;
	size_t times_n;
	struct view_overview_named components[OVERVIEW_NAMES], weaknesses[OVERVIEW_NAMES];
	size_t components_n, weaknesses_n;
	uint64_t most_component, most_weakness;
	const struct view_overview_figure *bod;
	size_t bod_n;
};

#endif
