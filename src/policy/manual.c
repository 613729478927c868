/* Writing the tables of keys out for people. */
#include "policy/manual.h"

#include "policy/config.h"
#include "policy/keys.h"

static const char *
kind(const struct yaml_key *key)
{
	switch (key->type) {
	case YAML_BOOL:
		return "true or false";
	case YAML_INT:
		return "a whole number";
	case YAML_MAP:
		return key->list ? "a list of maps" : "a map";
	case YAML_SECTION:
		return "a map";
	default:
		return key->list ? "a list" : "text";
	}
}

static void
write_map(struct buf *b, const struct yaml_map *map, int depth)
{
	for (size_t i = 0; i < map->keys_n; i++) {
		const struct yaml_key *key = &map->keys[i];

		buf_fmt(b, "%*s%s: %s%s; %s\n", 2 * depth, "", key->name, kind(key),
		        key->required ? ", needed" : "", key->help);
		if (key->map != NULL)
			write_map(b, key->map, depth + 1);
	}
}

void
policy_manual(struct buf *b)
{
	write_map(b, &policy_keys, 0);
}

void
config_manual(struct buf *b)
{
	write_map(b, &config_keys, 0);
}
