-- API keys: whom a secret speaks for, of which only the SHA-256 is kept.
CREATE TABLE api_keys (
    id             TEXT NOT NULL,
    hash           BLOB NOT NULL,
    tenant_id      TEXT NOT NULL,
    principal_kind TEXT NOT NULL,
    principal_id   TEXT NOT NULL,
    scopes         TEXT NOT NULL,
    created_at     TEXT NOT NULL,
    expires_at     TEXT,
    revoked_at     TEXT,
    last_used_at   TEXT,
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    CONSTRAINT api_keys_hash_check CHECK (length(hash) = 32)
) STRICT;

--bun:split

CREATE UNIQUE INDEX idx_api_keys_hash ON api_keys (hash);

--bun:split

CREATE INDEX idx_api_keys_created ON api_keys (tenant_id, created_at, id);
