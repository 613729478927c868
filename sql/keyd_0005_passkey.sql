-- Passkeys: keys that a person's own devices hold (WebAuthn).
CREATE TABLE passkey (
	id @PK@,
	person_id BIGINT NOT NULL,
	credential_id BYTEA NOT NULL UNIQUE,
	public_key BYTEA NOT NULL,      -- P-256: x, then y
	sign_count BIGINT NOT NULL,     -- as the device counts; 0 where it does not
	name TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	used_at BIGINT NOT NULL         -- 0: not yet
) @STRICT@;
CREATE INDEX passkey_by_person ON passkey (person_id);

-- Challenges that were answered, until they would be too old anyway: each serves once.
CREATE TABLE passkey_challenge (
	challenge BYTEA NOT NULL PRIMARY KEY,
	expires_at BIGINT NOT NULL
) @WITHOUT_ROWID@;
