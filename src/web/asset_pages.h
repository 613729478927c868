/* The style sheet, scripts and icon, as pages in memory: the same for both origins. */
#ifndef VDPD_WEB_ASSET_PAGES_H
#define VDPD_WEB_ASSET_PAGES_H

#include "web/pages.h"

/* Puts /assets/NAME for every embedded file into P (their URLs carry a hash, so that they may be
 * kept for a year), and /assets/accent.css for the policy's ACCENT ("#1a4fa0"). Again after the
 * policy has changed. */
enum err assets_put(struct pages *p, struct str accent) MUST_CHECK;

/* Puts the OpenAPI text NAME ("public.json") into P at /api/v1/openapi.json. Aborts if it is not
 * embedded. */
enum err openapi_put(struct pages *p, const char *name) MUST_CHECK;

#endif
