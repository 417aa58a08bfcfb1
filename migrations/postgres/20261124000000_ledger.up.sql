-- The ledger and what is derived from it. Every key begins with tenant_id, so that the same schema can be sharded by tenant.

-- One row per tenant: the seq of its newest receipt. Taken last in each transaction; what makes seq gapless and commit-ordered.
CREATE TABLE ledger_heads (
    tenant_id uuid   NOT NULL,
    seq       bigint NOT NULL,
    CONSTRAINT ledger_heads_pkey PRIMARY KEY (tenant_id)
) WITH (fillfactor = 10);

--bun:split

CREATE TABLE tasks (
    tenant_id             uuid        NOT NULL,
    id                    uuid        NOT NULL,
    type                  text        NOT NULL,
    status                text        NOT NULL,
    payload               json,
    payload_pointer       text,
    priority              integer     NOT NULL,
    capabilities          jsonb       NOT NULL,
    tags                  jsonb       NOT NULL,
    expected_outcome      text        NOT NULL,
    created_by_kind       text        NOT NULL,
    created_by_id         text        NOT NULL,
    idempotency_key       text,
    fingerprint           text        NOT NULL,
    attempt               integer     NOT NULL,
    expiry_count          integer     NOT NULL,
    max_attempts          integer     NOT NULL,
    retry_backoff_seconds integer     NOT NULL,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    next_eligible_at      timestamptz,
    started_at            timestamptz,
    obligation_id         uuid        NOT NULL,
    outcome               json,
    progress              json,
    progress_at           timestamptz,
    CONSTRAINT tasks_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT tasks_status_check CHECK (status IN ('queued', 'leased', 'running', 'succeeded', 'failed', 'canceled'))
) WITH (fillfactor = 80);

--bun:split

-- Claims: highest priority first, then oldest; finished tasks are not in it.
CREATE INDEX idx_tasks_claim ON tasks (tenant_id, priority DESC, created_at, id) WHERE status = 'queued';

--bun:split

-- Lists, newest first.
CREATE INDEX idx_tasks_created ON tasks (tenant_id, created_at DESC, id DESC);

--bun:split

CREATE UNIQUE INDEX idx_tasks_idempotency ON tasks (tenant_id, created_by_kind, created_by_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

--bun:split

-- How many tasks there are of each type and status: queueStats without reading finished tasks.
CREATE TABLE task_counts (
    tenant_id uuid   NOT NULL,
    type      text   NOT NULL,
    status    text   NOT NULL,
    count     bigint NOT NULL,
    CONSTRAINT task_counts_pkey PRIMARY KEY (tenant_id, type, status)
) WITH (fillfactor = 50);

--bun:split

CREATE TABLE leases (
    tenant_id         uuid        NOT NULL,
    id                uuid        NOT NULL,
    task_id           uuid        NOT NULL,
    worker_kind       text        NOT NULL,
    worker_id         text        NOT NULL,
    state             text        NOT NULL,
    acquired_at       timestamptz NOT NULL,
    expires_at        timestamptz NOT NULL,
    ended_at          timestamptz,
    renewal_count     integer     NOT NULL,
    progress_sequence integer     NOT NULL,
    report_hash       text        NOT NULL,
    CONSTRAINT leases_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT leases_state_check CHECK (state IN ('active', 'completed', 'failed', 'canceled', 'released', 'expired')),
    CONSTRAINT leases_ended_check CHECK ((state = 'active') = (ended_at IS NULL))
) WITH (fillfactor = 80);

--bun:split

-- No task is ever held twice.
CREATE UNIQUE INDEX idx_leases_active ON leases (tenant_id, task_id) WHERE ended_at IS NULL;

--bun:split

-- The sweeper's search for due leases, over all tenants.
CREATE INDEX idx_leases_expiry ON leases (expires_at) WHERE ended_at IS NULL;

--bun:split

CREATE INDEX idx_leases_task ON leases (tenant_id, task_id, acquired_at DESC, id DESC);

--bun:split

CREATE INDEX idx_leases_worker ON leases (tenant_id, worker_kind, worker_id, acquired_at DESC, id DESC);

--bun:split

-- The ledger. body is the canonical text, which json keeps as it is (jsonb would rewrite it).
CREATE TABLE receipts (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    seq        bigint      NOT NULL,
    type       text        NOT NULL,
    from_kind  text        NOT NULL,
    from_id    text        NOT NULL,
    to_kind    text        NOT NULL,
    to_id      text        NOT NULL,
    task_id    uuid,
    lease_id   uuid,
    parents    jsonb       NOT NULL,
    body       json        NOT NULL,
    body_hash  text,
    hash       text        NOT NULL,
    archived   boolean     NOT NULL,
    trace_id   text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT receipts_pkey PRIMARY KEY (tenant_id, id)
);

--bun:split

CREATE UNIQUE INDEX idx_receipts_seq ON receipts (tenant_id, seq);

--bun:split

CREATE UNIQUE INDEX idx_receipts_hash ON receipts (tenant_id, hash);

--bun:split

CREATE INDEX idx_receipts_addressee ON receipts (tenant_id, to_kind, to_id, type, seq);

--bun:split

CREATE INDEX idx_receipts_task ON receipts (tenant_id, task_id, seq);

--bun:split

-- The children of a receipt.
CREATE INDEX idx_receipts_parents_gin ON receipts USING gin (parents jsonb_path_ops);

--bun:split

CREATE FUNCTION receipts_are_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NOT OLD.archived AND NEW.archived AND NEW.body::text = '{}'
        AND (NEW.tenant_id, NEW.id, NEW.seq, NEW.type, NEW.from_kind, NEW.from_id, NEW.to_kind, NEW.to_id, NEW.task_id,
             NEW.lease_id, NEW.parents, NEW.body_hash, NEW.hash, NEW.trace_id, NEW.created_at)
        IS NOT DISTINCT FROM
            (OLD.tenant_id, OLD.id, OLD.seq, OLD.type, OLD.from_kind, OLD.from_id, OLD.to_kind, OLD.to_id, OLD.task_id,
             OLD.lease_id, OLD.parents, OLD.body_hash, OLD.hash, OLD.trace_id, OLD.created_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'receipts are immutable' USING ERRCODE = 'restrict_violation';
END
$$;

--bun:split

CREATE TRIGGER receipts_immutable BEFORE UPDATE OR DELETE ON receipts
    FOR EACH ROW EXECUTE FUNCTION receipts_are_immutable();

--bun:split

CREATE TRIGGER receipts_not_truncated BEFORE TRUNCATE ON receipts
    FOR EACH STATEMENT EXECUTE FUNCTION receipts_are_immutable();

--bun:split

-- The projection behind openObligations: one row per obligation. Written with the receipts, rebuildable from them.
CREATE TABLE obligations (
    tenant_id  uuid   NOT NULL,
    receipt_id uuid   NOT NULL,
    seq        bigint NOT NULL,
    to_kind    text   NOT NULL,
    to_id      text   NOT NULL,
    task_id    uuid   NOT NULL,
    closed_by  uuid,
    closed_seq bigint,
    CONSTRAINT obligations_pkey PRIMARY KEY (tenant_id, receipt_id)
) WITH (fillfactor = 80);

--bun:split

CREATE INDEX idx_obligations_open ON obligations (tenant_id, to_kind, to_id, seq) WHERE closed_by IS NULL;

--bun:split

-- The same for acknowledgements: one row for each result_ready, and for each other receipt once it is acknowledged.
CREATE TABLE acknowledgements (
    tenant_id        uuid   NOT NULL,
    receipt_id       uuid   NOT NULL,
    seq              bigint NOT NULL,
    to_kind          text   NOT NULL,
    to_id            text   NOT NULL,
    acknowledged_by  uuid,
    acknowledged_seq bigint,
    CONSTRAINT acknowledgements_pkey PRIMARY KEY (tenant_id, receipt_id)
) WITH (fillfactor = 80);

--bun:split

CREATE INDEX idx_acknowledgements_open ON acknowledgements (tenant_id, to_kind, to_id, seq) WHERE acknowledged_by IS NULL;
