package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
)

// files sees that nobody else on this machine reads secrets or addresses.
func (d doctor) files(context.Context) (all []finding) {
	for _, file := range []struct{ where, path string }{{"--config", d.file}, {"nats.credentials", d.cfg.NATS.Credentials}} {
		if file.path == "" {
			continue
		}
		info, err := os.Stat(file.path)
		switch {
		case err != nil:
			all = append(all, one("files", file.where, findingBroken, "files.unreadable")...)
		case info.Mode().Perm()&0o007 != 0:
			all = append(all, one("files", file.path, findingWarning, "files.open", "file", file.path)...)
		default:
			all = append(all, one("files", file.path, findingOK, "files.ok")...)
		}
	}
	return append(all, d.dataDir()...)
}

func (d doctor) dataDir() []finding {
	dir := d.cfg.DataDir
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if !writable(nearest(dir)) {
			return one("files", dir, findingBroken, "data.nowhere")
		}
		return one("files", dir, findingOK, "data.none")
	case err != nil || !info.IsDir() || !writable(dir):
		return one("files", dir, findingBroken, "data.readonly", "dir", dir)
	case info.Mode().Perm()&0o007 != 0:
		return one("files", dir, findingWarning, "data.open", "dir", dir)
	}
	return one("files", dir, findingOK, "data.ok")
}

// writable tries, for rights have more to them than their bits.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".relais-doctor-")
	if err != nil {
		return false
	}
	_ = f.Close()
	return os.Remove(f.Name()) == nil
}

// nearest is the folder itself, or the first above it that exists.
func nearest(dir string) string {
	dir, err := filepath.Abs(dir)
	for err == nil {
		if _, missing := os.Stat(dir); missing == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	return dir
}

// Free space that is little, and none worth the name: 100,000 deliveries take
// about 50 MB, and the write-ahead log up to 66 MB (docs/operate.md).
const (
	diskLow  = 2 << 30
	diskFull = 256 << 20
)

// disk looks at the room for the embedded database and streams.
func (d doctor) disk(context.Context) []finding {
	if d.databaseFile() == "" && !d.cfg.NATS.URL.IsZero() {
		return nil // what is in data_dir does not grow
	}
	var stat syscall.Statfs_t
	if err := syscall.Statfs(nearest(d.cfg.DataDir), &stat); err != nil {
		return one("disk", d.cfg.DataDir, findingWarning, "disk.unknown")
	}
	free := stat.Bavail * uint64(stat.Bsize)
	state, text := findingOK, "disk.ok"
	switch {
	case free < diskFull:
		state, text = findingBroken, "disk.low"
	case free < diskLow:
		state, text = findingWarning, "disk.low"
	}
	return one("disk", d.cfg.DataDir, state, text, "free", fmt.Sprintf("%.1f", float64(free)/1e9))
}

// web looks at what links in messages begin with.
func (d doctor) web(context.Context) []finding {
	const where = "web.public_url"
	u, err := url.Parse(d.cfg.Web.PublicURL)
	if err != nil || u.Hostname() == "" {
		return one("web", where, findingWarning, "web.none")
	}
	ip := net.ParseIP(u.Hostname())
	switch {
	case u.Hostname() == "localhost" || ip != nil && ip.IsLoopback():
		return one("web", where, findingWarning, "web.local")
	case u.Scheme != "https":
		return one("web", where, findingBroken, "web.plain")
	case ip != nil:
		return one("web", where, findingWarning, "web.address")
	}
	return one("web", where, findingOK, "web.ok")
}

// oidc asks who else vouches for people what they say of themselves. While they are
// down people sign in by code.
func (d doctor) oidc(ctx context.Context) []finding {
	const where = "web.oidc.issuer"
	if d.cfg.Web.OIDC.Issuer == "" {
		return nil
	}
	if err := oidcOf(d.cfg.Web.OIDC).Reach(ctx); err != nil {
		return one("oidc", where, findingWarning, "oidc.down", "cause", err.Error())
	}
	return one("oidc", where, findingOK, "oidc.ok")
}

// node asks the one that may run here how it is.
func (d doctor) node(ctx context.Context) []finding {
	const where = "web.listen"
	if !listens(ctx, d.cfg.Web.Listen) {
		return one("node", where, findingOK, "node.none")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.cfg.Web.Listen+"/readyz", http.NoBody)
	if err != nil {
		return one("node", where, findingWarning, "node.other")
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return one("node", where, findingWarning, "node.other")
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return one("node", where, findingOK, "node.ok")
	case http.StatusServiceUnavailable:
		return one("node", where, findingBroken, "node.notready")
	}
	return one("node", where, findingWarning, "node.other")
}

// metrics sees whether anybody can watch, and whether everybody can.
func (d doctor) metrics(context.Context) []finding {
	const where = "metrics.listen"
	host, _, err := net.SplitHostPort(d.cfg.Metrics.Listen)
	ip := net.ParseIP(host)
	switch {
	case err != nil:
		return one("metrics", where, findingWarning, "metrics.none")
	case host != "localhost" && (ip == nil || !ip.IsLoopback() && !ip.IsPrivate()):
		return one("metrics", where, findingWarning, "metrics.open")
	}
	return one("metrics", where, findingOK, "metrics.ok")
}

// keep says how long what is kept, and whether this is a trial.
func (d doctor) keep(context.Context) []finding {
	k := d.cfg.Keep
	all := one("keep", "keep", findingOK, "keep.ok", "members", fmt.Sprint(k.Members), "consent", fmt.Sprint(k.Consent),
		"deliveries", fmt.Sprint(k.Deliveries), "journal", fmt.Sprint(k.Journal), "missing", fmt.Sprint(k.Missing))
	if d.cfg.Trial.Enabled {
		all = append(all, one("trial", "trial.enabled", findingWarning, "trial.on", "n", fmt.Sprint(len(d.cfg.Trial.Recipients)))...)
	}
	return all
}
