-- keys/keyd.db: who may sign in, what they signed in with, and what was opened for them.
-- Hashes are BLAKE2b-256. Times are UTC seconds.

CREATE TABLE person (
	id @PK@,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL UNIQUE,  -- ASCII letters made small
	email TEXT NOT NULL,
	email_key TEXT NOT NULL UNIQUE,
	roles BIGINT NOT NULL,          -- bits of enum staff_role
	disabled BIGINT NOT NULL DEFAULT 0,
	created_at BIGINT NOT NULL
) @STRICT@;

CREATE TABLE credential (
	person_id BIGINT NOT NULL PRIMARY KEY REFERENCES person (id),
	password_hash TEXT NOT NULL,    -- argon2id, in its own notation
	totp_sealed BYTEA NOT NULL,     -- the secret under a key from keys/server.key
	totp_last_step BIGINT NOT NULL, -- a code of this 30 s step or an earlier one was used
	changed_at BIGINT NOT NULL
) @STRICT@;

-- A one-time link. With a person_id it renews that person's credential.
CREATE TABLE enrolment (
	link_hash BYTEA NOT NULL PRIMARY KEY,
	person_id BIGINT NOT NULL,      -- 0: somebody new
	roles BIGINT NOT NULL,
	name TEXT NOT NULL,
	email TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_at BIGINT NOT NULL         -- 0: not yet
) @WITHOUT_ROWID@;

CREATE TABLE session (
	token_hash BYTEA NOT NULL PRIMARY KEY,
	person_id BIGINT NOT NULL,      -- 0: the operator at the command line
	created_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,        -- to within a few minutes
	expires_at BIGINT NOT NULL
) @WITHOUT_ROWID@;
CREATE INDEX session_by_person ON session (person_id);

CREATE TABLE api_token (
	id @PK@,
	token_hash BYTEA NOT NULL UNIQUE,
	name TEXT NOT NULL,
	roles BIGINT NOT NULL,
	made_by BIGINT NOT NULL,        -- person; 0: the operator
	made_by_name TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	revoked_at BIGINT NOT NULL      -- 0: it is not
) @STRICT@;

-- The highest case number given out, by prefix and year. Never goes down.
CREATE TABLE counter (
	prefix TEXT NOT NULL,
	year BIGINT NOT NULL,
	last BIGINT NOT NULL,
	PRIMARY KEY (prefix, year)
) @WITHOUT_ROWID@;

-- The last checkpoint signed, by programme.
CREATE TABLE checkpoint (
	programme TEXT NOT NULL PRIMARY KEY,
	highest_event BIGINT NOT NULL,
	heads_hash BYTEA NOT NULL,
	signed_at BIGINT NOT NULL,
	signature BYTEA NOT NULL
) @WITHOUT_ROWID@;

-- What was opened, for whom and when, and who changed whom; each entry's hash covers the one before.
CREATE TABLE log (
	id BIGINT NOT NULL PRIMARY KEY, -- from 1, without a gap
	at BIGINT NOT NULL,
	actor TEXT NOT NULL,
	action TEXT NOT NULL,
	detail TEXT NOT NULL,
	cases TEXT NOT NULL,            -- numbers, parted by spaces
	hash BYTEA NOT NULL
) @STRICT@;
