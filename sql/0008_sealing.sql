-- Which storage key cases are sealed to now: since the first change of it, by its public half. Whoever sealed a case to
-- another one seals it anew before it is written.
CREATE TABLE sealing (
	id BIGINT NOT NULL PRIMARY KEY,
	storage BYTEA NOT NULL
) @STRICT@;
