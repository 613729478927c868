/* The keys of the two files as text: the part of the manual that the tables write. */
#ifndef VDPD_POLICY_MANUAL_H
#define VDPD_POLICY_MANUAL_H

#include "base/buf.h"

/* Appends a line a key to B, those of sections and lists below theirs and further in: name, kind,
 * whether it is needed, what it is. */
void policy_manual(struct buf *b);
void config_manual(struct buf *b);

#endif
