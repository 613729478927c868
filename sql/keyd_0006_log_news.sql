-- What the whole team is told of: found without reading the openings in between.
CREATE INDEX log_news ON log (id) WHERE action IN ('member_change', 'renew');
