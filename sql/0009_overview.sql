-- When verdicts were given, what was mended, what was closed: for the overview. Nothing of it is written at intake.
CREATE INDEX event_marks ON event (kind, at, case_id) WHERE kind IN ('closed', 'fixed', 'triaged');

-- The figures of a programme as they were last counted: derived, and counted anew by any program that does not
-- understand them.
CREATE TABLE overview (
	programme_id BIGINT NOT NULL PRIMARY KEY REFERENCES programme (id),
	event_id BIGINT NOT NULL,       -- the newest that was counted
	counted_at BIGINT NOT NULL,
	cost_ms BIGINT NOT NULL,
	content BYTEA NOT NULL
) @STRICT@;
