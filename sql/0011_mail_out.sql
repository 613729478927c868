-- What a capsule is about: for mails the event whose text it holds; 0: the case as such.
ALTER TABLE capsule ADD COLUMN about BIGINT NOT NULL DEFAULT 0;
-- The link by which a reporter who has no receipt gets one: a wrap of the reporter's key that serves once. One a case; it
-- is overwritten in place.
CREATE TABLE case_link (
	case_id BIGINT NOT NULL PRIMARY KEY REFERENCES cases (id),
	hash BYTEA NOT NULL,
	wrap BYTEA NOT NULL,
	expires_at BIGINT NOT NULL
) @STRICT@;
