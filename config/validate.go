package config

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Validate returns what is wrong with the values themselves. It looks at
// nothing outside: whether a server answers is known when Relais starts.
func (c *Config) Validate() Faults {
	var faults Faults
	for _, check := range []func() Faults{c.checkBasics, c.checkNATS, c.checkServers, c.checkWeb, c.checkOIDC, c.checkDispatch, c.checkTrial, c.checkPrices, c.checkKeep, c.checkMetrics, c.checkTraces} {
		faults = append(faults, check()...)
	}
	return faults
}

// fault says where a key was set.
func (c *Config) fault(key, problem, remedy string) Fault {
	from := c.origins[key]
	return Fault{Key: key, Source: from.source, Line: from.line, Problem: problem, Remedy: remedy}
}

func (c *Config) checkBasics() (faults Faults) {
	if strings.TrimSpace(c.DataDir) == "" {
		faults = append(faults, c.fault("data_dir", "is empty", "name a folder that Relais may write to"))
	}
	if strings.TrimSpace(c.Node) == "" {
		faults = append(faults, c.fault("node", "is empty", "give each node a name of its own"))
	}
	if c.Log.Format != "text" && c.Log.Format != "json" {
		faults = append(faults, c.fault("log.format", "is not known", "write text or json"))
	}
	return faults
}

func (c *Config) checkNATS() (faults Faults) {
	n := c.NATS
	if n.Listen != "" && !isHostPort(n.Listen) {
		faults = append(faults, c.fault("nats.listen", "is not a host and port", "write it as 127.0.0.1:4222, or off"))
	}
	asksWho := n.User != "" && !n.Password.IsZero() || !n.Token.IsZero()
	if n.URL.IsZero() && isHostPort(n.Listen) && !onLoopback(n.Listen) && !asksWho {
		faults = append(faults, c.fault("nats.listen", "lets other machines publish without asking who they are", "set nats.user and nats.password, or nats.token, or listen on 127.0.0.1"))
	}
	if (n.User == "") != n.Password.IsZero() {
		faults = append(faults, c.fault("nats.user", "and nats.password belong together", "set both or neither"))
	}
	if n.User != "" && !n.Token.IsZero() {
		faults = append(faults, c.fault("nats.token", "and nats.user are both set", "keep one of the two"))
	}
	if !slices.Contains([]int{1, 3, 5}, n.Replicas) {
		faults = append(faults, c.fault("nats.replicas", "is not 1, 3 or 5", "choose 1 for one server, 3 for a cluster"))
	}
	return faults
}

func (c *Config) checkServers() (faults Faults) {
	for _, server := range []struct {
		key     string
		value   URL
		schemes []string
	}{
		{"nats.url", c.NATS.URL, []string{"nats", "tls", "ws", "wss"}},
		{"redis.url", c.Redis.URL, []string{"redis", "rediss", "unix"}},
		{"database.url", c.Database.URL, []string{"postgres", "postgresql"}},
	} {
		if server.value.IsZero() {
			continue
		}
		for _, one := range splitURLs(server.value.Reveal()) {
			if u, err := url.Parse(strings.TrimSpace(one)); err != nil || !slices.Contains(server.schemes, u.Scheme) {
				faults = append(faults, c.fault(server.key, "is not a URL of this kind of server", "begin it with "+strings.Join(server.schemes, ":// or ")+"://, and write special characters of a password as %40"))
				break
			}
		}
	}
	return faults
}

func (c *Config) checkWeb() (faults Faults) {
	w := c.Web
	if !isHostPort(w.Listen) {
		return Faults{c.fault("web.listen", "is not a host and port", "write it as 127.0.0.1:8080")}
	}
	if w.Open && (!onLoopback(w.Listen) || w.PublicURL != "" && !LocalURL(w.PublicURL)) {
		faults = append(faults, c.fault("web.open", "lets whoever reaches these pages do everything, and others than this machine reach them", "leave it out: people sign in, and relais admin invite lets the first one in"))
	}
	if w.PublicURL == "" {
		if urlOf(w.Listen) == "" && !strings.HasSuffix(w.Listen, ":0") {
			faults = append(faults, c.fault("web.public_url", "is missing", "write what links in messages begin with, as https://relais.example.be"))
		}
		return faults
	}
	if u, err := url.Parse(w.PublicURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		faults = append(faults, c.fault("web.public_url", "is not the address of a page", "write it as https://relais.example.be"))
	}
	return faults
}

func (c *Config) checkOIDC() (faults Faults) {
	o := c.Web.OIDC
	if o == (OIDC{}) {
		return nil
	}
	u, err := url.Parse(o.Issuer)
	if err != nil || u.Host == "" || u.Scheme != "https" && !LocalURL(o.Issuer) || u.RawQuery != "" || u.Fragment != "" {
		faults = append(faults, c.fault("web.oidc.issuer", "is not the address of a provider", "write it as https://login.police.example, as the provider itself writes it"))
	}
	for _, needed := range []struct{ key, value, remedy string }{
		{"web.oidc.client_id", o.ClientID, "write what the provider calls this Relais"},
		{"web.oidc.client_secret", o.ClientSecret.Reveal(), "write the password that the provider gave for web.oidc.client_id"},
		{"web.oidc.zone", o.Zone, "write the id of the zone whose people the provider vouches for"},
		{"web.oidc.name", o.Name, "write what people call the provider, as Police login"},
	} {
		if needed.value == "" {
			faults = append(faults, c.fault(needed.key, "is missing, and web.oidc needs it", needed.remedy))
		}
	}
	return faults
}

func (c *Config) checkDispatch() (faults Faults) {
	d := c.Dispatch
	if d.Lease < time.Second || d.Lease > time.Hour {
		faults = append(faults, c.fault("dispatch.lease", "is not between 1s and 1h", "a minute suits most providers"))
	}
	if d.Sweep <= 0 || d.Sweep > time.Minute {
		faults = append(faults, c.fault("dispatch.sweep", "is not between 1ms and 1m", "a second suits most"))
	}
	if d.JobSize < 1 || d.JobSize > 1000 {
		faults = append(faults, c.fault("dispatch.job_size", "is not between 1 and 1000", "500 suits most providers"))
	}
	if d.DuplicateWindow < 0 {
		faults = append(faults, c.fault("dispatch.duplicate_window", "is negative", "write a time such as 2h, or 0 for never"))
	}
	if d.DigestMaxAge < time.Minute {
		faults = append(faults, c.fault("dispatch.digest_max_age", "is less than a minute", "write how old a missed digest may be, as 36h"))
	}
	if d.LoopLimit < 1 || d.LoopLimit > 100 {
		faults = append(faults, c.fault("dispatch.loop_limit", "is not between 1 and 100", "5 suits most: nobody needs the same text six times in five minutes"))
	}
	if d.RemindMandated < time.Minute {
		faults = append(faults, c.fault("dispatch.remind_mandated", "is less than a minute", "a day suits most, as 24h"))
	}
	return faults
}

func (c *Config) checkPrices() (faults Faults) {
	for key, price := range map[string]float64{"prices.sms_part": c.Prices.SMSPart, "prices.voice_minute": c.Prices.VoiceMinute} {
		if !(price >= 0 && price < 10) { // NaN as well
			faults = append(faults, c.fault(key, "is not between 0 and 10 euros", "write it as 0.055; 0 where nothing is asked"))
		}
	}
	return faults
}

func (c *Config) checkMetrics() Faults {
	switch listen := c.Metrics.Listen; {
	case listen == "":
		return nil
	case !isHostPort(listen):
		return Faults{c.fault("metrics.listen", "is not a host and port", "write it as 127.0.0.1:9464, or leave it out")}
	case listen == c.Web.Listen && !strings.HasSuffix(listen, ":0"):
		return Faults{c.fault("metrics.listen", "is the address of the pages", "choose another port: what is public and what is not are kept apart")}
	}
	return nil
}

func (c *Config) checkTraces() Faults {
	if c.Traces.Endpoint == "" {
		return nil
	}
	u, err := url.Parse(c.Traces.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" {
		return Faults{c.fault("traces.endpoint", "is not the address of a collector", "write it as http://127.0.0.1:4318, or leave it out")}
	}
	return nil
}

func isHostPort(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// urlOf returns the address of pages served at listen, empty when listen does
// not say it: every host, or a port that the system chooses.
func urlOf(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err != nil || host == "" || port == "0" || ip != nil && ip.IsUnspecified() {
		return ""
	}
	return "http://" + net.JoinHostPort(host, port)
}

// LocalURL says whether only this machine reaches the pages at an address.
func LocalURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && onLoopback(net.JoinHostPort(u.Hostname(), "0"))
}
