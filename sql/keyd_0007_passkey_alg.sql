-- How a passkey signs: a COSE algorithm. -7 ES256 (x, then y), -257 RS256 (modulus, then exponent), -8 EdDSA.
ALTER TABLE passkey ADD COLUMN alg BIGINT NOT NULL DEFAULT -7;
