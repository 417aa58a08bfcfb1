-- The ledger and what is derived from it. Ids are lower-case text; instants are text, UTC, with six decimals and Z, so that
-- they sort; JSON is its canonical text.

CREATE TABLE ledger_heads (
    tenant_id TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    CONSTRAINT ledger_heads_pkey PRIMARY KEY (tenant_id)
) STRICT, WITHOUT ROWID;

--bun:split

CREATE TABLE tasks (
    tenant_id             TEXT    NOT NULL,
    id                    TEXT    NOT NULL,
    type                  TEXT    NOT NULL,
    status                TEXT    NOT NULL,
    payload               TEXT,
    payload_pointer       TEXT,
    priority              INTEGER NOT NULL,
    capabilities          TEXT    NOT NULL,
    tags                  TEXT    NOT NULL,
    expected_outcome      TEXT    NOT NULL,
    created_by_kind       TEXT    NOT NULL,
    created_by_id         TEXT    NOT NULL,
    idempotency_key       TEXT,
    fingerprint           TEXT    NOT NULL,
    attempt               INTEGER NOT NULL,
    expiry_count          INTEGER NOT NULL,
    max_attempts          INTEGER NOT NULL,
    retry_backoff_seconds INTEGER NOT NULL,
    created_at            TEXT    NOT NULL,
    updated_at            TEXT    NOT NULL,
    next_eligible_at      TEXT,
    started_at            TEXT,
    obligation_id         TEXT    NOT NULL,
    outcome               TEXT,
    progress              TEXT,
    progress_at           TEXT,
    CONSTRAINT tasks_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT tasks_status_check CHECK (status IN ('queued', 'leased', 'running', 'succeeded', 'failed', 'canceled'))
) STRICT;

--bun:split

CREATE INDEX idx_tasks_claim ON tasks (tenant_id, priority DESC, created_at, id) WHERE status = 'queued';

--bun:split

CREATE INDEX idx_tasks_created ON tasks (tenant_id, created_at DESC, id DESC);

--bun:split

CREATE UNIQUE INDEX idx_tasks_idempotency ON tasks (tenant_id, created_by_kind, created_by_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

--bun:split

CREATE TABLE task_counts (
    tenant_id TEXT    NOT NULL,
    type      TEXT    NOT NULL,
    status    TEXT    NOT NULL,
    count     INTEGER NOT NULL,
    CONSTRAINT task_counts_pkey PRIMARY KEY (tenant_id, type, status)
) STRICT, WITHOUT ROWID;

--bun:split

CREATE TABLE leases (
    tenant_id         TEXT    NOT NULL,
    id                TEXT    NOT NULL,
    task_id           TEXT    NOT NULL,
    worker_kind       TEXT    NOT NULL,
    worker_id         TEXT    NOT NULL,
    state             TEXT    NOT NULL,
    acquired_at       TEXT    NOT NULL,
    expires_at        TEXT    NOT NULL,
    ended_at          TEXT,
    renewal_count     INTEGER NOT NULL,
    progress_sequence INTEGER NOT NULL,
    report_hash       TEXT    NOT NULL,
    CONSTRAINT leases_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT leases_state_check CHECK (state IN ('active', 'completed', 'failed', 'canceled', 'released', 'expired')),
    CONSTRAINT leases_ended_check CHECK ((state = 'active') = (ended_at IS NULL))
) STRICT;

--bun:split

CREATE UNIQUE INDEX idx_leases_active ON leases (tenant_id, task_id) WHERE ended_at IS NULL;

--bun:split

CREATE INDEX idx_leases_expiry ON leases (expires_at) WHERE ended_at IS NULL;

--bun:split

CREATE INDEX idx_leases_task ON leases (tenant_id, task_id, acquired_at DESC, id DESC);

--bun:split

CREATE INDEX idx_leases_worker ON leases (tenant_id, worker_kind, worker_id, acquired_at DESC, id DESC);

--bun:split

CREATE TABLE receipts (
    tenant_id  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    type       TEXT    NOT NULL,
    from_kind  TEXT    NOT NULL,
    from_id    TEXT    NOT NULL,
    to_kind    TEXT    NOT NULL,
    to_id      TEXT    NOT NULL,
    task_id    TEXT,
    lease_id   TEXT,
    parents    TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    body_hash  TEXT,
    hash       TEXT    NOT NULL,
    archived   INTEGER NOT NULL,
    trace_id   TEXT    NOT NULL,
    created_at TEXT    NOT NULL,
    CONSTRAINT receipts_pkey PRIMARY KEY (tenant_id, id)
) STRICT;

--bun:split

CREATE UNIQUE INDEX idx_receipts_seq ON receipts (tenant_id, seq);

--bun:split

CREATE UNIQUE INDEX idx_receipts_hash ON receipts (tenant_id, hash);

--bun:split

CREATE INDEX idx_receipts_addressee ON receipts (tenant_id, to_kind, to_id, type, seq);

--bun:split

CREATE INDEX idx_receipts_task ON receipts (tenant_id, task_id, seq);

--bun:split

-- The children of a receipt: PostgreSQL reads them from an index over parents, SQLite from this table of edges.
CREATE TABLE receipt_parents (
    tenant_id TEXT    NOT NULL,
    parent_id TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    CONSTRAINT receipt_parents_pkey PRIMARY KEY (tenant_id, parent_id, seq)
) STRICT, WITHOUT ROWID;

--bun:split

CREATE TRIGGER receipts_edges AFTER INSERT ON receipts
BEGIN
    INSERT INTO receipt_parents (tenant_id, parent_id, seq)
    SELECT NEW.tenant_id, p.value, NEW.seq FROM json_each(NEW.parents) AS p;
END;

--bun:split

CREATE TRIGGER receipts_immutable BEFORE UPDATE ON receipts
WHEN NOT (OLD.archived = 0 AND NEW.archived = 1 AND NEW.body = '{}'
    AND NEW.tenant_id = OLD.tenant_id AND NEW.id = OLD.id AND NEW.seq = OLD.seq AND NEW.type = OLD.type
    AND NEW.from_kind = OLD.from_kind AND NEW.from_id = OLD.from_id AND NEW.to_kind = OLD.to_kind AND NEW.to_id = OLD.to_id
    AND NEW.task_id IS OLD.task_id AND NEW.lease_id IS OLD.lease_id AND NEW.parents = OLD.parents
    AND NEW.body_hash IS OLD.body_hash AND NEW.hash = OLD.hash AND NEW.trace_id = OLD.trace_id
    AND NEW.created_at = OLD.created_at)
BEGIN
    SELECT RAISE(ABORT, 'receipts are immutable');
END;

--bun:split

CREATE TRIGGER receipts_undeletable BEFORE DELETE ON receipts
BEGIN
    SELECT RAISE(ABORT, 'receipts are immutable');
END;

--bun:split

CREATE TABLE obligations (
    tenant_id  TEXT    NOT NULL,
    receipt_id TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    to_kind    TEXT    NOT NULL,
    to_id      TEXT    NOT NULL,
    task_id    TEXT    NOT NULL,
    closed_by  TEXT,
    closed_seq INTEGER,
    CONSTRAINT obligations_pkey PRIMARY KEY (tenant_id, receipt_id)
) STRICT;

--bun:split

CREATE INDEX idx_obligations_open ON obligations (tenant_id, to_kind, to_id, seq) WHERE closed_by IS NULL;

--bun:split

CREATE TABLE acknowledgements (
    tenant_id        TEXT    NOT NULL,
    receipt_id       TEXT    NOT NULL,
    seq              INTEGER NOT NULL,
    to_kind          TEXT    NOT NULL,
    to_id            TEXT    NOT NULL,
    acknowledged_by  TEXT,
    acknowledged_seq INTEGER,
    CONSTRAINT acknowledgements_pkey PRIMARY KEY (tenant_id, receipt_id)
) STRICT;

--bun:split

CREATE INDEX idx_acknowledgements_open ON acknowledgements (tenant_id, to_kind, to_id, seq) WHERE acknowledged_by IS NULL;
