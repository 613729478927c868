/* Advisories for people: the list, each one, who is thanked; and the same as Markdown, OSV and CVE
 * records, Atom and JSON feeds. CSAF: web/public/csaf.h. */
#ifndef VDPD_WEB_PUBLIC_ADVISORIES_H
#define VDPD_WEB_PUBLIC_ADVISORIES_H

#include "publish/advisory.h"
#include "store/advisory_store.h"
#include "web/public/app.h"

handler_fn advisories_get;
handler_fn advisories_older_get; /* {place}: where a page of the list begins */
handler_fn advisory_get_page;
handler_fn advisory_get_format; /* {format}: markdown, osv.json, cve.json */
handler_fn acknowledgments_get;
handler_fn atom_get;
handler_fn json_feed_get;

/* The record of ROW, and who publishes. ERR_STORE if it is damaged. */
enum err advisory_of_row(
        struct arena *a, const struct advisory_row *row, struct advisory *out) MUST_CHECK;
struct publisher public_publisher(const struct request *req);

#endif
