-- What everybody is told by mail: found without reading the openings in between.
CREATE INDEX log_told ON log (id) WHERE action IN ('absence', 'enrol', 'invite', 'member_change', 'passkey_add',
	'passkey_remove', 'password_change', 'recovery_renew', 'recovery_use', 'renew', 'sign_out_everywhere', 'token_create');
-- Absence: from and until in UTC seconds, both 0 for none; who stands in, 0 for nobody.
ALTER TABLE person ADD COLUMN away_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN away_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN deputy BIGINT NOT NULL DEFAULT 0;
