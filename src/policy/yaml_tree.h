/* The events of libyaml as a tree with places: what the tables of yaml.h are laid over. */
#ifndef VDPD_POLICY_YAML_TREE_H
#define VDPD_POLICY_YAML_TREE_H

#include "base/str.h"
#include "policy/diags.h"

enum yaml_kind { YAML_NODE_SCALAR = 1, YAML_NODE_LIST, YAML_NODE_MAP };

struct yaml_node {
	enum yaml_kind kind;
	bool quoted;                    /* a scalar in quotes or a block */
	unsigned line, column;          /* from 1 */
	struct str text;                /* of a scalar */
	struct yaml_node *first, *last; /* children; of a map: key, value, key, value … */
	struct yaml_node *next;         /* the next child of the same parent */
	size_t n;                       /* children */
};

/* Reads the only document of TEXT. ERR_INVALID, with a mistake in DS, if it is none; anchors,
 * aliases and tags are mistakes too, and so are depth and number of values over the caps. */
enum err yaml_tree(struct arena *a, const char *file, struct str text, struct diags *ds,
        struct yaml_node **root) MUST_CHECK;

/* "a value", "a list" or "a map". Static. */
const char *yaml_kind_name(enum yaml_kind k);

#endif
