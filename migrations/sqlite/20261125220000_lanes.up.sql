-- Claimable tasks that require the same stand in one lane, so that a claim passes over all that it may not take at once. NULL
-- until a claim has put the task there: see docs/decisions/lanes.md.
ALTER TABLE tasks ADD COLUMN lane TEXT;

--bun:split

DROP INDEX idx_tasks_claim;

--bun:split

-- Claims: in each lane highest priority first, then oldest.
CREATE INDEX idx_tasks_claim ON tasks (tenant_id, lane, priority DESC, created_at, id) WHERE status = 'queued' AND lane IS NOT NULL;

--bun:split

-- What claims have yet to put into its lane, as it becomes due.
CREATE INDEX idx_tasks_due ON tasks (tenant_id, coalesce(next_eligible_at, created_at), id) WHERE status = 'queued' AND lane IS NULL;
