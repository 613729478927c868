# Backup and restore of an instance with 100,000 cases, turn about with `cp -r` and fsync of the same
# directory; and what answers to reports take while a backup is made. Sourced by tools/bench.

dir=$work/cases-100000
filled "$dir" 100000
key=$work/backup.key
rm -f "$key"
to=$("$programs/bin/vdpd" backup-key create "$key" | cut -d' ' -f2)

# taken COMMAND...: wall time in ms, then CPU time of it and its children in ms.
taken() {
	python3 - "$@" <<'PY'
import os, subprocess, sys, time
at = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
t = os.times()
print("%.0f %.0f" % ((time.monotonic() - at) * 1e3, (t.children_user + t.children_system) * 1e3))
PY
}
copy() { rm -rf "$work/copy"; taken sh -c 'cp -r "$0" "$1" && find "$1" -type f -exec sync {} +' "$dir" "$work/copy"; }
backup() { rm -f "$work/backup"; taken "$programs/bin/vdpd" backup -C "$dir" "$work/backup" --to "$to"; }
# Restored, started, and the first answer given.
restore() {
	rm -rf "$work/restored"
	taken "$programs/bin/vdpd" restore "$work/backup" "$work/restored" --key "$key" --owner "$(stat -c %U "$dir")"
	local from=$EPOCHREALTIME
	serve "$work/restored"
	curl -sS -o /dev/null "http://127.0.0.1:$public_port/policy"
	awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.0f\n", (b - a) * 1e3}' >>"$work/backup-start"
	stop "$server"
}
rm -f "$work"/backup-{copy,made,restored,start,alone,beside}
for _ in 1 2 3 4 5; do
	copy >>"$work/backup-copy"
	backup >>"$work/backup-made"
	restore >>"$work/backup-restored"
done
cp=$(median "$work/backup-copy") made=$(median "$work/backup-made")
back=$(awk -v a="$(median "$work/backup-restored")" -v b="$(median "$work/backup-start")" 'BEGIN {print a + b}')
r=$(ratio "$cp" "$made")
result "backup of 100,000 cases, ms, and cp -r with fsync" "$made" "$cp" "$r" "≥ 0.50" "$(at_least "$r" 0.5)"
result "its CPU time, ms" "$(median "$work/backup-made" 2)" "$(median "$work/backup-copy" 2)" "" "" ""
r=$(ratio "$back" "$cp")
result "restore and start to first answer, ms, and that copy" "$back" "$cp" "$r" "≤ 3.00" "$(at_most "$r" 3)"
rm -rf "$work/copy" "$work/restored"

# Answers to reports at half the best rate, alone and while one backup follows the other.
serve "$dir"
: "${best_rate:=$("$bench/intake_client" "$public_port" 64 "$each" | cut -d' ' -f1)}"
half=$(awk -v r="$best_rate" 'BEGIN {printf "%d", r / 2}')
for _ in 1 2 3 4 5; do
	"$bench/intake_client" "$public_port" 64 "$each" "$half" >>"$work/backup-alone"
	(while :; do backup >/dev/null; done) &
	backups=$!
	"$bench/intake_client" "$public_port" 64 "$each" "$half" >>"$work/backup-beside"
	kill "$backups" 2>/dev/null || true
	wait "$backups" 2>/dev/null || true
	while pgrep -f "backup -C $dir" >/dev/null; do sleep 0.1; done
done
stop "$server"
alone=$(median "$work/backup-alone" 4) beside=$(median "$work/backup-beside" 4)
r=$(ratio "$beside" "$alone")
result "answer to a report, p99 in ms, while a backup is made; and alone ($half/s)" "$beside" "$alone" "$r" "≤ 2.00" "$(at_most "$r" 2)"
result "the same, median" "$(median "$work/backup-beside" 3)" "$(median "$work/backup-alone" 3)" "" "" ""
