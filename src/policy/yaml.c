/* A tree of YAML, read into structs by tables of keys. */
#include "policy/yaml.h"

#include "policy/yaml_tree.h"

#include <stdarg.h>

struct mark {
	const void *member;
	unsigned line, column;
	struct mark *older;
};

struct yaml_doc {
	struct arena *a;
	const char *file;
	struct diags *ds;
	struct mark *marks; /* the newest first */
};

static void read_value(
        struct yaml_doc *doc, const struct yaml_key *key, const struct yaml_node *node, void *out);

static void
remember(struct yaml_doc *doc, const void *member, const struct yaml_node *node)
{
	struct mark *m = ARENA_NEW(doc->a, struct mark);

	*m = (struct mark){member, node->line, node->column, doc->marks};
	doc->marks = m;
}

static void
mistake_at(struct yaml_doc *doc, const struct yaml_node *node, const char *mend, const char *what)
{
	diags_add(doc->ds, doc->file, node->line, node->column, mend, "%s", what);
}

/* ---- One value ---------------------------------------------------------------------------- */

static const char *
choices_text(struct arena *a, const char *const *choices)
{
	struct str all = STR("write ");

	for (size_t i = 0; choices[i] != NULL; i++)
		if (choices[i][0] != '\0')
			all = str_fmt(a, "%.*s%s\"%s\"", STR_ARG(all),
			        all.n > 6 ? choices[i + 1] == NULL ? " or " : ", " : "",
			        choices[i]);
	return str_z(a, all);
}

static void
read_text(struct yaml_doc *doc, const struct yaml_key *key, const struct yaml_node *node, void *out)
{
	struct str s = str_trim(node->text);
	struct diags *ds = doc->ds;

	if (s.n == 0 && key->min > 0)
		diags_add(ds, doc->file, node->line, node->column, key->mend, "\"%s\" is empty",
		        key->name);
	else if (s.n < (size_t)key->min)
		diags_add(ds, doc->file, node->line, node->column, key->mend,
		        "\"%s\" is too short: at least %lld bytes", key->name, (long long)key->min);
	else if (s.n > (size_t)key->max)
		diags_add(ds, doc->file, node->line, node->column, key->mend,
		        "\"%s\" is too long: at most %lld bytes", key->name, (long long)key->max);
	else
		*(struct str *)out = s;
}

static void
read_bool(struct yaml_doc *doc, const struct yaml_key *key, const struct yaml_node *node, void *out)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"true", true}, {"yes", true}, {"on", true}, {"false", false}, {"no", false},
	        {"off", false}};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_eq_nocase(node->text, str_of(words[i].word))) {
			*(bool *)out = words[i].value;
			return;
		}
	diags_add(doc->ds, doc->file, node->line, node->column, "write \"true\" or \"false\"",
	        "\"%s\" is neither yes nor no", key->name);
}

static void
read_int(struct yaml_doc *doc, const struct yaml_key *key, const struct yaml_node *node, void *out)
{
	uint64_t v;

	if (str_u64(node->text, INT64_MAX, &v) != ERR_OK)
		diags_add(doc->ds, doc->file, node->line, node->column, key->mend,
		        "\"%s\" is not a whole number", key->name);
	else if ((int64_t)v < key->min || (int64_t)v > key->max)
		diags_add(doc->ds, doc->file, node->line, node->column, key->mend,
		        "\"%s\" is not between %lld and %lld", key->name, (long long)key->min,
		        (long long)key->max);
	else
		*(int64_t *)out = (int64_t)v;
}

static void
read_choice(
        struct yaml_doc *doc, const struct yaml_key *key, const struct yaml_node *node, void *out)
{
	for (int i = 0; key->choices[i] != NULL; i++)
		if (key->choices[i][0] != '\0' && str_eq(node->text, str_of(key->choices[i]))) {
			*(int *)out = i;
			return;
		}
	diags_add(doc->ds, doc->file, node->line, node->column, choices_text(doc->a, key->choices),
	        "\"%s\" cannot be \"%.*s\"", key->name,
	        (int)(node->text.n < 60 ? node->text.n : 60), node->text.p);
}

static void
read_custom(
        struct yaml_doc *doc, const struct yaml_key *key, const struct yaml_node *node, void *out)
{
	void *value = arena_alloc(doc->a, key->size);
	const char *wrong = key->read(doc->a, node->text, value);

	if (wrong == NULL)
		memcpy(out, value, key->size);
	else
		diags_add(doc->ds, doc->file, node->line, node->column, key->mend,
		        "\"%.*s\" %s (\"%s\")", (int)(node->text.n < 60 ? node->text.n : 60),
		        node->text.p, wrong, key->name);
}

/* ---- Maps --------------------------------------------------------------------------------- */

/* Edits (one letter more, less or other, or two swapped) from A to B; 3 or more as 3. */
static unsigned
distance(struct str a, struct str b)
{
	unsigned row[3][33]; /* the last three rows of the table */

	if (a.n > 32 || b.n > 32 || a.n > b.n + 2 || b.n > a.n + 2)
		return 3;
	for (unsigned j = 0; j <= b.n; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b.n; j++) {
			unsigned best = last[j - 1] + (a.p[i - 1] != b.p[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			        a.p[i - 2] == b.p[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[a.n % 3][b.n] < 3 ? row[a.n % 3][b.n] : 3;
}

static void
unknown_key(struct yaml_doc *doc, const struct yaml_map *map, const struct yaml_node *node)
{
	const char *near = NULL;
	unsigned best = 3;
	char mend[128] = "";

	for (size_t i = 0; i < map->keys_n; i++) {
		unsigned d = distance(node->text, str_of(map->keys[i].name));

		if (d < best && d < node->text.n) {
			best = d;
			near = map->keys[i].name;
		}
	}
	if (near != NULL)
		snprintf(mend, sizeof mend, "did you mean \"%s\"?", near);
	else
		snprintf(mend, sizeof mend, "leave it out");
	diags_add(doc->ds, doc->file, node->line, node->column, mend, "\"%.*s\" is not a key of %s",
	        (int)(node->text.n < 60 ? node->text.n : 60), node->text.p, map->what);
}

static const struct yaml_key *
find_key(const struct yaml_map *map, struct str name)
{
	for (size_t i = 0; i < map->keys_n; i++)
		if (str_eq(name, str_of(map->keys[i].name)))
			return &map->keys[i];
	return NULL;
}

static void
check_required(struct yaml_doc *doc, const struct yaml_map *map, const struct yaml_node *node,
        const struct yaml_node *const *given)
{
	for (size_t i = 0; i < map->keys_n; i++)
		if (map->keys[i].required && given[i] == NULL)
			diags_add(doc->ds, doc->file, node->line, node->column,
			        map->keys[i].mend != NULL ? map->keys[i].mend : map->keys[i].help,
			        "%s lacks \"%s\"", map->what, map->keys[i].name);
}

static void
read_map(struct yaml_doc *doc, const struct yaml_map *map, const struct yaml_node *node, void *out)
{
	const struct yaml_node **given = ARENA_ARRAY(doc->a, map->keys_n, const struct yaml_node *);

	for (const struct yaml_node *k = node->first; k != NULL; k = k->next->next) {
		const struct yaml_key *key;

		if (k->kind != YAML_NODE_SCALAR) {
			mistake_at(doc, k, "write a name", "a key is not a name");
			continue;
		}
		key = find_key(map, k->text);
		if (key == NULL) {
			unknown_key(doc, map, k);
			continue;
		}
		if (given[key - map->keys] != NULL) {
			diags_add(doc->ds, doc->file, k->line, k->column, "leave one",
			        "\"%s\" is given twice, first on line %u", key->name,
			        given[key - map->keys]->line);
			continue;
		}
		given[key - map->keys] = k;
		read_value(doc, key, k->next, out);
	}
	check_required(doc, map, node, given);
}

/* ---- Lists -------------------------------------------------------------------------------- */

static size_t
item_size(const struct yaml_key *key)
{
	switch (key->type) {
	case YAML_TEXT:
		return sizeof(struct str);
	case YAML_BOOL:
		return sizeof(bool);
	case YAML_INT:
		return sizeof(int64_t);
	case YAML_CHOICE:
		return sizeof(int);
	case YAML_VALUE:
		return key->size;
	case YAML_MAP:
		return key->map->size;
	case YAML_SECTION:
		break;
	}
	abort();
}

/* The text of the value that must be unique in ITEM: its own, or that of a key of the map. */
static const struct yaml_node *
unique_node(const struct yaml_node *item, const char *name)
{
	if (name == NULL || item->kind != YAML_NODE_MAP)
		return name == NULL && item->kind == YAML_NODE_SCALAR ? item : NULL;
	for (const struct yaml_node *k = item->first; k != NULL; k = k->next->next)
		if (k->kind == YAML_NODE_SCALAR && str_eq(k->text, str_of(name)))
			return k->next->kind == YAML_NODE_SCALAR ? k->next : NULL;
	return NULL;
}

static void
check_unique(struct yaml_doc *doc, const struct yaml_node *list, const char *name)
{
	for (const struct yaml_node *i = list->first; i != NULL; i = i->next) {
		const struct yaml_node *a = unique_node(i, name);

		for (const struct yaml_node *j = list->first; a != NULL && j != i; j = j->next) {
			const struct yaml_node *b = unique_node(j, name);

			if (b == NULL || !str_eq_nocase(a->text, b->text))
				continue;
			diags_add(doc->ds, doc->file, a->line, a->column,
			        name != NULL ? "give it another" : "leave one",
			        "%s%s\"%.*s\" is there twice, first on line %u",
			        name != NULL ? name : "", name != NULL ? " " : "",
			        (int)(a->text.n < 60 ? a->text.n : 60), a->text.p, b->line);
			break;
		}
	}
}

static void
read_list(
        struct yaml_doc *doc, const struct yaml_key *key, const struct yaml_node *node, void *base)
{
	struct yaml_key one = *key;
	size_t max = key->items_max != 0 ? key->items_max : 100, i = 0;
	char *items;

	if (node->n > max || node->n < key->items_min) {
		diags_add(doc->ds, doc->file, node->line, node->column, key->mend,
		        node->n > max ? "\"%s\" has %zu items, at most %zu can be"
		                      : "\"%s\" has %zu items, at least %zu are needed",
		        key->name, node->n, node->n > max ? max : key->items_min);
		return;
	}
	items = arena_array(doc->a, node->n > 0 ? node->n : 1, item_size(key));
	one.list = false;
	one.offset = 0;
	one.offset_n = 0;
	for (const struct yaml_node *n = node->first; n != NULL; n = n->next)
		read_value(doc, &one, n, items + i++ * item_size(key));
	if (key->unique)
		check_unique(doc, node, NULL);
	for (size_t k = 0; key->type == YAML_MAP && k < key->map->keys_n; k++)
		if (key->map->keys[k].unique && !key->map->keys[k].list)
			check_unique(doc, node, key->map->keys[k].name);
	memcpy((char *)base + key->offset, &items, sizeof items);
	memcpy((char *)base + key->offset_n, &node->n, sizeof node->n);
}

/* ---- All of it ---------------------------------------------------------------------------- */

static void
read_value(
        struct yaml_doc *doc, const struct yaml_key *key, const struct yaml_node *node, void *base)
{
	static void (*const readers[])(
	        struct yaml_doc *, const struct yaml_key *, const struct yaml_node *, void *) = {
	        [YAML_TEXT] = read_text,
	        [YAML_BOOL] = read_bool,
	        [YAML_INT] = read_int,
	        [YAML_CHOICE] = read_choice,
	        [YAML_VALUE] = read_custom,
	};
	bool is_map = key->type == YAML_MAP || key->type == YAML_SECTION;
	enum yaml_kind wanted = key->list ? YAML_NODE_LIST
	                        : is_map  ? YAML_NODE_MAP
	                                  : YAML_NODE_SCALAR;
	void *out = (char *)base + key->offset;

	if (node->kind != wanted) {
		diags_add(doc->ds, doc->file, node->line, node->column, key->mend,
		        "\"%s\" must be %s, not %s", key->name, yaml_kind_name(wanted),
		        yaml_kind_name(node->kind));
		return;
	}
	if (key->type != YAML_SECTION)
		remember(doc, out, node);
	if (key->list)
		read_list(doc, key, node, base);
	else if (is_map)
		read_map(doc, key->map, node, out);
	else
		readers[key->type](doc, key, node, out);
	if (!key->list && key->offset_n != 0)
		*(bool *)((char *)base + key->offset_n) = true;
}

static enum err
check_bytes(struct yaml_doc *doc, struct str text)
{
	size_t bad, line = 1, column = 1;

	if (text.n > YAML_TEXT_MAX) {
		diags_add(doc->ds, doc->file, 0, 0, NULL, "the file is larger than %d bytes",
		        YAML_TEXT_MAX);
		return ERR_TOO_LARGE;
	}
	if (str_utf8_valid(text, &bad))
		return ERR_OK;
	for (size_t i = 0; i < bad; i++) {
		if (text.p[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)text.p[i] & 0xC0) != 0x80) {
			column++;
		}
	}
	diags_add(doc->ds, doc->file, (unsigned)line, (unsigned)column, "save the file as UTF-8",
	        "this byte is not UTF-8");
	return ERR_INVALID;
}

enum err
yaml_read(struct arena *a, const char *file, struct str text, const struct yaml_map *map, void *out,
        struct diags *ds, struct yaml_doc **doc)
{
	size_t before = ds->n + ds->more;
	struct yaml_node *root;
	enum err e;

	*doc = ARENA_NEW(a, struct yaml_doc);
	**doc = (struct yaml_doc){.a = a, .file = file, .ds = ds};
	e = check_bytes(*doc, text);
	if (e == ERR_OK)
		e = yaml_tree(a, file, text, ds, &root);
	if (e != ERR_OK)
		return e;
	if (root->kind != YAML_NODE_MAP)
		mistake_at(
		        *doc, root, "begin with \"key: value\"", "the file is not a map of keys");
	else {
		remember(*doc, out, root);
		read_map(*doc, map, root, out);
	}
	diags_sort(ds);
	return ds->n + ds->more > before ? ERR_INVALID : ERR_OK;
}

static const struct mark *
find_mark(const struct yaml_doc *doc, const void *member)
{
	for (const struct mark *m = doc->marks; m != NULL; m = m->older)
		if (m->member == member)
			return m;
	return NULL;
}

void
yaml_mistake(
        const struct yaml_doc *doc, const void *member, const char *mend, const char *what_fmt, ...)
{
	const struct mark *m = find_mark(doc, member);
	char what[256];
	va_list ap;

	va_start(ap, what_fmt);
	vsnprintf(what, sizeof what, what_fmt, ap);
	va_end(ap);
	diags_add(doc->ds, doc->file, m != NULL ? m->line : 0, m != NULL ? m->column : 0, mend,
	        "%s", what);
}

unsigned
yaml_line(const struct yaml_doc *doc, const void *member)
{
	const struct mark *m = find_mark(doc, member);

	return m != NULL ? m->line : 0;
}
