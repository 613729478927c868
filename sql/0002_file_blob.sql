-- Which blobs are named by a row: for the sweep of those that are not.
CREATE INDEX file_blob ON file (blob);
