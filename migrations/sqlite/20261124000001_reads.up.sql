-- Lists of what waits, runs or went wrong, however many tasks have succeeded.
CREATE INDEX idx_tasks_status ON tasks (tenant_id, status, created_at DESC, id DESC) WHERE status <> 'succeeded';
