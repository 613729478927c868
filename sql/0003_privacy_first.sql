-- Privacy incidents stand at the top of the queue, among themselves by the next promise.
CREATE INDEX cases_privacy ON cases (programme_id, next_due, id) WHERE state <> 4 AND privacy_incident = 1;
