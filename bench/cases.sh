# The queue's pages and the case page with many cases against the same with a thousand, turn about,
# by one person at a time. Both instances are filled through the store layer, sealed, in mixed states.
# Sourced by tools/bench.

queue_requests() {
	for q in '' '?view=mine' '?view=overdue' '?view=waiting' '?view=all' '?state=triaged' '?state=closed' '?severity=high'; do
		echo "GET /$q"
	done
}
case_requests() {
	sed 's|^|GET /cases/|' "$1.numbers"
}

few=$work/cases-1000 many=$work/cases-$cases
filled "$few" 1000
filled "$many" "$cases"
serve "$few"
few_server=$server few_port=$desk_port few_header=$(header "$few")
serve "$many"
many_server=$server many_port=$desk_port many_header=$(header "$many")
idle "$few_server"
idle "$many_server"
# measure queue|case ROUNDS NAME: both, turn about; two lines of the table.
measure() {
	case_or_queue=$1
	rm -f "$work/few" "$work/many"
	for _ in 1 2 3 4 5 6; do
		"${case_or_queue}_requests" "$few" | "$bench/get_client" "$few_port" "$few_header" "$2" >>"$work/few"
		"${case_or_queue}_requests" "$many" | "$bench/get_client" "$many_port" "$many_header" "$2" >>"$work/many"
	done
	sed -i 1d "$work/few" "$work/many" # the first of each fills the caches
	local a b r
	a=$(median "$work/many" 3) b=$(median "$work/few" 3) r=$(ratio "$(median "$work/many" 3)" "$(median "$work/few" 3)")
	result "$3: p99 in ms with $cases cases, and with 1000" "$a" "$b" "$r" "≤ 1.50" "$(at_most "$r" 1.5)"
	result "the same, median" "$(median "$work/many" 2)" "$(median "$work/few" 2)" \
		"$(ratio "$(median "$work/many" 2)" "$(median "$work/few" 2)")" "" ""
}
measure queue 50 "queue page"
measure case 1 "case page"
stop "$few_server"
stop "$many_server"
