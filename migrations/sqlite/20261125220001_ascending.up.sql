-- Lists, newest first, read these backwards. What is new goes to their end, where a page that is full is left full; at the
-- beginning it was split in halves, of which one was never filled.
DROP INDEX idx_tasks_created;

--bun:split

CREATE INDEX idx_tasks_created ON tasks (tenant_id, created_at, id);

--bun:split

DROP INDEX idx_tasks_status;

--bun:split

-- Lists of what waits, runs or went wrong, however many tasks have succeeded.
CREATE INDEX idx_tasks_status ON tasks (tenant_id, status, created_at, id) WHERE status <> 'succeeded';

--bun:split

DROP INDEX idx_leases_worker;

--bun:split

CREATE INDEX idx_leases_worker ON leases (tenant_id, worker_kind, worker_id, acquired_at, id);
