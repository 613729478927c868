-- Programmes and the versions of their policies.
CREATE TABLE programme (
	id @PK@,
	name TEXT NOT NULL UNIQUE,
	case_prefix TEXT NOT NULL
) @STRICT@;

CREATE TABLE policy (
	sha256 BYTEA PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES programme (id),
	in_force_at BIGINT NOT NULL,
	content TEXT NOT NULL
) @STRICT@;

-- A case is the fold of its events; everything here that an event can change is derived from them.
CREATE TABLE cases (
	id @PK@,
	programme_id BIGINT NOT NULL REFERENCES programme (id),
	year BIGINT NOT NULL,
	number BIGINT NOT NULL,
	uid BYTEA NOT NULL,
	kind BIGINT NOT NULL,
	channel TEXT NOT NULL,
	received_at BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	policy_sha256 BYTEA NOT NULL,
	-- keys and proof
	pair_public BYTEA NOT NULL,
	team_wrap BYTEA NOT NULL,
	reporter_wrap BYTEA,
	receipt_hash BYTEA,
	content_sha256 BYTEA NOT NULL,
	signed_at BIGINT NOT NULL,
	signature BYTEA NOT NULL,
	contact_hash BYTEA,
	title BYTEA NOT NULL,
	-- the fold
	state BIGINT NOT NULL,
	needs_info BIGINT NOT NULL,
	severity BIGINT NOT NULL,
	reported_severity BIGINT NOT NULL,
	close_reason BIGINT NOT NULL,
	privacy_incident BIGINT NOT NULL,
	component TEXT NOT NULL,
	cvss TEXT NOT NULL,
	cwe BIGINT NOT NULL,
	assignee BIGINT NOT NULL,
	duplicate_of TEXT NOT NULL,
	credit BIGINT NOT NULL,
	letter_asked BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	next_clock BIGINT NOT NULL,
	next_due BIGINT NOT NULL,
	next_warn BIGINT NOT NULL,
	events BIGINT NOT NULL,
	files BIGINT NOT NULL,
	chain_head BYTEA NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX cases_number ON cases (programme_id, year, number);
-- The queue: open cases by the next promise. State 4 is closed (case/state.h).
CREATE INDEX cases_queue ON cases (programme_id, next_due, id) WHERE state <> 4;
CREATE INDEX cases_assignee ON cases (programme_id, assignee, next_due, id) WHERE state <> 4 AND assignee <> 0;
CREATE INDEX cases_waiting ON cases (programme_id, next_due, id) WHERE state <> 4 AND needs_info = 1;
CREATE INDEX cases_state ON cases (programme_id, state, id);
CREATE INDEX cases_severity ON cases (programme_id, severity, next_due, id) WHERE state <> 4;
CREATE INDEX cases_warn ON cases (next_warn, id) WHERE state <> 4;

CREATE TABLE event (
	id @PK@,
	case_id BIGINT NOT NULL REFERENCES cases (id),
	seq BIGINT NOT NULL,
	at BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	kind TEXT NOT NULL,
	actor TEXT NOT NULL,
	clear TEXT NOT NULL,
	sealed_with BIGINT NOT NULL,
	body BYTEA
) @STRICT@;
CREATE UNIQUE INDEX event_case ON event (case_id, seq);

-- A file of a case: the bytes are a blob under a random name, sealed; here stand its hash, size and sealed name.
CREATE TABLE file (
	id @PK@,
	case_id BIGINT NOT NULL REFERENCES cases (id),
	number BIGINT NOT NULL,
	event_seq BIGINT NOT NULL,
	sealed_with BIGINT NOT NULL,
	blob BYTEA NOT NULL,
	size BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	picture BIGINT NOT NULL,
	name BYTEA NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX file_case ON file (case_id, number);

-- A request that came with an Idempotency-Key.
CREATE TABLE idempotency (
	hash BYTEA PRIMARY KEY,
	case_id BIGINT NOT NULL REFERENCES cases (id)
) @WITHOUT_ROWID@;

CREATE TABLE capsule (
	id @PK@,
	case_id BIGINT NOT NULL REFERENCES cases (id),
	purpose BIGINT NOT NULL,
	not_before BIGINT NOT NULL,
	content BYTEA NOT NULL
) @STRICT@;
CREATE INDEX capsule_case ON capsule (case_id, purpose);

-- A promise whose clock has stopped: what the trust center counts.
CREATE TABLE outcome (
	id @PK@,
	programme_id BIGINT NOT NULL REFERENCES programme (id),
	case_id BIGINT NOT NULL REFERENCES cases (id),
	clock BIGINT NOT NULL,
	cycle BIGINT NOT NULL,
	started_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	stopped_at BIGINT NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX outcome_case ON outcome (case_id, clock, cycle);

-- Notices to people: which template, to whom, about which case; never content. recipient 0 is the reporter.
CREATE TABLE notice (
	id @PK@,
	case_id BIGINT NOT NULL REFERENCES cases (id),
	template TEXT NOT NULL,
	about BIGINT NOT NULL,
	recipient BIGINT NOT NULL,
	queued_at BIGINT NOT NULL,
	try_at BIGINT NOT NULL,
	tries BIGINT NOT NULL,
	sent_at BIGINT NOT NULL,
	trouble TEXT NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX notice_once ON notice (case_id, template, about, recipient);
CREATE INDEX notice_waiting ON notice (try_at, id) WHERE sent_at = 0;

-- What keyd signed over the heads of the chains: all events up to event_id.
CREATE TABLE checkpoint (
	id @PK@,
	event_id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	heads_hash BYTEA NOT NULL,
	signature BYTEA NOT NULL
) @STRICT@;

CREATE TABLE job (
	name TEXT PRIMARY KEY,
	ran_at BIGINT NOT NULL,
	position BIGINT NOT NULL
) @WITHOUT_ROWID@;
