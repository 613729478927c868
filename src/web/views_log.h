/* What the desk's page of keyd's log shows: view_desk_log at /log?who=&what=&case=&before=. */
#ifndef VDPD_WEB_VIEWS_LOG_H
#define VDPD_WEB_VIEWS_LOG_H

#include "web/views_desk.h"

struct view_log_row {
	uint64_t id;
	int64_t at;
	struct str who, what, detail;
	struct view_texts cases; /* numbers */
};
struct view_log {
	struct view_desk page;
	const struct view_log_row *rows;
	size_t n;
	struct view_options whos, kinds; /* filters; the first of each is "any", value "" */
	struct str who, kind, number;    /* chosen */
	bool filtered, may_open;
	struct str first_href, next_href; /* paging; "" = none */
};

#endif
