-- Notices of what is no case's: case_id 0. Nothing refers to a notice, so that they are numbered anew.
CREATE TABLE notice_next (
	id @PK@,
	case_id BIGINT NOT NULL,        -- 0: of no case
	template TEXT NOT NULL,
	about BIGINT NOT NULL,          -- of no case: the entry of keyd's log
	recipient BIGINT NOT NULL,
	queued_at BIGINT NOT NULL,
	try_at BIGINT NOT NULL,
	tries BIGINT NOT NULL,
	sent_at BIGINT NOT NULL,
	trouble TEXT NOT NULL
) @STRICT@;
INSERT INTO notice_next (case_id, template, about, recipient, queued_at, try_at, tries, sent_at, trouble)
	SELECT case_id, template, about, recipient, queued_at, try_at, tries, sent_at, trouble FROM notice ORDER BY id;
DROP TABLE notice;
ALTER TABLE notice_next RENAME TO notice;
CREATE UNIQUE INDEX notice_once ON notice (case_id, template, about, recipient);
CREATE INDEX notice_waiting ON notice (try_at, id) WHERE sent_at = 0;
