-- Codes that serve once in place of one from the phone. Keyed hashes, which cover the person.
CREATE TABLE recovery_code (
	code_hash BYTEA NOT NULL PRIMARY KEY,
	person_id BIGINT NOT NULL,
	made_at BIGINT NOT NULL,
	used_at BIGINT NOT NULL         -- 0: not yet
) @WITHOUT_ROWID@;
CREATE INDEX recovery_code_by_person ON recovery_code (person_id);
