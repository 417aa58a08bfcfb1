package testkit

import "fmt"

// RefuseReceipts returns statements for PostgreSQL: from begin until end it refuses each receipt with a SQLSTATE and a text, as it
// does what its disk has no room for.
func RefuseReceipts(state, text string) (begin, end string) {
	return fmt.Sprintf(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN RAISE EXCEPTION '%s' USING ERRCODE = '%s'; END $$;
		CREATE TRIGGER refuse BEFORE INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION refuse()`, text, state),
		"DROP TRIGGER refuse ON receipts"
}
