-- Splits each table of the tenants into 16 parts by tenant, with its rows, indexes, checks and triggers. docs/scaling.md says when
-- that pays. Stop all servers and make a backup first; the tables are locked and their rows are copied. It is one transaction:
--
--     psql --single-transaction --set ON_ERROR_STOP=1 --file partition.sql "$ASYNCGATE_DATABASE_URL"
DO $$
DECLARE
    parts    CONSTANT integer := 16;
    name     text;
    options  text;
    remake   text[];
    again    text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ledger_heads', 'tasks', 'task_counts', 'leases', 'receipts', 'obligations', 'acknowledgements'] LOOP
        -- What the whole table has, as the statements that make it.
        SELECT array_agg(statement ORDER BY place) INTO remake FROM (
            SELECT 1, format('ALTER TABLE %I ADD CONSTRAINT %I %s', name, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE conrelid = name::regclass AND contype IN ('p', 'c')
            UNION ALL
            SELECT 2, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = name::regclass AND NOT indisprimary
            UNION ALL
            SELECT 3, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = name::regclass AND NOT tgisinternal
        ) AS s (place, statement);
        SELECT 'WITH (' || array_to_string(reloptions, ', ') || ')' INTO options FROM pg_class WHERE oid = name::regclass;

        EXECUTE format('ALTER TABLE %I RENAME TO %I', name, name || '_whole');
        EXECUTE format('CREATE TABLE %I (LIKE %I) PARTITION BY HASH (tenant_id)', name, name || '_whole');
        FOR part IN 0 .. parts - 1 LOOP
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s) %s',
                name || '_' || part, name, parts, part, coalesce(options, ''));
        END LOOP;
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, name || '_whole');
        EXECUTE format('DROP TABLE %I', name || '_whole');
        FOREACH again IN ARRAY remake LOOP
            EXECUTE again;
        END LOOP;
    END LOOP;

    -- A trigger for each row is inherited by the parts. That against TRUNCATE is not.
    FOR part IN 0 .. parts - 1 LOOP
        EXECUTE format('CREATE TRIGGER receipts_not_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION receipts_are_immutable()',
            'receipts_' || part);
    END LOOP;
END
$$;
