/* Prints every migration and every statement of the program as a script for psql: the migrations as
 * PostgreSQL takes them, each statement as PREPARE, and the types of its columns (\gdesc, with NULL
 * for each parameter). tests/e2e/postgres_prepare.sh runs it. */
#include "base/buf.h"
#include "keyd/store/keyd_set.h"
#include "store/migrate.h"
#include "store/statements.h"

#include <stdio.h>
#include <stdlib.h>

static const struct db_set *const sets[] = {&store_set, &keyd_set};

static void
print_expanded(const struct embedded *file)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	if (migrate_expand(str_bytes(file->bytes, file->n), ENGINE_POSTGRES, &text) != ERR_OK) {
		fprintf(stderr, "%s: cannot be expanded\n", file->name);
		exit(1);
	}
	printf("\\echo migration %s\n%.*s\n", file->name, STR_ARG(buf_view(&text)));
	buf_clear(&text);
}

static void
print_migrations(const struct db_set *set)
{
	int64_t version;

	for (size_t i = 0; i < *set->files_n; i++)
		if (str_starts(str_of(set->files[i].name), STR("0000_")) ||
		        migrate_of_set(&set->files[i], set, &version))
			print_expanded(&set->files[i]);
}

static void
print_with_nulls(const char *sql)
{
	for (const char *p = sql; *p != '\0'; p++) {
		if (*p != '$') {
			putchar(*p);
			continue;
		}
		fputs("NULL", stdout);
		while (p[1] >= '0' && p[1] <= '9')
			p++;
	}
}

static void
print_statement(const struct stmt *st)
{
	printf("\\echo statement %s\nPREPARE %s AS %s;\n", st->name, st->name, st->sql);
	print_with_nulls(st->sql);
	printf("\n\\gdesc\n");
}

int
main(void)
{
	for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++) {
		printf("CREATE SCHEMA set%zu;\nSET search_path = set%zu;\n", s, s);
		print_migrations(sets[s]);
		for (size_t t = 0; sets[s]->stmts[t] != NULL; t++)
			for (size_t i = 0; sets[s]->stmts[t][i] != NULL; i++)
				print_statement(sets[s]->stmts[t][i]);
		/* The next set has some of the same names. */
		printf("SELECT name || ' takes ' || parameter_types::text FROM "
		       "pg_prepared_statements WHERE NOT parameter_types <@ "
		       "ARRAY['bigint', 'text', 'bytea']::regtype[];\nDEALLOCATE ALL;\n");
	}
	return 0;
}
