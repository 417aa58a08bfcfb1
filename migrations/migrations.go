// Package migrations is the shape of the data on disk: embedded SQL for PostgreSQL and for SQLite, one folder each, with
// the same file names. It owes the store every table, index and trigger; it holds no code that runs.
//
// A migration that has landed is never edited: what changes goes into a new file, in both folders. Files are named
// YYYYMMDDHHMMSS_what.up.sql; statements are separated by lines that hold only --bun:split. A name that ends in _beside_ and the
// time of an earlier migration promises that servers that know that one may serve on: docs/upgrading.md has the rules.
package migrations

import "embed"

// Postgres and SQLite hold the migrations of each database, in the folder of that name.
var (
	//go:embed postgres/*.sql
	Postgres embed.FS
	//go:embed sqlite/*.sql
	SQLite embed.FS
)
