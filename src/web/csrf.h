/* Against requests that another site makes a browser send: where a request comes from, tokens in
 * forms, and cookies that other sites can neither send nor set. */
#ifndef VDPD_WEB_CSRF_H
#define VDPD_WEB_CSRF_H

#include "base/secret.h"
#include "web/respond.h"

/* Judges by Sec-Fetch-Site where the browser sends it, else by Origin, which must be the
 * configured one or the host that was asked. Neither header: not a browser of this decade, ERR_OK;
 * tokens and SameSite stand behind. The server asks this for everything but GET. ERR_DENIED. */
enum err csrf_origin_check(const struct request *req) MUST_CHECK;

/* Cookies are "__Host-NAME": Secure, HttpOnly, Path=/, SameSite=Strict. Over plain http this is
 * kept by browsers on localhost and 127.0.0.1 only. MAX_AGE_S 0: until the browser closes. Call it
 * after the respond_* that it belongs to. VALUE: letters, digits, '-', '_'; aborts on anything
 * else. */
void cookie_set(struct request *req, const char *name, struct str value, unsigned max_age_s);
void cookie_drop(struct request *req, const char *name);
struct str cookie_get(const struct request *req, const char *name); /* .p NULL: not there */

enum { FORM_TOKEN_TEXT = 43 }; /* base64url of 32 bytes */

/* The form token of a session: BLAKE2b keyed with KEY over SESSION (its cookie's value), in A.
 * Goes into the hidden field "form_token". */
struct str form_token(struct arena *a, const struct key *key, struct str session);

/* Is form field "form_token" the one of SESSION? ERR_DENIED. */
enum err form_token_check(
        const struct request *req, const struct key *key, struct str session) MUST_CHECK;

/* For forms of people without a session: a random cookie "__Host-form" stands in for one. The
 * first call makes it; *set is then true and anonymous_form_cookie must be called with *session
 * after respond_html. Returns the token for the hidden field. */
struct str anonymous_form_token(
        struct request *req, const struct key *key, struct str *session, bool *set);
void anonymous_form_cookie(struct request *req, struct str session);
enum err anonymous_form_check(const struct request *req, const struct key *key) MUST_CHECK;

#endif
