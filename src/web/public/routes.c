/* What the public origin answers. Everybody may ask; what a case has to say it says to its receipt
 * only. */
#include "web/public/case_api.h"
#include "web/public/pages.h"
#include "web/public/report_api.h"

const struct route public_routes[] = {
        {METHOD_GET, "/healthz", healthz_get, ROUTE_PUBLIC, BODY_NONE, 0, RATE_FREE, NULL,
                "Is the service well?"},
        {METHOD_POST, "/api/v1/reports", report_api_post, ROUTE_PUBLIC, BODY_JSON, REPORT_BODY_MAX,
                RATE_INTAKE, NULL, "Report a vulnerability"},
        {METHOD_GET, "/api/v1/reports/{case}", case_api_get, ROUTE_PUBLIC, BODY_NONE, 0,
                RATE_RECEIPT, NULL, "A report, its conversation and its promises, by its receipt"},
        {METHOD_POST, "/api/v1/reports/{case}/messages", case_api_message, ROUTE_PUBLIC, BODY_JSON,
                REPORT_BODY_MAX, RATE_WRITE, NULL, "Write to the team"},
        {METHOD_POST, "/api/v1/reports/{case}/withdraw", case_api_withdraw, ROUTE_PUBLIC, BODY_JSON,
                REPORT_BODY_MAX, RATE_WRITE, NULL, "Take the report back"},
        {METHOD_PUT, "/api/v1/reports/{case}/credit", case_api_credit, ROUTE_PUBLIC, BODY_JSON,
                64 * 1024, RATE_WRITE, NULL, "Say whether and how to be thanked"},
        {METHOD_POST, "/api/v1/reports/{case}/letter", case_api_letter, ROUTE_PUBLIC, BODY_NONE, 0,
                RATE_WRITE, NULL, "Ask for the letter of appreciation"},
        {METHOD_POST, "/api/v1/reports/{case}/disclosure", case_api_disclosure, ROUTE_PUBLIC,
                BODY_JSON, 64 * 1024, RATE_WRITE, NULL, "Propose a day of publication"},
};
const size_t public_routes_n = sizeof public_routes / sizeof public_routes[0];
