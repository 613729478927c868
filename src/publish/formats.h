/* What the writers and the readers of the formats share: the words of each format. */
#ifndef VDPD_PUBLISH_FORMATS_H
#define VDPD_PUBLISH_FORMATS_H

#include "case/cvss.h"
#include "publish/advisory.h"

#include <jansson.h>

/* What a generic URI of a product is (CSAF 2.0, 3.1.3.3.8). */
#define CSAF_REPOSITORY    "urn:vdpd:repository"
#define CSAF_ECOSYSTEM     "urn:vdpd:ecosystem"
#define CSAF_ECOSYSTEM_URI "urn:osv:ecosystem:"

/* Before OSV's id, where a database has no prefix in its list. */
#define OSV_OTHER "x_"

/* By the record's roles, reference types, labels. NULL in cve_tags: none. */
extern const char *const osv_credit_types[CREDIT_ROLE_COUNT];
extern const char *const osv_reference_types[REFERENCE_TYPE_COUNT];
extern const char *const cve_tags[REFERENCE_TYPE_COUNT];
extern const char *const csaf_reference_summaries[REFERENCE_TYPE_COUNT];
extern const char *const csaf_labels[TLP_RED + 1];

/* The members "version", "vectorString", "baseScore", "baseSeverity" of FIRST's JSON schemas. */
void cvss_members(struct json_writer *w, const struct cvss *v);

/* ---- Reading ---- */

/* OBJECT's member KEY; a text as it is ("" if there is none), in A. */
struct str import_text(struct arena *a, const json_t *object, const char *key);
/* The same, cut at MAX code points, without control characters where LINE. */
struct str import_cut(struct arena *a, struct str s, size_t max, bool line);
/* RFC 3339; 0 if there is none, or is not understood. */
int64_t import_time(const json_t *object, const char *key);
/* The index of S in the N words of LIST, or ELSE_. */
int import_word(struct str s, const char *const *list, int n, int else_);
/* The member KEY, an object of the record's own names: what is there goes into *V. */
void import_rest(struct arena *a, const json_t *object, const char *key, struct advisory *v);
/* Vectors of CVSS, names of weaknesses, aliases: added where they are valid and new. */
void import_add(struct arena *a, const struct str **list, size_t *n, struct str s);
bool import_is_vector(struct str s);
bool import_is_cwe(struct str s);
bool import_is_cve(struct str s);
bool import_is_url(struct str s);

/* A parsed document into *V, which is zeroed; what is missing or of another kind is passed over. */
void import_csaf(struct arena *a, const json_t *root, struct advisory *v);
void import_osv(struct arena *a, const json_t *root, struct advisory *v);
void import_cve(struct arena *a, const json_t *root, struct advisory *v);

#endif
