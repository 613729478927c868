#!/bin/bash
# Every migration applied to, and every statement prepared on, a PostgreSQL 15 that this script starts
# in a new directory, reached by a socket there only, and stops again. Takes the build directory, by
# default build/test. Prints what PostgreSQL refuses, parameters and columns that are not BIGINT, TEXT or
# BYTEA, and exits 1 if there is any.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build/test}
bin=/usr/lib/postgresql/15/bin
[ -x "$bin/initdb" ] || { echo "postgres_prepare: needs the package postgresql-15" >&2; exit 1; }
[ -x "$build/unit/sql_dump" ] || make -s V="${build##*/}" "$build/unit/sql_dump"

dir=$(mktemp -d /tmp/vdpd-pg-XXXXXX)
server=
end() {
	if [ -n "$server" ]; then kill -INT "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
	rm -rf "$dir"
}
trap end EXIT

"$build/unit/sql_dump" >"$dir/all.sql"
# PostgreSQL refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then
	as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
	chown -R nobody:nogroup "$dir"
fi
cd "$dir"
"${as[@]}" "$bin/initdb" -D "$dir/data" -U vdpd -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 ||
	{ cat "$dir/initdb.log" >&2; exit 1; }
"${as[@]}" "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off >"$dir/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do
	"$bin/pg_isready" -q -h "$dir" && break
	kill -0 "$server" 2>/dev/null || { cat "$dir/server.log" >&2; exit 1; }
	sleep 0.1
done

"${as[@]}" psql -X -q -A -t -F ' ' -v VERBOSITY=terse -h "$dir" -U vdpd -d postgres -f "$dir/all.sql" 2>&1 | awk '
	/^migration / { migrations++; at = $0; next }
	/^statement / { statements++; at = $0; next }
	/^CREATE|^SET$|^$/ { next }
	/The command has no result, or the result has no columns/ { next }
	$NF == "bigint" || $NF == "text" || $NF == "bytea" { next }
	{ print at ": " $0; bad++ }
	END {
		printf "%d migrations applied, %d statements prepared on PostgreSQL, %d objections\n", migrations, statements, bad
		exit bad > 0 || statements == 0
	}'
