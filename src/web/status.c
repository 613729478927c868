/* The maps behind web/status.h. */
#include "web/status.h"

#include <stddef.h>

static const unsigned statuses[ERR_COUNT] = {
        [ERR_OK] = 200,
        [ERR_SYNTAX] = 400,
        [ERR_INVALID] = 422,
        [ERR_NOT_FOUND] = 404,
        [ERR_DENIED] = 403,
        [ERR_AUTH] = 401,
        [ERR_STATE] = 409,
        [ERR_CONFLICT] = 409,
        [ERR_TOO_LARGE] = 413,
        [ERR_RATE] = 429,
        [ERR_FULL] = 507,
        [ERR_BUSY] = 503,
        [ERR_FORGED] = 500,
        [ERR_STORE] = 500,
        [ERR_IO] = 500,
        [ERR_PEER] = 503,
        [ERR_UNSUPPORTED] = 500,
        [ERR_GONE] = 410,
};

static const struct {
	unsigned status;
	const char *title, *hint;
} words[] = {
        {200, "OK", ""},
        {201, "Created", ""},
        {204, "No Content", ""},
        {303, "See Other", ""},
        {304, "Not Modified", ""},
        {400, "Bad Request", "The request could not be read."},
        {401, "Unauthorized", "Sign in, or send a valid token, and try again."},
        {403, "Forbidden", "You may not do this."},
        {404, "Not Found", "There is nothing here, or it is not yours to see."},
        {405, "Method Not Allowed", "This address does not take that method."},
        {408, "Request Timeout", "The request took too long to arrive."},
        {409, "Conflict", "The state of this has changed, so that this cannot be done now."},
        {410, "Gone", "It was erased."},
        {413, "Content Too Large", "More was sent than is taken here."},
        {415, "Unsupported Media Type", "The content is of a kind that is not taken here."},
        {422, "Unprocessable Content", "Something that was sent is not understood here."},
        {429, "Too Many Requests", "Please wait a little, and try again."},
        {431, "Request Header Fields Too Large", "The headers of the request are too large."},
        {500, "Internal Server Error", "Something went wrong on our side. Please try again later."},
        {501, "Not Implemented", "This server does not know that."},
        {503, "Service Unavailable", "The service is busy. Please try again in a moment."},
        {507, "Insufficient Storage",
                "There is no room to store this at present. Please try again later."},
};

unsigned
status_of(enum err e)
{
	return (unsigned)e < ERR_COUNT ? statuses[e] : 500;
}

const char *
status_title(unsigned status)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].status == status)
			return words[i].title;
	return "Error";
}

const char *
status_hint(unsigned status)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].status == status)
			return words[i].hint;
	return "";
}
