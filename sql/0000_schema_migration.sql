-- What has been applied to this database; store/migrate.c runs this text first, in both sets.
CREATE TABLE IF NOT EXISTS schema_migration (
	version BIGINT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	checksum BYTEA NOT NULL,
	applied_at BIGINT NOT NULL
) @STRICT@;
