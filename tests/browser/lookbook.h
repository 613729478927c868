/* The lookbook: every view with sample data, as files that a browser can open. */
#ifndef VDPD_TESTS_LOOKBOOK_H
#define VDPD_TESTS_LOOKBOOK_H

#include "policy/policy.h"
#include "views.h"

/* The day on which the samples play: 12 March 2026, 15:20 UTC. */
enum { NOW = 1773328800 };
#define AGO(days, hours) ((int64_t)NOW - (int64_t)(days)*86400 - (int64_t)(hours)*3600)
#define IN(days, hours)  ((int64_t)NOW + (int64_t)(days)*86400 + (int64_t)(hours)*3600)
#define N(array)         (sizeof(array) / sizeof *(array))

/* Writes what VIEW printed for V to NAME.html. */
#define SHOW(name, view, v)                                                                        \
	do {                                                                                       \
		struct buf page_;                                                                  \
		buf_init(&page_, (size_t)4 << 20);                                                 \
		view(&page_, (v));                                                                 \
		lookbook_write(name, &page_);                                                      \
	} while (0)

/* Takes over PAGE. */
void lookbook_write(const char *name, struct buf *page);
void lookbook_public(const struct policy *policy);
void lookbook_reporter(const struct policy *policy);
void lookbook_desk(void);
void lookbook_case(void);

#endif
