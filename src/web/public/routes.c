/* What the public origin answers besides its pages in memory. Everybody may ask; what a case has to
 * say it says to its receipt only. */
#include "web/public/advisories.h"
#include "web/public/case_api.h"
#include "web/public/case_page.h"
#include "web/public/csaf.h"
#include "web/public/files.h"
#include "web/public/link_page.h"
#include "web/public/pages.h"
#include "web/public/report_api.h"
#include "web/public/report_page.h"
#include "web/public/trust.h"

enum { FORM_MAX = 1 << 20, UPLOAD_MAX = 110 * 1024 * 1024, SMALL = 64 * 1024 };

#define READ(p, f, r, s)                                                                           \
	{                                                                                          \
		METHOD_GET, p, f, ROUTE_PUBLIC, BODY_NONE, 0, r, NULL, s                           \
	}
#define FORM(p, f, s)                                                                              \
	{                                                                                          \
		METHOD_POST, p, f, ROUTE_PUBLIC, BODY_FORM, SMALL, RATE_WRITE, NULL, s             \
	}
#define JSON(m, p, f, s)                                                                           \
	{                                                                                          \
		m, p, f, ROUTE_PUBLIC, BODY_JSON, FORM_MAX, RATE_WRITE, NULL, s                    \
	}

const struct route public_routes[] = {
        READ("/healthz", healthz_get, RATE_FREE, "Is the service well?"),
        READ("/policy/{sha256}", policy_version_get, RATE_READ, "A version of the policy"),
        READ("/advisories", advisories_get, RATE_READ, "All advisories"),
        READ("/older-advisories/{place}", advisories_older_get, RATE_READ, "Older advisories"),
        READ("/advisories/{id}", advisory_get_page, RATE_READ, "An advisory"),
        READ("/advisories/{id}/{format}", advisory_get_format, RATE_READ,
                "An advisory as Markdown, OSV or CVE record"),
        READ("/acknowledgments", acknowledgments_get, RATE_READ, "Who is thanked"),
        READ("/feed.atom", atom_get, RATE_READ, "The newest advisories as Atom"),
        READ("/feed.json", json_feed_get, RATE_READ, "The newest advisories as JSON Feed"),
        READ("/.well-known/csaf/provider-metadata.json", csaf_provider_get, RATE_READ,
                "The programme as a CSAF provider"),
        READ("/.well-known/csaf/white/{list}", csaf_list_get, RATE_READ,
                "CSAF: index.txt, changes.csv, a year's ROLIE feed"),
        READ("/.well-known/csaf/white/{year}/{file}", csaf_document_get, RATE_READ,
                "A CSAF document or its hash"),
        READ("/report", report_page_get, RATE_READ, "The report form"),
        {METHOD_POST, "/report", report_page_post, ROUTE_PUBLIC, BODY_MULTIPART, UPLOAD_MAX,
                RATE_INTAKE, &report_upload, "Check or send the report form"},
        FORM("/receipt", receipt_page_post, "Download the signed receipt or what it covers"),
        READ("/case", case_page_get, RATE_RECEIPT,
                "The reporter's page, or where to enter a receipt"),
        {METHOD_POST, "/case", case_page_open, ROUTE_PUBLIC, BODY_FORM, SMALL, RATE_RECEIPT, NULL,
                "Enter a receipt"},
        {METHOD_POST, "/case/messages", case_page_message, ROUTE_PUBLIC, BODY_MULTIPART, UPLOAD_MAX,
                RATE_UPLOAD, &reporter_upload, "Write to the team, add files"},
        FORM("/case/credit", case_page_credit, "Say whether and how to be thanked"),
        FORM("/case/letter", case_page_letter, "Ask for the letter of appreciation"),
        FORM("/case/disclosure", case_page_disclosure, "Propose a day of publication"),
        FORM("/case/withdraw", case_page_withdraw, "Take the report back"),
        READ("/case/link", link_page_get, RATE_RECEIPT, "A link that was mailed: asks first"),
        {METHOD_POST, "/case/link", link_page_post, ROUTE_PUBLIC, BODY_FORM, SMALL, RATE_RECEIPT,
                NULL, "Use the link, get a new code"},
        {METHOD_POST, "/case/lost", lost_page_post, ROUTE_PUBLIC, BODY_FORM, SMALL, RATE_RECEIPT,
                NULL, "Have a link mailed to the address of the case"},
        FORM("/case/leave", case_page_leave, "Forget the receipt"),
        READ("/case/files/{id}", files_page_get, RATE_RECEIPT, "A file of the case"),

        {METHOD_POST, "/api/v1/reports", report_api_post, ROUTE_PUBLIC, BODY_JSON, REPORT_BODY_MAX,
                RATE_INTAKE, NULL, "Report a vulnerability"},
        READ("/api/v1/reports/{case}", case_api_get, RATE_RECEIPT,
                "A report, its conversation and its promises, by its receipt"),
        JSON(METHOD_POST, "/api/v1/reports/{case}/messages", case_api_message, "Write to the team"),
        {METHOD_POST, "/api/v1/reports/{case}/attachments", files_api_post, ROUTE_PUBLIC,
                BODY_MULTIPART, UPLOAD_MAX, RATE_UPLOAD, &reporter_upload, "Add files"},
        READ("/api/v1/reports/{case}/attachments/{id}", files_api_get, RATE_RECEIPT,
                "A file of the report"),
        JSON(METHOD_POST, "/api/v1/reports/{case}/withdraw", case_api_withdraw,
                "Take the report back"),
        JSON(METHOD_PUT, "/api/v1/reports/{case}/credit", case_api_credit,
                "Say whether and how to be thanked"),
        JSON(METHOD_POST, "/api/v1/reports/{case}/letter", case_api_letter,
                "Ask for the letter of appreciation"),
        JSON(METHOD_POST, "/api/v1/reports/{case}/disclosure", case_api_disclosure,
                "Propose a day of publication"),
        READ("/api/v1/keys", keys_api_get, RATE_READ, "The programme's public keys"),
};
const size_t public_routes_n = sizeof public_routes / sizeof public_routes[0];
