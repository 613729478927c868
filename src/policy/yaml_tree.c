/* libyaml's events, made into a tree. */
#include "policy/yaml_tree.h"

#include "policy/yaml.h"

#include <yaml.h>

struct tree {
	struct arena *a;
	const char *file;
	struct diags *ds;
	struct yaml_node *root;
	struct yaml_node *open[YAML_DEPTH_MAX]; /* the path down to the collection being filled */
	size_t depth, nodes, documents;
};

const char *
yaml_kind_name(enum yaml_kind k)
{
	return k == YAML_NODE_SCALAR ? "a single value" : k == YAML_NODE_LIST ? "a list" : "a map";
}

static enum err
mistake(struct tree *t, yaml_mark_t at, const char *mend, const char *what)
{
	diags_add(t->ds, t->file, (unsigned)at.line + 1, (unsigned)at.column + 1, mend, "%s", what);
	return ERR_INVALID;
}

static enum err
add(struct tree *t, const yaml_event_t *ev, enum yaml_kind kind, struct yaml_node **out)
{
	struct yaml_node *node, *parent = t->depth > 0 ? t->open[t->depth - 1] : NULL;

	if (++t->nodes > YAML_NODES_MAX)
		return mistake(t, ev->start_mark, NULL, "the file holds too many values");
	node = ARENA_NEW(t->a, struct yaml_node);
	node->kind = kind;
	node->line = (unsigned)ev->start_mark.line + 1;
	node->column = (unsigned)ev->start_mark.column + 1;
	if (parent == NULL) {
		t->root = node;
	} else {
		if (parent->last != NULL)
			parent->last->next = node;
		else
			parent->first = node;
		parent->last = node;
		parent->n++;
	}
	*out = node;
	return ERR_OK;
}

static enum err
add_scalar(struct tree *t, const yaml_event_t *ev)
{
	struct yaml_node *node;
	enum err e = add(t, ev, YAML_NODE_SCALAR, &node);

	if (e != ERR_OK)
		return e;
	node->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = str_dup(t->a, str_bytes(ev->data.scalar.value, ev->data.scalar.length));
	/* "\0" in double quotes, or an escaped surrogate: what the file could not hold itself. */
	if (!str_utf8_valid(node->text, NULL))
		return mistake(t, ev->start_mark, "leave it out", "a value holds a NUL character");
	return ERR_OK;
}

static enum err
add_collection(struct tree *t, const yaml_event_t *ev, enum yaml_kind kind)
{
	struct yaml_node *node;
	enum err e = add(t, ev, kind, &node);

	if (e != ERR_OK)
		return e;
	if (t->depth == YAML_DEPTH_MAX)
		return mistake(t, ev->start_mark, NULL, "lists and maps are nested too deeply");
	t->open[t->depth++] = node;
	return ERR_OK;
}

static enum err
take(struct tree *t, const yaml_event_t *ev)
{
	static const char plain[] = "write the value out where it is needed";
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		anchor = ev->data.scalar.anchor;
		tag = ev->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = ev->data.sequence_start.anchor;
		tag = ev->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = ev->data.mapping_start.anchor;
		tag = ev->data.mapping_start.tag;
		break;
	case YAML_ALIAS_EVENT:
		return mistake(t, ev->start_mark, plain, "aliases (*name) are not read here");
	default:
		break;
	}
	if (anchor != NULL)
		return mistake(t, ev->start_mark, plain, "anchors (&name) are not read here");
	if (tag != NULL)
		return mistake(t, ev->start_mark, "leave it out", "tags (!name) are not read here");

	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++t->documents > 1)
			return mistake(t, ev->start_mark, "leave one",
			        "the file holds more than one document");
		return ERR_OK;
	case YAML_SCALAR_EVENT:
		return add_scalar(t, ev);
	case YAML_SEQUENCE_START_EVENT:
		return add_collection(t, ev, YAML_NODE_LIST);
	case YAML_MAPPING_START_EVENT:
		return add_collection(t, ev, YAML_NODE_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		t->depth--;
		return ERR_OK;
	default:
		return ERR_OK;
	}
}

static enum err
syntax(struct tree *t, const yaml_parser_t *p)
{
	yaml_mark_t at = p->problem_mark;

	/* The reader's own errors (an odd character) know an offset only. */
	if (p->error == YAML_READER_ERROR)
		at = p->mark;
	diags_add(t->ds, t->file, (unsigned)at.line + 1, (unsigned)at.column + 1,
	        p->error == YAML_SCANNER_ERROR ? "look at quotes, colons and tabs on this line"
	                                       : "look at the indentation here",
	        "this is not YAML: %s", p->problem != NULL ? p->problem : "out of memory");
	return ERR_INVALID;
}

enum err
yaml_tree(struct arena *a, const char *file, struct str text, struct diags *ds,
        struct yaml_node **root)
{
	struct tree t = {.a = a, .file = file, .ds = ds};
	yaml_parser_t p;
	yaml_event_t ev;
	bool done = false;
	enum err e = ERR_OK;

	if (!yaml_parser_initialize(&p))
		abort();
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p, (const unsigned char *)text.p, text.n);
	while (e == ERR_OK && !done) {
		if (!yaml_parser_parse(&p, &ev)) {
			e = syntax(&t, &p);
			break;
		}
		done = ev.type == YAML_STREAM_END_EVENT;
		e = take(&t, &ev);
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&p);
	if (e == ERR_OK && t.root == NULL) {
		diags_add(ds, file, 1, 1, NULL, "the file is empty");
		e = ERR_INVALID;
	}
	if (e == ERR_OK)
		*root = t.root;
	return e;
}
