-- API keys: whom a secret speaks for, of which only the SHA-256 is kept. The one table that is looked up without a tenant, by
-- that hash: on a distributed PostgreSQL it is a reference table, so its keys need no tenant_id.
CREATE TABLE api_keys (
    id             uuid        NOT NULL,
    hash           bytea       NOT NULL,
    tenant_id      uuid        NOT NULL,
    principal_kind text        NOT NULL,
    principal_id   text        NOT NULL,
    scopes         text        NOT NULL,
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz,
    revoked_at     timestamptz,
    last_used_at   timestamptz,
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    CONSTRAINT api_keys_hash_check CHECK (octet_length(hash) = 32)
) WITH (fillfactor = 80);

--bun:split

CREATE UNIQUE INDEX idx_api_keys_hash ON api_keys (hash);

--bun:split

-- Lists, oldest first.
CREATE INDEX idx_api_keys_created ON api_keys (tenant_id, created_at, id);
