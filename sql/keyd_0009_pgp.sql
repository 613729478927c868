-- The programme's OpenPGP keys: one that is in use, and those that it replaced, which still open what was written to them.
CREATE TABLE pgp_key (
	id @PK@,
	fingerprint TEXT NOT NULL UNIQUE,
	user_id TEXT NOT NULL,
	secret_sealed BYTEA NOT NULL,     -- transferable secret key, under a key from keyd.key
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	superseded_at BIGINT NOT NULL     -- 0: in use
) @STRICT@;

-- What is wanted of the process vdpd-pgp, and what it made to be published. One row.
CREATE TABLE pgp_state (
	id BIGINT NOT NULL PRIMARY KEY,
	version BIGINT NOT NULL,          -- grows with each change
	wanted BIGINT NOT NULL,           -- 0: nothing
	made_at BIGINT NOT NULL,          -- 0: nothing was published yet
	policy_sha256 BYTEA,              -- of the policy that security_txt was made from
	armored BYTEA,
	transferable BYTEA,
	security_txt BYTEA
) @WITHOUT_ROWID@;
INSERT INTO pgp_state (id, version, wanted, made_at) VALUES (1, 0, 0, 0);
