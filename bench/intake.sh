# Durable intake of reports of 4 KiB at 64 clients, turn about with the bare loop that inserts one
# row of 4 KiB a transaction on the same disk. Sourced by tools/bench.

dir=$work/intake
mkdir -p "$dir"
instance "$dir/i"
serve "$dir/i"
public=$(process "$server" public)
keyd=$(process "$server" keyd)
courier=$(process "$server" courier)

# Both threads of the writer.
writing() {
	echo $(($(busy "$public" writer) + $(busy "$public" preparer)))
}

# One run: reports a second, then CPU time a report in us of client, HTTP threads, writer, the rest of
# public, keyd and courier, then median and p99 of an answer in ms.
intake() {
	local http writer all k c
	http=$(busy "$public" MHD-single) writer=$(writing) all=$(busy "$public")
	k=$(busy "$keyd") c=$(busy "$courier")
	"$bench/intake_client" "$public_port" 64 "$each" >"$dir/run"
	awk -v s="$each" -v http=$(($(busy "$public" MHD-single) - http)) -v writer=$(($(writing) - writer)) \
		-v all=$(($(busy "$public") - all)) -v k=$(($(busy "$keyd") - k)) -v c=$(($(busy "$courier") - c)) '
		{us = 1e4 / ($1 * s); print $1, $2, http * us, writer * us, (all - http - writer) * us, k * us, c * us, $3, $4}' "$dir/run"
}
intake >/dev/null
for _ in 1 2 3 4 5; do
	intake >>"$dir/ours"
	rm -f "$dir/loop.db"*
	"$bench/insert_loop" "$dir/loop.db" "$each" >>"$dir/theirs"
	"$bench/seal_loop" 1 >>"$dir/crypto"
done
ours=$(median "$dir/ours") theirs=$(median "$dir/theirs")
r=$(ratio "$ours" "$theirs")
result "durable intake, reports/s, and one-row transactions/s" "$ours" "$theirs" "$r" "≥ 1.20" "$(at_least "$r" 1.2)"
result "its answer, ms: median and p99" "$(median "$dir/ours" 8)" "$(median "$dir/ours" 9)" "" "" ""
# By what is done: the cryptography in a thread or process, from seal_loop, is taken out of what that used.
awk -v client="$(median "$dir/ours" 2)" -v http="$(median "$dir/ours" 3)" -v writer="$(median "$dir/ours" 4)" \
	-v rest="$(median "$dir/ours" 5)" -v keyd="$(median "$dir/ours" 6)" -v courier="$(median "$dir/ours" 7)" \
	-v seal="$(median "$dir/crypto" 1)" -v chain="$(median "$dir/crypto" 2)" -v sign="$(median "$dir/crypto" 3)" \
	-v loop="$(median "$dir/theirs" 2)" -v rate="$ours" -v cores="$(nproc)" 'BEGIN {
	all = client + http + writer + rest + keyd + courier
	print ""
	print "CPU time a report, µs (medians of what the processes and threads used, less their part of the cryptography,"
	print "which `bench/seal_loop` measures by itself):"
	print ""
	print "| client | HTTP and JSON | cryptography | store | number, channel | courier | all |"
	print "|---|---|---|---|---|---|---|"
	printf "| %.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f |\n", client, http - seal, seal + chain + sign,
		writer - chain + rest, keyd - sign, courier, all
	print ""
	printf "Cryptography: sealing %.1f in the HTTP threads (of their %.0f), chain %.1f in the writer (of %.0f), signature %.1f in keyd (of %.0f).\n",
		seal, http, chain, writer, sign, keyd
	printf "The bare loop takes %.0f a row. %.0f reports a second use %.0f %% of %d cores.\n", loop, rate, rate * all / 1e4 / cores, cores
}' >>"$work/notes"
best_rate=$ours
stop "$server"
