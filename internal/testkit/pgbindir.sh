#!/bin/sh
# Prints the directory of the PostgreSQL programs that the tests run, or nothing. The one place that knows where to look:
# the Makefile asks it before it installs PostgreSQL itself, and testkit asks it so that a plain `go test ./...` works too.

if [ -n "$ASYNCGATE_TEST_PG_BINDIR" ]; then
	echo "$ASYNCGATE_TEST_PG_BINDIR"
	exit
fi

until [ -e go.mod ] || [ "$PWD" = / ]; do cd ..; done

# A machine may have only the client's pg_config, so each candidate must hold the server's programs.
for dir in "$(pg_config --bindir 2>/dev/null)" \
	$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
	"$PWD"/.tools/postgres-*/bin; do
	if [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ] && [ -x "$dir/postgres" ]; then
		echo "$dir"
		exit
	fi
done
