#!/bin/bash
# The policy page against nginx: one server thread and one nginx worker serve the same bytes and
# headers over 64 keep-alive connections, turn about, five times; prints both medians and the ratio.
# PAGE_URL=http://127.0.0.1:PORT/policy measures that server instead of bench/page_server; it should
# have one thread and run with --no-limits; PAGE_PID is its process. SECONDS_EACH sets the length of
# a run (default 4).
set -eu
cd "$(dirname "$0")/.."
each=${SECONDS_EACH:-4}
dir=$(mktemp -d)
pids=()
cleanup() {
	exec 9>&- || true
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap cleanup EXIT

# Measured best for a page of this size: reading it beats sendfile, whose corking costs two calls. A
# distribution's usual setting is NGINX_TCP='sendfile on; tcp_nopush on;'.
tcp=${NGINX_TCP:-sendfile off; output_buffers 1 128k;}
nginx=$(command -v nginx || echo /usr/sbin/nginx)
mkfifo "$dir/hold"
if [ -z "${PAGE_URL:-}" ]; then
	make -s V=release build/release/bench/page_server
	# About the size and the compressibility of the real page.
	for i in $(seq 1 54); do
		echo "<section id=\"s$i\"><h2>Part $i</h2><p>What is promised here is kept on a clock, " \
			"and both sides see it: number $((i * 7919 % 1000)).</p></section>"
	done >"$dir/body"
	taskset -c 0 build/release/bench/page_server "$dir/body" <"$dir/hold" >"$dir/port" &
	pids+=($!)
	server=$!
	exec 9>"$dir/hold"
	until [ -s "$dir/port" ]; do sleep 0.05; done
	PAGE_URL=http://127.0.0.1:$(cat "$dir/port")/policy
fi

# nginx sends what our server sends: the same body, and each header that it would not send itself.
mkdir -p "$dir/www"
curl -sS -D "$dir/head" -o "$dir/www/policy" "$PAGE_URL"
port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
{
	cat <<CONF
$([ "$(id -u)" != 0 ] || echo "user root;") daemon off; worker_processes 1; pid $dir/pid; error_log $dir/error.log crit;
worker_cpu_affinity 01; worker_rlimit_nofile 4096;
events { worker_connections 2048; use epoll; multi_accept on; }
http {
	access_log off; server_tokens off; etag off; max_ranges 0; if_modified_since off;
	$tcp tcp_nodelay on; aio off;
	keepalive_timeout 65; keepalive_requests 1000000000; reset_timedout_connection on;
	open_file_cache max=100 inactive=60s; open_file_cache_valid 60s; open_file_cache_min_uses 1;
	open_file_cache_errors on;
	client_body_temp_path $dir/t1; proxy_temp_path $dir/t2; fastcgi_temp_path $dir/t3;
	uwsgi_temp_path $dir/t4; scgi_temp_path $dir/t5;
	default_type "text/html; charset=utf-8";
	server {
		listen 127.0.0.1:$port backlog=511; root $dir/www;
		add_header Last-Modified "";
CONF
	tr -d '\r' <"$dir/head" | sed -n 's/^\([A-Za-z-]*\): \(.*\)$/\1\t\2/p' |
		while IFS=$'\t' read -r name value; do
			case $name in Date | Content-Length | Content-Type | Connection | Server) continue ;; esac
			printf "\t\tadd_header %s '%s';\n" "$name" "${value//\'/\\\'}"
		done
	echo "	}"
	echo "}"
} >"$dir/nginx.conf"
"$nginx" -p "$dir" -c "$dir/nginx.conf" 2>"$dir/nginx.err" &
pids+=($!)
theirs=http://127.0.0.1:$port/policy
for _ in $(seq 1 100); do curl -s -o /dev/null "$theirs" && break || sleep 0.05; done
curl -sS -D "$dir/head2" -o "$dir/body2" "$theirs"
cmp "$dir/www/policy" "$dir/body2" || { echo "bodies differ"; exit 1; }
names() { tr -d '\r' <"$1" | grep -aE '^[A-Za-z-]+: ' | grep -avE '^(Date|Connection|Server):' | sort; }
diff <(names "$dir/head") <(names "$dir/head2") || { echo "headers differ"; exit 1; }

# Requests a second of URL into FILE.rate, and the CPU time that PID spent on each into FILE.cpu: the
# first is bounded by wrk too where the server is quicker than it.
cpu_ticks() { cat /proc/"$1"/task/*/stat | awk '{s += $14 + $15} END {print s}'; }
run() { # URL PID FILE
	local before after
	before=$(cpu_ticks "$2")
	taskset -c 1 wrk -t1 -c64 -d"${each}s" "$1" >"$dir/wrk"
	after=$(cpu_ticks "$2")
	if grep -q 'Non-2xx\|Socket errors' "$dir/wrk"; then cat "$dir/wrk" >&2; exit 1; fi
	awk '/^Requests\/sec/ {printf "%.0f\n", $2}' "$dir/wrk" >>"$dir/$3.rate"
	awk -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" \
		'/requests in/ {printf "%.2f\n", t * 1e6 / hz / $1}' "$dir/wrk" >>"$dir/$3.cpu"
	awk -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" -v s="$each" \
		'BEGIN {printf "%.0f\n", t * 100 / hz / s}' >>"$dir/$3.busy"
}
worker=$(pgrep -P "${pids[-1]}")
server=${server:-${PAGE_PID:?the process that serves PAGE_URL}}
run "$PAGE_URL" "$server" warm; run "$theirs" "$worker" warm
for _ in 1 2 3 4 5; do
	run "$PAGE_URL" "$server" ours
	run "$theirs" "$worker" theirs
done
median() { sort -g "$dir/$1" | sed -n 3p; }
echo "page: $(stat -c %s "$dir/www/policy") bytes and $(stat -c %s "$dir/head") of head"
for side in ours theirs; do
	echo "$side: $(sort -g "$dir/$side.rate" | tr '\n' ' ')requests/s," \
		"$(median $side.cpu) us of CPU a request, thread busy $(median $side.busy) %"
done
awk -v a="$(median ours.rate)" -v b="$(median theirs.rate)" \
	-v ca="$(median ours.cpu)" -v cb="$(median theirs.cpu)" 'BEGIN {
	printf "page: vdpd %d/s, nginx %d/s, ratio %.2f (wanted 1.20); by CPU time %.2f\n", a, b, a / b, cb / ca
	exit !(a >= 1.2 * b)
}'
