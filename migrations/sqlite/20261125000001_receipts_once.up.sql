-- INSERT OR REPLACE deletes the row in its way without asking the trigger against deletion.
CREATE TRIGGER receipts_once BEFORE INSERT ON receipts
WHEN EXISTS (SELECT 1 FROM receipts AS r WHERE r.tenant_id = NEW.tenant_id AND r.id = NEW.id)
    OR EXISTS (SELECT 1 FROM receipts AS r WHERE r.tenant_id = NEW.tenant_id AND r.seq = NEW.seq)
    OR EXISTS (SELECT 1 FROM receipts AS r WHERE r.tenant_id = NEW.tenant_id AND r.hash = NEW.hash)
BEGIN
    SELECT RAISE(ABORT, 'receipts are immutable');
END;
