-- Whether the task's payload, progress and outcome have moved to an archive file, as receipts.archived says it of bodies;
-- payload_hash is the SHA-256 of the payload that moved, NULL when there was none.
ALTER TABLE tasks ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;

--bun:split

ALTER TABLE tasks ADD COLUMN payload_hash TEXT;
