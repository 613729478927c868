-- Legal hold, and the erasing of closed cases. closed_at is of the last closing, 0 while open; erase_at the time that was
-- announced to the team, 0 while none was; erased_at when the keys were destroyed.
ALTER TABLE cases ADD COLUMN hold BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN closed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN erase_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN erased_at BIGINT NOT NULL DEFAULT 0;
UPDATE cases SET closed_at = (SELECT MAX(at) FROM event WHERE case_id = cases.id AND kind = 'closed') WHERE state = 4;
CREATE INDEX cases_closed ON cases (close_reason, closed_at, id)
	WHERE state = 4 AND hold = 0 AND erased_at = 0 AND erase_at = 0;
CREATE INDEX cases_erase ON cases (erase_at, id) WHERE erase_at <> 0;
-- What erasing left outside of the rows: blobs to unlink; without one, what stands in the WAL.
CREATE TABLE scrub (
	id @PK@,
	blob BYTEA
) @STRICT@;
