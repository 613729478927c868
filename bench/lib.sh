# What the benchmarks share: instances, medians, the table of results. Sourced with $work (a folder
# of the run) and $programs (where bin/ and libexec/ are) set.

pids=()
cleanup() {
	exec 9>&- || true
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
	wait 2>/dev/null || true
	[ -n "${keep:-}" ] || rm -rf "$work"
}

# instance DIR: makes one, with public_threads if $threads says so.
instance() {
	"$programs/bin/vdpd" init "$1" --json --policy programmes/exact.works/policy.yaml >"$1.made"
	[ -z "${threads:-}" ] || echo "public_threads: $threads" >>"$1/vdpd.yaml"
}

# serve DIR: starts it without rate limits, waits until it is ready; sets $server, $public_port, $desk_port.
serve() {
	"$programs/bin/vdpd" serve -C "$1" --public 127.0.0.1:0 --desk 127.0.0.1:0 --no-limits \
		>"$1.out" 2>"$1.log" </dev/null &
	server=$!
	pids+=("$server")
	for _ in $(seq 2000); do
		grep -q '^ready ' "$1.out" && break
		kill -0 "$server" 2>/dev/null || { tail "$1.log" >&2; exit 1; }
		sleep 0.01
	done
	public_port=$(sed -n 's/^ready public=.*:\([0-9]*\) desk=.*/\1/p' "$1.out")
	desk_port=$(sed -n 's/^ready .* desk=.*:\([0-9]*\)$/\1/p' "$1.out")
}

# stop PID: ends an instance and waits for it.
stop() {
	kill "$1"
	wait "$1" || true
}

# process PID NAME: the child of a supervisor by its role.
process() {
	pgrep -P "$1" -x "vdpd-$2"
}

# busy PID [THREAD]: CPU time so far in ticks of 10 ms, of a process or of its threads of that name.
busy() {
	if [ $# = 1 ]; then
		awk '{print $14 + $15}' "/proc/$1/stat"
	else
		for t in "/proc/$1/task/"*; do
			[ "$(cat "$t/comm")" != "$2" ] || awk '{print $14 + $15}' "$t/stat"
		done | awk '{n += $1} END {print n + 0}'
	fi
}

# idle PID: waits (two minutes at the most) until an instance has done nothing for a second.
idle() {
	local before=-1 now
	for _ in $(seq 120); do
		now=$(for p in $(pgrep -P "$1"); do busy "$p"; done | awk '{n += $1} END {print n}')
		[ $((now - before)) -gt 2 ] || return 0
		before=$now
		sleep 1
	done
}

# median FILE [COLUMN]: the one in the middle.
median() {
	awk -v c="${2:-1}" '{print $c}' "$1" | sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

# result WHAT OURS THEIRS RATIO WANTED ok|short: a line of the table.
result() {
	printf '| %s | %s | %s | %s | %s | %s |\n' "$@" | tee -a "$work/table"
}

# at_least A B: A >= B as ok or short; at_most likewise.
at_least() { awk -v a="$1" -v b="$2" 'BEGIN {print (a >= b ? "ok" : "short")}'; }
at_most() { awk -v a="$1" -v b="$2" 'BEGIN {print (a <= b ? "ok" : "short")}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }

# filled DIR COUNT: an instance with so many cases, made unless it is there from the last run; DIR.numbers
# has some of their numbers.
filled() {
	[ ! -e "$1.filled" ] || return 0
	rm -rf "$1"
	instance "$1"
	"$bench/fill" "$1" "$2"
	python3 - "$1/data/vdpd.db" >"$1.numbers" <<'PY'
import random, sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute("SELECT year, number FROM cases ORDER BY id").fetchall()
for year, number in random.Random(1).sample(rows, min(len(rows), 400)):
    print("EXW-%d-%04d" % (year, number))
PY
	touch "$1.filled"
}

# header DIR: what somebody of the team sends with each request.
header() {
	echo "Authorization: Bearer $("$programs/bin/vdpd" token create --role coordinator -C "$1")"
}
