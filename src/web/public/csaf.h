/* The programme as a CSAF 2.0 provider (section 7 of the standard): metadata, ROLIE feeds (RFC
 * 8322) by year, index.txt, changes.csv, documents with their hashes. */
#ifndef VDPD_WEB_PUBLIC_CSAF_H
#define VDPD_WEB_PUBLIC_CSAF_H

#include "web/public/app.h"

handler_fn csaf_provider_get; /* /.well-known/csaf/provider-metadata.json */
handler_fn
        csaf_list_get; /* /.well-known/csaf/white/{list}: index.txt, changes.csv, feed-YEAR.json */
handler_fn csaf_document_get; /* /.well-known/csaf/white/{year}/{file}: .json, .json.sha256,
                                 .json.sha512 */

#endif
