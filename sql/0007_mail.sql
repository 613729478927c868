-- Mail that was taken: the keyed hash of recipient and raw message, so that it is taken once. case_id: where it is.
CREATE TABLE mail_taken (
	hash BYTEA PRIMARY KEY,
	case_id BIGINT NOT NULL,
	at BIGINT NOT NULL
) @WITHOUT_ROWID@;
CREATE INDEX mail_taken_at ON mail_taken (at);

-- Keyed hashes of Message-IDs that belong to a case: what answers to them does too.
CREATE TABLE mail_id (
	hash BYTEA PRIMARY KEY,
	case_id BIGINT NOT NULL
) @WITHOUT_ROWID@;

-- When an address last got an automatic receipt, by its keyed hash.
CREATE TABLE mail_answered (
	address BYTEA PRIMARY KEY,
	at BIGINT NOT NULL
) @WITHOUT_ROWID@;
CREATE INDEX mail_answered_at ON mail_answered (at);
