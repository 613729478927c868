-- Advisories as published: public text and nothing of a case. `change` counts up with every publication, so that what was
-- rendered before can be found out of date by one look.
CREATE TABLE advisory (
	id @PK@,
	programme_id BIGINT NOT NULL REFERENCES programme (id),
	name TEXT NOT NULL,
	file TEXT NOT NULL,
	revision BIGINT NOT NULL,
	change BIGINT NOT NULL,
	published_at BIGINT NOT NULL,
	modified_at BIGINT NOT NULL,
	withdrawn_at BIGINT NOT NULL,
	title TEXT NOT NULL,
	severity TEXT NOT NULL,
	cve TEXT NOT NULL,
	record TEXT NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX advisory_name ON advisory (programme_id, name);
-- Its file name as a CSAF document: two names must not come to the same.
CREATE UNIQUE INDEX advisory_file ON advisory (programme_id, file);
CREATE INDEX advisory_published ON advisory (programme_id, published_at, id);
CREATE INDEX advisory_modified ON advisory (programme_id, modified_at, id);
CREATE UNIQUE INDEX advisory_change ON advisory (programme_id, change);

-- Every revision as it was.
CREATE TABLE advisory_revision (
	id @PK@,
	advisory_id BIGINT NOT NULL REFERENCES advisory (id),
	revision BIGINT NOT NULL,
	at BIGINT NOT NULL,
	record TEXT NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX advisory_revision_of ON advisory_revision (advisory_id, revision);

-- Who is thanked, by the year of publication: what /acknowledgments lists.
CREATE TABLE acknowledgment (
	id @PK@,
	programme_id BIGINT NOT NULL REFERENCES programme (id),
	advisory_id BIGINT NOT NULL REFERENCES advisory (id),
	year BIGINT NOT NULL,
	name TEXT NOT NULL,
	url TEXT NOT NULL
) @STRICT@;
CREATE INDEX acknowledgment_year ON acknowledgment (programme_id, year DESC, name, id);
CREATE INDEX acknowledgment_advisory ON acknowledgment (advisory_id);
