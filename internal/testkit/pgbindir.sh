#!/bin/sh
# Prints the directory of the PostgreSQL programs that the tests run, or nothing. The one place that knows where to look:
# the Makefile asks it before it installs PostgreSQL itself, and testkit asks it so that a plain `go test ./...` works too.
# With the argument `clients` those for making databases and backups must be there too, which the npm registry doesn't have.

programs="initdb pg_ctl postgres"
if [ "$1" = clients ]; then
	programs="$programs createdb psql pg_dump pg_restore pg_basebackup"
elif [ -n "$ASYNCGATE_TEST_PG_BINDIR" ]; then
	echo "$ASYNCGATE_TEST_PG_BINDIR"
	exit
fi

until [ -e go.mod ] || [ "$PWD" = / ]; do cd ..; done

# A machine may have only the client's pg_config, so each candidate must hold the server's programs.
for dir in "$ASYNCGATE_TEST_PG_BINDIR" "$(pg_config --bindir 2>/dev/null)" \
	$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
	"$PWD"/.tools/postgres-*/bin; do
	for program in $programs; do
		[ -x "$dir/$program" ] || continue 2
	done
	echo "$dir"
	exit
done
