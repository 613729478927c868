/* A tree of files that appears whole or not at all: it is made beside its place under a name of its
 * own, synced, given to its owner, and renamed. */
#ifndef VDPD_CLI_ADMIN_TREE_H
#define VDPD_CLI_ADMIN_TREE_H

#include "base/str.h"

#include <sys/types.h>

enum { TREE_PATH_MAX = 2048 };

struct tree {
	char target[TREE_PATH_MAX]; /* where it will be */
	char path[TREE_PATH_MAX];   /* where it is being made: beside it */
	int fd;                     /* the directory that is being made */
	bool replaces;              /* an empty directory is at TARGET */
	uid_t uid;                  /* whose that one is; who runs this, if there is none */
	gid_t gid;
};

/* Begins a tree that will be at TARGET, where nothing may be yet but an empty directory. The new
 * directory is 0700. ERR_CONFLICT if something is there, ERR_IO; D is filled. */
enum err tree_begin(struct tree *t, const char *target, struct diag *d) MUST_CHECK;

/* The path of NAME ("data") in the tree while it is being made. */
void tree_path(const struct tree *t, const char *name, char out[TREE_PATH_MAX]);
/* Makes the directory NAME ("data/blobs"), 0700. ERR_FULL, ERR_IO, with D. */
enum err tree_dir(struct tree *t, const char *name, struct diag *d) MUST_CHECK;
/* Makes the file NAME (0600) with TEXT. ERR_FULL, ERR_IO, with D. */
enum err tree_file(struct tree *t, const char *name, struct str text, struct diag *d) MUST_CHECK;

/* Gives everything to T's uid and gid, syncs it and moves it to its place. After an error nothing
 * is there. ERR_CONFLICT if something else is by now; ERR_IO, with D. */
enum err tree_finish(struct tree *t, struct diag *d) MUST_CHECK;

/* Takes away what was made so far. */
void tree_drop(struct tree *t);

#endif
