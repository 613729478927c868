# Plain messages over LMTP, to durable sealed cases, against spawning `gpg -d` once a message on the same machine
# (5 KiB, cv25519), turn about; and what one sender's flood does to another's mail. Sourced by tools/bench.

mail=$work/mail
gpg_home=$work/gpg
rm -rf "$mail" "$gpg_home"
instance "$mail"
printf '\nmail:\n  lmtp: 127.0.0.1:0\n' >>"$mail/vdpd.yaml"
serve "$mail"
mail_server=$server
lmtp_port=$(sed 's/.*://' "$mail/run/lmtp.addr")

mkdir -m 700 "$gpg_home"
export GNUPGHOME=$gpg_home
gpg --batch --quiet --passphrase '' --quick-generate-key bench@bench.example ed25519 cert never
gpg --batch --quiet --passphrase '' --quick-add-key "$(gpg --list-keys --with-colons | awk -F: '/^fpr/ {print $10; exit}')" cv25519 encr never
head -c 3840 /dev/urandom | base64 | head -c 5120 >"$work/mail.text"
gpg --batch --quiet --trust-model always -r bench@bench.example -o "$work/mail.pgp" -e "$work/mail.text"
{
	printf 'From: Mira <mira@bench.example>\nTo: security@exact.works\nDate: Mon, 2 Mar 2026 09:00:00 +0000\n\n'
	cat "$work/mail.text"
} >"$work/mail.plain"

# gpg_rate: how many a second, over $each seconds, one after the other on each core.
gpg_rate() {
	local n=0 until=$((SECONDS + each))
	while [ $SECONDS -lt $until ]; do
		gpg --batch --quiet -d "$work/mail.pgp" >/dev/null 2>&1
		n=$((n + 1))
	done
	echo "$n $each" | awk '{print $1 / $2}'
}
rm -f "$work/mail.ours" "$work/mail.gpg"
for _ in 1 2 3 4 5; do
	"$bench/lmtp_client" "$lmtp_port" 16 "$each" security@exact.works '' <"$work/mail.plain" >>"$work/mail.ours"
	gpg_rate >>"$work/mail.gpg"
done
r=$(ratio "$(median "$work/mail.ours" 3)" "$(median "$work/mail.gpg")")
result "plain mails a second over LMTP, durable; \`gpg -d\` a second" \
	"$(median "$work/mail.ours" 3)" "$(median "$work/mail.gpg")" "$r" "≥ 10" "$(at_least "$r" 10)"

# Others' mail, alone and beside a sender who fills all the sessions that it is given.
rm -f "$work/mail.alone" "$work/mail.beside"
for _ in 1 2 3 4 5; do
	"$bench/lmtp_client" "$lmtp_port" 1 "$each" security@exact.works other@bench.example <"$work/mail.plain" >>"$work/mail.alone"
	"$bench/lmtp_client" "$lmtp_port" 12 "$((each + 1))" security@exact.works flood@bench.example <"$work/mail.plain" >"$work/mail.flood" &
	flood=$!
	sleep 0.5
	"$bench/lmtp_client" "$lmtp_port" 1 "$each" security@exact.works other@bench.example <"$work/mail.plain" >>"$work/mail.beside"
	wait "$flood"
done
result "a mail beside a sender's flood, and alone: median in ms" "$(median "$work/mail.beside" 4)" \
	"$(median "$work/mail.alone" 4)" "$(ratio "$(median "$work/mail.beside" 4)" "$(median "$work/mail.alone" 4)")" "" ""
gpgconf --kill gpg-agent
unset GNUPGHOME
stop "$mail_server"
