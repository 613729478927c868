/* Files of a form on their way into sealed blobs: nothing of a file is held but a chunk. For rows
 * of a route table: their `open` finds the key of the case and calls upload_open; the other hooks
 * are used as they are. */
#ifndef VDPD_WEB_API_UPLOADS_H
#define VDPD_WEB_API_UPLOADS_H

#include "act/instance.h"
#include "web/form.h"

/* Begins a blob for FILE, sealed with CASE_KEY (the reporter's; the team's with TEAM). What the
 * policy in force allows of files, their sizes and their sum holds: ERR_TOO_LARGE over it, from
 * here or from upload_write. ERR_FULL, ERR_PEER, ERR_BUSY, ERR_IO. */
enum err upload_open(struct request *req, struct upload_file *file, struct instance *instance,
        const struct key *case_key, bool team) MUST_CHECK;
enum err upload_write(struct request *req, struct upload_file *file, struct str bytes) MUST_CHECK;
enum err upload_close(struct request *req, struct upload_file *file) MUST_CHECK;
void upload_abandon(struct upload_file *file);

/* The files of REQ that are whole and durable, in REQ's arena; they belong to a case once their
 * rows are written. Blobs without a row are swept later. */
void upload_take(struct request *req, const struct act_file **files, size_t *n);

#endif
