/* Words and numbers that views show: dates, durations, counts, promises. Pure functions; texts come
 * back by value and are escaped by the view like any other. All times are UTC seconds. */
#ifndef VDPD_WEB_VIEW_HELPERS_H
#define VDPD_WEB_VIEW_HELPERS_H

#include "web/markdown.h"
#include "web/view_types.h"
#include "web/views_common.h"

/* For <time datetime>: "2026-01-05T09:00:00Z" (HTML standard, section 2.3.5). */
struct text time_machine(int64_t utc_s);
/* "5 Jan 2026, 09:00 UTC", and "5 Jan 2026" alone. */
struct text time_words(int64_t utc_s);
struct text date_words(int64_t utc_s);
/* For <input type="date">: "2026-01-05". */
struct text date_machine(int64_t utc_s);

/* The two largest units of a span, its sign dropped: "3 days 4 h", "1 h 12 m", "5 m", "under a
 * minute". From two weeks on days alone. */
struct text span_words(int64_t seconds);
/* "in 3 days 4 h", "3 days 4 h ago". */
struct text until_words(int64_t now, int64_t utc_s);
/* An age for a narrow column: "19 d", "4 h", "12 m". */
struct text age_words(int64_t seconds);

/* "1 promise", "214 promises". */
struct text count_words(uint64_t n, const char *one, const char *many);
/* Whole per cent, rounded down so that 100 is said only if all were; 0 of 0 is 0. */
unsigned percent_of(uint64_t part, uint64_t whole);
/* "1.4 MB", "320 kB", "12 bytes" (powers of 1,000). */
struct text size_words(uint64_t bytes);

/* S in groups of four with a space between, without the spaces, colons and hyphens that it had;
 * cut at 110 characters. For fingerprints and receipt codes. */
struct text grouped(struct str s);
/* The first 12 characters: of a SHA-256 that is shown to people. */
struct str short_hash(struct str hex);

/* A promise's one word, its sign (a character, for eyes only), the sentence that says by when, and
 * how much of its time is used (0–100). */
const char *promise_word(enum view_promise_state state);
const char *promise_sign(enum view_promise_state state);
struct text promise_when(const struct view_promise *p);
unsigned promise_used(const struct view_promise *p);

/* Is it due, with so much of its time used that the team has been warned? */
bool promise_is_near(const struct view_promise *p);

/* How long text of N bytes should be given to be read, as rows of a text area (3–24). */
unsigned rows_for(struct str s, unsigned at_least);

/* The modules of a QR code, WIDTH × WIDTH, one byte each whose lowest bit says dark (as libqrencode
 * has them), as one path in A on a grid of one unit a module. */
struct svg_path qr_path(struct arena *a, const unsigned char *modules, unsigned width);

/* TEXT (valid UTF-8) rendered from Markdown, in A. ERR_TOO_LARGE over MAX bytes of HTML. */
enum err markdown_view(struct arena *a, struct str text, enum markdown_trust trust, size_t max,
        struct safe_html *html) MUST_CHECK;

/* The served style sheet /assets/accent.css for the policy's accent COLOR ("#1a4fa0"); a COLOR of
 * another form gives the house's own. */
void accent_css(struct buf *out, struct str color);

#endif
