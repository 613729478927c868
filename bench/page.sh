# The policy page against nginx: one HTTP thread of vdpd-public and one nginx worker serve the same
# bytes and headers over 64 keep-alive connections, each saturated by wrk on the other core, turn
# about. Sourced by tools/bench.

dir=$work/page
mkdir -p "$dir/www"
threads=1 instance "$dir/i"
serve "$dir/i"
ours_url=http://127.0.0.1:$public_port/policy
public=$(process "$server" public)
taskset -apc 0 "$public" >/dev/null

# nginx sends what our server sends: the same body, and each header that it would not send itself.
curl -sS -D "$dir/head" -o "$dir/www/policy" "$ours_url"
port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
{
	cat <<CONF
$([ "$(id -u)" != 0 ] || echo "user root;") daemon off; worker_processes 1; pid $dir/pid; error_log $dir/error.log crit;
worker_cpu_affinity 01; worker_rlimit_nofile 4096;
events { worker_connections 2048; use epoll; multi_accept on; }
http {
	access_log off; server_tokens off; etag off; max_ranges 0; if_modified_since off;
	sendfile off; output_buffers 1 128k; tcp_nodelay on; aio off;
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
nginx=$(command -v nginx || echo /usr/sbin/nginx)
"$nginx" -p "$dir" -c "$dir/nginx.conf" 2>"$dir/nginx.err" &
master=$!
pids+=("$master")
theirs_url=http://127.0.0.1:$port/policy
for _ in $(seq 1 100); do curl -s -o /dev/null "$theirs_url" && break || sleep 0.05; done
curl -sS -D "$dir/head2" -o "$dir/body2" "$theirs_url"
cmp "$dir/www/policy" "$dir/body2" || { echo "bodies differ"; exit 1; }
names() { tr -d '\r' <"$1" | grep -aE '^[A-Za-z-]+: ' | grep -avE '^(Date|Connection|Server):' | sort; }
diff <(names "$dir/head") <(names "$dir/head2") || { echo "headers differ"; exit 1; }

# rate URL PID: requests a second, and CPU time of the server a request in us.
rate() {
	local before after
	before=$(busy "$2")
	taskset -c 1 wrk -t1 -c64 -d"${each}s" "$1" >"$dir/wrk"
	after=$(busy "$2")
	if grep -q 'Non-2xx\|Socket errors' "$dir/wrk"; then cat "$dir/wrk" >&2; exit 1; fi
	awk -v t=$((after - before)) '/requests in/ {n = $1} /^Requests\/sec/ {print $2, t * 1e4 / n}' "$dir/wrk"
}
worker=$(pgrep -P "$master")
rate "$ours_url" "$public" >/dev/null
rate "$theirs_url" "$worker" >/dev/null
for _ in 1 2 3 4 5; do
	rate "$ours_url" "$public" >>"$dir/ours"
	rate "$theirs_url" "$worker" >>"$dir/theirs"
done
ours=$(median "$dir/ours") theirs=$(median "$dir/theirs")
r=$(ratio "$ours" "$theirs")
result "policy page, requests/s ($(stat -c %s "$dir/www/policy") bytes), and nginx" "${ours%.*}" "${theirs%.*}" "$r" "≥ 1.20" \
	"$(at_least "$r" 1.2)"
a=$(median "$dir/ours" 2) b=$(median "$dir/theirs" 2)
result "its CPU time a request, µs (ratio: nginx's to ours)" "$a" "$b" "$(ratio "$b" "$a")" "" ""
stop "$server"
kill "$master"
