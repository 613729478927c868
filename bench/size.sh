# What it takes: memory of all processes with 100,000 cases, the time to the first answer, the pure
# commands, and a desk action while reports come in at half the best rate. Sourced by tools/bench.

dir=$work/cases-100000
filled "$dir" 100000

# Start to first answer, five times.
rm -f "$work/start"
for _ in 1 2 3 4 5; do
	from=$(date +%s%N)
	serve "$dir"
	curl -sS -o /dev/null "http://127.0.0.1:$public_port/policy"
	echo $((($(date +%s%N) - from) / 1000)) >>"$work/start"
	stop "$server"
done
ms=$(awk -v us="$(median "$work/start")" 'BEGIN {printf "%.0f", us / 1000}')
result "start to first answer, ms, 100,000 cases" "$ms" "" "" "< 1000" "$(at_most "$ms" 999)"

# Proportional set size of all processes, idle.
serve "$dir"
idle "$server"
total=0
for p in "$server" $(pgrep -P "$server"); do
	kib=$(awk '/^Pss:/ {print $2}' "/proc/$p/smaps_rollup")
	parts="${parts:-}$(cat "/proc/$p/comm" | sed 's/^vdpd-//') $((kib / 1024)) · "
	total=$((total + kib))
done
result "all processes, idle, MiB PSS, 100,000 cases" "$((total / 1024))" "" "" "< 96" "$(at_most $((total / 1024)) 95)"
printf '\nMiB by process: %s\n' "${parts% · }" >>"$work/notes"

# A note on a case while reports come in.
: "${best_rate:=$("$bench/intake_client" "$public_port" 64 "$each" | cut -d' ' -f1)}"
half=$(awk -v r="$best_rate" 'BEGIN {printf "%d", r / 2}')
head=$(header "$dir")
rm -f "$work/beside" "$work/alone"
notes() { head -60 "$dir.numbers" | sed 's|.*|POST /api/v1/cases/&/actions {"action":"note","text":"Seen; tried with two accounts."}|'; }
for _ in 1 2 3 4 5; do
	notes | PAUSE_MS=20 "$bench/get_client" "$desk_port" "$head" 2 >>"$work/alone"
	"$bench/intake_client" "$public_port" 64 60 "$half" >"$work/load" &
	load=$!
	sleep 1
	notes | PAUSE_MS=20 "$bench/get_client" "$desk_port" "$head" 2 >>"$work/beside"
	kill "$load" 2>/dev/null || true
	wait "$load" 2>/dev/null || true
done
ms=$(median "$work/beside" 3)
result "desk action, p99 in ms, beside $half reports/s; and alone" "$ms" "$(median "$work/alone" 3)" "" "< 60" "$(at_most "$ms" 60)"
result "the same, median" "$(median "$work/beside" 2)" "$(median "$work/alone" 2)" "" "" ""
stop "$server"

# The pure commands, 50 times each.
times() {
	for _ in $(seq 50); do
		local from=$EPOCHREALTIME
		"$@" >/dev/null
		awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.2f\n", (b - a) * 1e3}'
	done
}
vector=CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N
ms=$(median <(times "$programs/bin/vdpd" cvss "$vector"))
result "vdpd cvss, ms, median of 50 (with fork and exec by bash)" "$ms" "" "" "< 5" "$(at_most "$ms" 5)"
ms=$(median <(times "$programs/bin/vdpd" --help))
result "vdpd --help, ms, median of 50" "$ms" "" "" "< 5" "$(at_most "$ms" 5)"
