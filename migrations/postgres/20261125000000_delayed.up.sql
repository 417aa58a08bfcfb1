-- Delayed tasks, soonest first: whoever waits for work is woken when one becomes due.
CREATE INDEX idx_tasks_delayed ON tasks (tenant_id, next_eligible_at, id) WHERE status = 'queued' AND next_eligible_at IS NOT NULL;
