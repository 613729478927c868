# Durable intake of reports of 4 KiB at 64 clients, turn about with the bare loop that inserts one
# row of 4 KiB a transaction on the same disk. Sourced by tools/bench.

dir=$work/intake
mkdir -p "$dir"
instance "$dir/i"
serve "$dir/i"
public=$(process "$server" public)
keyd=$(process "$server" keyd)
courier=$(process "$server" courier)

# One run: reports a second, then CPU time a report in us of client, HTTP threads, writer, the rest of
# public, keyd and courier, then median and p99 of an answer in ms.
intake() {
	local http writer all k c
	http=$(busy "$public" MHD-single) writer=$(busy "$public" writer) all=$(busy "$public")
	k=$(busy "$keyd") c=$(busy "$courier")
	"$bench/intake_client" "$public_port" 64 "$each" >"$dir/run"
	awk -v s="$each" -v http=$(($(busy "$public" MHD-single) - http)) -v writer=$(($(busy "$public" writer) - writer)) \
		-v all=$(($(busy "$public") - all)) -v k=$(($(busy "$keyd") - k)) -v c=$(($(busy "$courier") - c)) '
		{us = 1e4 / ($1 * s); print $1, $2, http * us, writer * us, (all - http - writer) * us, k * us, c * us, $3, $4}' "$dir/run"
}
intake >/dev/null
for _ in 1 2 3 4 5; do
	intake >>"$dir/ours"
	rm -f "$dir/loop.db"*
	"$bench/insert_loop" "$dir/loop.db" "$each" >>"$dir/theirs"
done
ours=$(median "$dir/ours") theirs=$(median "$dir/theirs")
r=$(ratio "$ours" "$theirs")
result "durable intake, reports/s, and one-row transactions/s" "$ours" "$theirs" "$r" "≥ 1.20" "$(at_least "$r" 1.2)"
result "its answer, ms: median and p99" "$(median "$dir/ours" 8)" "$(median "$dir/ours" 9)" "" "" ""
{
	echo
	echo "CPU time a report, µs (medians): client $(median "$dir/ours" 2) · HTTP threads (HTTP, JSON, sealing) $(median "$dir/ours" 3)"
	echo "· writer (numbering, rows, commit) $(median "$dir/ours" 4) · checkpoint and rest of public $(median "$dir/ours" 5)"
	echo "· keyd (number, signature) $(median "$dir/ours" 6) · courier (checkpoints of the log, notices) $(median "$dir/ours" 7);"
	echo "the bare loop: $(median "$dir/theirs" 2) a row."
} >>"$work/notes"
best_rate=$ours
stop "$server"
