-- Wrapped keys have a table of their own, whose rows are written in order and never change their size: so SQLite never
-- moves one, and what is overwritten is nowhere else in the file.
CREATE TABLE case_wrap (
	case_id BIGINT NOT NULL PRIMARY KEY REFERENCES cases (id),
	team BYTEA NOT NULL,
	reporter BYTEA
) @STRICT@;
INSERT INTO case_wrap (case_id, team, reporter) SELECT id, team_wrap, reporter_wrap FROM cases ORDER BY id;
ALTER TABLE cases DROP COLUMN team_wrap;
ALTER TABLE cases DROP COLUMN reporter_wrap;
