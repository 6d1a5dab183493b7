# shellcheck shell=bash
# Redis, PostgreSQL, NATS and Postfix on free ports of 127.0.0.1, in a scratch folder
# that goes away with them; sourced by .ci/check.

scratch=$(mktemp -d "${TMPDIR:-/tmp}/relais-check.XXXXXX")
chmod 755 "$scratch" # PostgreSQL runs as another user when we are root
pids=()
mta_pid=
postgres_user=()
trap stop_servers EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

stop_servers() {
	local status=$?
	set +e
	local pid
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	if [ -s "$scratch/postgres/postmaster.pid" ]; then
		postgres_run "$postgres_tools/pg_ctl" -D "$scratch/postgres" -m immediate -w -s stop
	fi
	if [ -n "$mta_pid" ]; then
		$(how_to_be_root) kill "$mta_pid"
		while $(how_to_be_root) kill -0 "$mta_pid" 2>/dev/null; do sleep 0.1; done # it is nobody's child, and still writes
	fi
	$(how_to_be_root) rm -rf "$scratch"
	exit $status
}

free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 12000)) # below the ports that the system hands out
		(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

# wait_for NAME PORT PID LOG returns when the port answers, and fails when the
# process has ended or 30 seconds have passed.
wait_for() {
	local deadline=$((SECONDS + 30))
	until (: <"/dev/tcp/127.0.0.1/$2") 2>/dev/null; do
		if ! kill -0 "$3" 2>/dev/null || [ $SECONDS -ge $deadline ]; then
			echo "$1 does not answer on port $2:" >&2
			tail -20 "$4" >&2
			return 1
		fi
		sleep 0.1
	done
	echo "$1 on 127.0.0.1:$2"
}

start_redis() {
	local port
	port=$(free_port)
	mkdir "$scratch/redis"
	redis-server --bind 127.0.0.1 --port "$port" --dir "$scratch/redis" --save '' --appendonly no >"$scratch/redis.log" 2>&1 &
	pids+=($!)
	redis_url=redis://127.0.0.1:$port
	wait_for redis-server "$port" $! "$scratch/redis.log"
}

# start_nats NAME builds nats-server from its module, in the version of go.mod.
start_nats() {
	local name=$1 port
	port=$(free_port)
	[ -x "$scratch/nats-server" ] || go build -o "$scratch/nats-server" github.com/nats-io/nats-server/v2
	"$scratch/nats-server" --addr 127.0.0.1 --port "$port" --jetstream --store_dir "$scratch/nats-$name" >"$scratch/nats-$name.log" 2>&1 &
	pids+=($!)
	declare -g "nats_${name}_url=nats://127.0.0.1:$port"
	wait_for "nats-server ($name)" "$port" $! "$scratch/nats-$name.log"
}

start_postgres() {
	postgres_tools=$(postgres_bin)
	postgres_port=$(free_port)
	if [ "$(id -u)" -eq 0 ]; then # initdb refuses to run as root
		local user=nobody
		id postgres >/dev/null 2>&1 && user=postgres
		postgres_user=(runuser -u "$user" --)
		install -d -o "$user" -m 700 "$scratch/postgres"
	fi
	postgres_run "$postgres_tools/initdb" -D "$scratch/postgres" -U relais --auth=trust --encoding=UTF8 --no-locale --no-sync >"$scratch/initdb.log" ||
		{ cat "$scratch/initdb.log" >&2 && return 1; }
	# The log goes into its folder: pg_ctl writes it as the server's user.
	postgres_run "$postgres_tools/pg_ctl" -D "$scratch/postgres" -l "$scratch/postgres/log" -w -s \
		-o "-c listen_addresses=127.0.0.1 -c port=$postgres_port -c unix_socket_directories= -c max_connections=200 -c fsync=off" start
	echo "PostgreSQL on 127.0.0.1:$postgres_port"
}

# postgres_run runs a tool of PostgreSQL as its user, where that user may be.
postgres_run() {
	(cd / && exec "${postgres_user[@]}" "$@")
}

create_database() {
	postgres_run "$postgres_tools/createdb" -h 127.0.0.1 -p "$postgres_port" -U relais "$1"
}

database_url() { echo "postgres://relais@127.0.0.1:$postgres_port/$1?sslmode=disable"; }

# start_postfix starts a mail server that has mailboxes for marie and luc of
# quartier.example in $mta_mail, takes mails for anybody there but closed on
# $mta_address, and brings reports about those it does not know to $mta_bounces. It fails
# where nobody may be root: Postfix cannot run otherwise.
start_postfix() {
	local home=$scratch/postfix root port bounces owner
	root=$(how_to_be_root)
	port=$(free_port)
	bounces=$(free_port)
	owner=$(id -u)
	[ "$owner" -ne 0 ] || owner=$(id -u nobody)
	mta_address=127.0.0.1:$port mta_bounces=127.0.0.1:$bounces mta_mail=$home/mail
	mkdir -p "$home/conf" "$home/queue"
	$root install -d -o postfix "$home/data"
	$root install -d -o "$owner" -m 755 "$mta_mail"
	cat >"$home/conf/main.cf" <<-CONFIG
		compatibility_level = 3.6
		queue_directory = $home/queue
		data_directory = $home/data
		daemon_directory = $(postconf -h -d daemon_directory)
		maillog_file = $home/log
		maillog_file_prefixes = $home
		myhostname = mx.quartier.example
		mydestination =
		mynetworks = 127.0.0.0/8
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		smtp_dns_support_level = disabled
		alias_maps =
		local_recipient_maps =
		smtpd_reject_unlisted_recipient = no
		smtpd_relay_restrictions = permit_mynetworks, reject
		smtpd_recipient_restrictions = check_recipient_access inline:{ {closed@quartier.example = 550 5.1.1 no such mailbox} }
		virtual_mailbox_domains = quartier.example
		virtual_mailbox_base = $mta_mail
		virtual_mailbox_maps = inline:{ {marie@quartier.example = marie/}, {luc@quartier.example = luc/} }
		virtual_uid_maps = static:$owner
		virtual_gid_maps = static:$(id -g nobody)
		transport_maps = inline:{ {bounces.zone.example = smtp:[127.0.0.1]:$bounces} }
	CONFIG
	{
		echo "$mta_address inet n - n - - smtpd"
		echo "cleanup unix n - n - 0 cleanup"
		echo "qmgr unix n - n 300 1 qmgr"
		echo "rewrite unix - - n - - trivial-rewrite"
		echo "bounce unix - - n - 0 bounce"
		echo "defer unix - - n - 0 bounce"
		echo "trace unix - - n - 0 bounce"
		echo "proxymap unix - - n - - proxymap"
		echo "smtp unix - - n - - smtp"
		echo "error unix - - n - - error"
		echo "retry unix - - n - - error"
		echo "virtual unix - n n - - virtual"
		echo "anvil unix - - n - 1 anvil"
		echo "scache unix - - n - 1 scache"
		echo "postlog unix-dgram n - n - 1 postlogd"
	} >"$home/conf/master.cf"
	$root postfix -c "$home/conf" start >"$home/start.log" 2>&1 || { cat "$home/start.log" >&2 && return 1; }
	mta_pid=$($root cat "$home/queue/pid/master.pid" | tr -d ' ')
	wait_for Postfix "$port" "$mta_pid" "$home/log"
}
