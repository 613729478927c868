/* The policy as Markdown (CommonMark with GFM tables), whole or by section, from the struct alone.
 */
#ifndef VDPD_POLICY_PAGE_H
#define VDPD_POLICY_PAGE_H

#include "base/buf.h"
#include "policy/policy.h"

/* In the order of the page. */
enum policy_section {
	POLICY_SECTION_HEAD, /* title, what it is, when it was updated */
	POLICY_SECTION_INTRO,
	POLICY_SECTION_CONTACT,
	POLICY_SECTION_SCOPE,
	POLICY_SECTION_SAFE_HARBOUR,
	POLICY_SECTION_TIMELINE,
	POLICY_SECTION_REPORT,
	POLICY_SECTION_RECOGNITION,
	POLICY_SECTION_GUIDELINES,
	POLICY_SECTION_CONTACT_INFORMATION,
	POLICY_SECTION_COUNT
};

enum { POLICY_PAGE_MAX = 4 << 20 }; /* bytes that a page of any policy fits into */

/* Appends one section, with its heading, to B; ends in a newline. */
void policy_page_section(struct buf *b, const struct policy *p, enum policy_section section);

/* Appends the whole page, sections parted by empty lines. */
void policy_page(struct buf *b, const struct policy *p);

/* Appends the plain text S so that Markdown shows it as it is. */
void markdown_text(struct buf *b, struct str s);

#endif
