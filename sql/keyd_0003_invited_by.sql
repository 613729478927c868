-- Who made a link, so that it ends with them.
ALTER TABLE enrolment ADD COLUMN made_by BIGINT NOT NULL DEFAULT 0; -- person; 0: a token or the operator
