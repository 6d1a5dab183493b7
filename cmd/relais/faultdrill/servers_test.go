//go:build linux

package faultdrill

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"relais/broker/breaktest"
)

// natsServers are one server, or a cluster of three.
type natsServers struct {
	servers  []*process
	links    []*breaktest.Way
	monitors []string
}

// startNATS starts n servers, each behind a link; clients are told of the
// links only, or they would go round them.
func startNATS(t *testing.T, p programs, dir string, n int) *natsServers {
	t.Helper()
	s := &natsServers{}
	var ports, routes []string
	for range n {
		ports = append(ports, freePort(t))
		routes = append(routes, freePort(t))
	}
	for i := range n {
		s.monitors = append(s.monitors, freePort(t))
		s.links = append(s.links, breaktest.NewWay(t, ports[i]))
		conf := fmt.Sprintf("server_name: n%d\nlisten: %q\nhttp: %q\nclient_advertise: %q\njetstream { store_dir: %q }\n",
			i, ports[i], s.monitors[i], s.links[i].Address(), filepath.Join(dir, fmt.Sprint("nats-", i)))
		if n > 1 {
			conf += fmt.Sprintf("cluster { name: drill, listen: %q, routes: [nats://%s] }\n", routes[i], strings.Join(routes, ", nats://"))
		}
		file := filepath.Join(dir, fmt.Sprintf("nats-%d.conf", i))
		write(t, file, conf)
		server := &process{t: t, name: fmt.Sprint("nats-server ", i), args: []string{p.nats, "-c", file}, env: plainEnvironment(), log: file + ".log"}
		server.start()
		t.Cleanup(server.kill)
		s.servers = append(s.servers, server)
	}
	for i, server := range s.servers {
		server.answers(ports[i])
	}
	return s
}

func (s *natsServers) url() string {
	var urls []string
	for _, l := range s.links {
		urls = append(urls, "nats://"+l.Address())
	}
	return strings.Join(urls, ",")
}

// leader is the server that leads most of what can be led: the group that
// knows the streams. Whoever does not answer is none.
func (s *natsServers) leader() int {
	for _, address := range s.monitors {
		answer, err := http.Get("http://" + address + "/jsz")
		if err != nil {
			continue
		}
		var state struct {
			Meta struct {
				Leader string `json:"leader"`
			} `json:"meta_cluster"`
		}
		err = json.NewDecoder(answer.Body).Decode(&state)
		_ = answer.Body.Close()
		if i, bad := strconv.Atoi(strings.TrimPrefix(state.Meta.Leader, "n")); err == nil && bad == nil && i < len(s.servers) {
			return i
		}
	}
	return 0
}

func startRedis(t *testing.T, p programs, dir string) (*process, *breaktest.Way) {
	t.Helper()
	address := freePort(t)
	_, port, _ := strings.Cut(address, ":")
	server := &process{
		t: t, name: "redis-server", env: plainEnvironment(), log: filepath.Join(dir, "redis.log"),
		args: []string{p.redis, "--bind", "127.0.0.1", "--port", port, "--dir", dir, "--save", "", "--appendonly", "no"},
	}
	server.start()
	t.Cleanup(server.kill)
	server.answers(address)
	return server, breaktest.NewWay(t, address)
}

// startPostgres also returns an address that goes round the link.
func startPostgres(t *testing.T, p programs, dir string) (server *process, l *breaktest.Way, direct string) {
	t.Helper()
	address, home := freePort(t), filepath.Join(dir, "postgres")
	_, port, _ := strings.Cut(address, ":")
	owner := postgresOwner(t)
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	if owner != nil {
		if err := os.Chown(home, int(owner.Uid), int(owner.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	initdb := exec.Command(p.initdb, "-D", home, "-U", "relais", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = "/", &syscall.SysProcAttr{Credential: owner}
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	server = &process{
		t: t, name: "postgres", user: owner, dir: "/", env: plainEnvironment(), log: filepath.Join(dir, "postgres.log"),
		args: []string{p.postgres, "-D", home, "-c", "listen_addresses=127.0.0.1", "-c", "port=" + port, "-c", "unix_socket_directories=", "-c", "max_connections=100", "-c", "fsync=off"},
	}
	server.start()
	t.Cleanup(server.kill)
	server.answers(address)
	l = breaktest.NewWay(t, address)
	return server, l, databaseURL(address)
}

// crash ends PostgreSQL as when its machine dies: no checkpoint, recovery at the next start.
func crash(postgres *process) {
	postgres.signal(syscall.SIGQUIT)
	<-postgres.ended()
}

func databaseURL(address string) string {
	return "postgres://relais@" + address + "/postgres?sslmode=disable"
}

// postgresOwner is whom PostgreSQL runs as: it refuses to be root's.
func postgresOwner(t *testing.T) *syscall.Credential {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.ParseUint(u.Uid, 10, 32) // numbers on every Unix
		gid, _ := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	t.Fatal("there is no user postgres or nobody, and PostgreSQL does not run as root")
	return nil
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
