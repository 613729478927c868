/* Files of a case on their way out: opened by the supervisor, unsealed chunk by chunk, always as a
 * download. */
#ifndef VDPD_WEB_API_DOWNLOADS_H
#define VDPD_WEB_API_DOWNLOADS_H

#include "act/view.h"
#include "proc/channel.h"
#include "web/request.h"

/* Answers with FILE, which CASE_KEY (the reporter's, or the team's for a file of the team's) opens;
 * the key is copied. ERR_NOT_FOUND if the blob is gone, ERR_PEER, ERR_BUSY: then nothing was
 * answered. A blob that is damaged further on cuts the connection. */
enum err download_respond(struct request *req, struct channel_pool *supervisor,
        const struct case_file *file, const struct key *case_key) MUST_CHECK;

#endif
