/* What the desk answers, to whom, how much it takes and how often. */
#include "web/desk/desk.h"

enum {
	FORM_MAX = 512 * 1024,
	JSON_MAX = 1024 * 1024,
	READ = PERMISSION_READ_CASES,
	HANDLE = PERMISSION_HANDLE_CASES,
	DECIDE = PERMISSION_DECIDE_CASES,
	FIGURES = PERMISSION_SEE_FIGURES,
	MANAGE = PERMISSION_MANAGE,
};

/* clang-format off */
static const struct route rows[] = {
	/* Before the sign-in. */
	{METHOD_GET, "/healthz", desk_healthz, ROUTE_PUBLIC, .rate = RATE_FREE,
		.summary = "Is the process there?"},
	{METHOD_GET, "/enrol/{token}", desk_enrol_get, ROUTE_PUBLIC, .rate = RATE_SIGN_IN,
		.summary = "The form of a one-time enrolment link"},
	{METHOD_POST, "/enrol/{token}", desk_enrol_post, ROUTE_PUBLIC, BODY_FORM, FORM_MAX, RATE_SIGN_IN,
		.summary = "Enrol by a one-time link"},
	{METHOD_GET, "/sign-in", desk_sign_in_get, ROUTE_PUBLIC, .rate = RATE_READ,
		.summary = "The form for signing in"},
	{METHOD_POST, "/sign-in", desk_sign_in_post, ROUTE_PUBLIC, BODY_FORM, FORM_MAX, RATE_SIGN_IN,
		.summary = "Sign in with name, password and code"},

	/* Pages. */
	{METHOD_GET, "/", desk_queue_get, FIGURES, .rate = RATE_STAFF,
		.summary = "The queue and the other lists of cases"},
	{METHOD_GET, "/cases/{case}", desk_case_get, READ, .rate = RATE_STAFF,
		.summary = "One case"},
	{METHOD_POST, "/cases/{case}/actions", desk_actions_post, HANDLE, BODY_MULTIPART, DESK_UPLOAD_MAX,
		RATE_STAFF, &desk_upload, "Act on a case"},
	{METHOD_GET, "/cases/{case}/files/{file}", desk_file_get, READ, .rate = RATE_STAFF,
		.summary = "A file of a case, as a download"},
	{METHOD_GET, "/cases/{case}/files/{file}/picture", desk_picture_get, READ, .rate = RATE_STAFF,
		.summary = "A picture of a case, drawn anew"},
	{METHOD_GET, "/keys", desk_keys_get, DESK_SIGNED_IN, .rate = RATE_STAFF,
		.summary = "The list of keys"},
	{METHOD_POST, "/sign-out", desk_sign_out_post, DESK_SIGNED_IN, BODY_FORM, FORM_MAX, RATE_STAFF,
		.summary = "End this session, or all of one's own"},
	{METHOD_GET, "/settings/people", desk_people_get, MANAGE, .rate = RATE_STAFF,
		.summary = "Who belongs to the desk"},
	{METHOD_POST, "/settings/people", desk_people_post, MANAGE, BODY_FORM, FORM_MAX, RATE_STAFF,
		.summary = "Make an enrolment link"},
	{METHOD_POST, "/settings/invitations/end", desk_invitation_end_post, MANAGE, BODY_FORM, FORM_MAX, RATE_STAFF,
		.summary = "Take an enrolment link back"},
	{METHOD_GET, "/settings/people/{person}", desk_member_get, MANAGE, .rate = RATE_STAFF,
		.summary = "One person of the desk"},
	{METHOD_POST, "/settings/people/{person}", desk_member_post, MANAGE, BODY_FORM, FORM_MAX, RATE_STAFF,
		.summary = "Roles, shutting out, sessions and a new start of one person"},
	{METHOD_GET, "/settings/tokens", desk_tokens_get, MANAGE, .rate = RATE_STAFF,
		.summary = "The tokens of the staff API"},
	{METHOD_POST, "/settings/tokens", desk_tokens_post, MANAGE, BODY_FORM, FORM_MAX, RATE_STAFF,
		.summary = "Make a token"},
	{METHOD_POST, "/settings/tokens/revoke", desk_token_revoke_post, MANAGE, BODY_FORM, FORM_MAX, RATE_STAFF,
		.summary = "End a token"},
	{METHOD_GET, "/account", desk_account_get, DESK_SIGNED_IN, .rate = RATE_STAFF,
		.summary = "One's own sessions and password"},
	{METHOD_POST, "/account/codes", desk_codes_post, DESK_SIGNED_IN, BODY_FORM, FORM_MAX, RATE_SIGN_IN,
		.summary = "Make new recovery codes of one's own"},
	{METHOD_POST, "/account/password", desk_password_post, DESK_SIGNED_IN, BODY_FORM, FORM_MAX, RATE_SIGN_IN,
		.summary = "Change one's own password"},
	{METHOD_GET, "/metrics", desk_metrics, FIGURES, .rate = RATE_STAFF,
		.summary = "Figures of the process, as OpenMetrics"},

	/* The staff API. */
	{METHOD_GET, "/api/v1/cases", api_cases_get, FIGURES, .rate = RATE_STAFF,
		.summary = "List cases"},
	{METHOD_POST, "/api/v1/cases", api_cases_post, DECIDE, BODY_JSON, JSON_MAX, RATE_STAFF,
		.summary = "Enter a report that came another way"},
	{METHOD_GET, "/api/v1/cases/{case}", api_case_get, FIGURES, .rate = RATE_STAFF,
		.summary = "Read a case"},
	{METHOD_POST, "/api/v1/cases/{case}/actions", api_actions_post, HANDLE, BODY_JSON, JSON_MAX, RATE_STAFF,
		.summary = "Act on a case"},
	{METHOD_GET, "/api/v1/cases/{case}/files/{file}", api_file_get, READ, .rate = RATE_STAFF,
		.summary = "Fetch a file of a case"},
	{METHOD_GET, "/api/v1/people", api_people_get, FIGURES, .rate = RATE_STAFF,
		.summary = "List the people of the desk"},
	{METHOD_GET, "/api/v1/audit", api_audit_get, FIGURES, .rate = RATE_STAFF,
		.summary = "Read the log of openings and sign-ins"},
};
/* clang-format on */

const struct route_table desk_routes = {rows, sizeof rows / sizeof rows[0]};
