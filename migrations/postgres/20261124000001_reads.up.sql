-- Lists of what waits, runs or went wrong, however many tasks have succeeded.
CREATE INDEX idx_tasks_status ON tasks (tenant_id, status, created_at DESC, id DESC) WHERE status <> 'succeeded';

--bun:split

-- Each search for a receipt's children would read the whole list of entries that await their place in the index: 300 ms
-- instead of 3 for a page of 200 receipts.
ALTER INDEX idx_receipts_parents_gin SET (fastupdate = off);
