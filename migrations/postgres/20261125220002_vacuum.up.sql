-- Claims, the sweeper and pages of what is open begin where finished work has just left an index, and walk past what it left
-- until a vacuum: 10 ms for 100,000 entries. By default that comes when a fifth of the table is dead, and passes over the indexes
-- when few pages are.
ALTER TABLE tasks SET (autovacuum_vacuum_scale_factor = 0.01, vacuum_index_cleanup = on);

--bun:split

ALTER TABLE leases SET (autovacuum_vacuum_scale_factor = 0.01, vacuum_index_cleanup = on);

--bun:split

ALTER TABLE obligations SET (autovacuum_vacuum_scale_factor = 0.01, vacuum_index_cleanup = on);

--bun:split

ALTER TABLE acknowledgements SET (autovacuum_vacuum_scale_factor = 0.01, vacuum_index_cleanup = on);
