-- The event that the checkpoint before the last one went up to: what was signed is not signed anew.
ALTER TABLE checkpoint ADD COLUMN previous_event BIGINT NOT NULL DEFAULT 0;
