/* The staff API of a running instance, called as its owner. */
#ifndef VDPD_CLI_CLIENT_STAFF_API_H
#define VDPD_CLI_CLIENT_STAFF_API_H

#include "base/buf.h"

#include <jansson.h>

enum { STAFF_API_ANSWER_MAX = 16 << 20, STAFF_API_TIMEOUT_S = 60 };

struct staff_api;

/* True if somebody listens on the keyd socket of the instance DIR. */
bool staff_api_runs(const char *dir);

/* Enters the instance DIR (giving up root for its owner), has keyd open a session of a minute, and
 * finds the desk. ERR_PEER with D where nothing runs; other errors with D. */
enum err staff_api_open(
        struct arena *a, const char *dir, struct staff_api **out, struct diag *d) MUST_CHECK;
void staff_api_close(struct staff_api *s); /* NULL allowed */

/* GET PATH ("/api/v1/cases?state=new"), or POST with BODY where that is not NULL. *answer is the
 * JSON that came with 2xx, the caller's to json_decref. Anything else fills D with what the API
 * said: ERR_NOT_FOUND, ERR_DENIED, ERR_STATE, ERR_INVALID (with the pointer), ERR_PEER. */
enum err staff_api_call(struct staff_api *s, const char *path, const json_t *body, json_t **answer,
        struct diag *d) MUST_CHECK;

/* GET PATH into the file open at FD, however long it takes. Errors as above; ERR_FULL, ERR_IO. */
enum err staff_api_save(struct staff_api *s, const char *path, int fd, struct diag *d) MUST_CHECK;

/* V percent-encoded for one part of a path or query (RFC 3986 section 2.1), in A. */
struct str staff_api_encode(struct arena *a, struct str v);

#endif
