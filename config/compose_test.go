package config

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const composeFile = "../docker-compose.yml"

type composeProject struct {
	Services map[string]composeService `yaml:"services"`
	Volumes  map[string]any            `yaml:"volumes"`
}

type composeService struct {
	Image       string            `yaml:"image"`
	Build       map[string]string `yaml:"build"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	Ports       []string          `yaml:"ports"`
	Volumes     []string          `yaml:"volumes"`
	Restart     string            `yaml:"restart"`
	ReadOnly    bool              `yaml:"read_only"`
	DependsOn   map[string]any    `yaml:"depends_on"`
	HealthCheck struct {
		Test    []string `yaml:"test"`
		Timeout string   `yaml:"timeout"`
	} `yaml:"healthcheck"`
}

func readCompose(t *testing.T) composeProject {
	t.Helper()
	data, err := os.ReadFile(composeFile)
	if err != nil {
		t.Fatal(err)
	}
	var project composeProject
	if err := yaml.Load(data, &project); err != nil {
		t.Fatal(err)
	}
	return project
}

func TestComposeServices(t *testing.T) {
	project := readCompose(t)
	var got []string
	for name := range project.Services {
		got = append(got, name)
	}
	slices.Sort(got)
	if want := []string{"grafana", "nats-1", "nats-2", "nats-3", "postgres", "prometheus", "redis", "relais-1", "relais-2"}; !slices.Equal(got, want) {
		t.Fatalf("services: got %v, want %v", got, want)
	}
	for name, s := range project.Services {
		if len(s.HealthCheck.Test) == 0 || s.HealthCheck.Timeout == "" {
			t.Errorf("%s: no health check with a timeout", name)
		}
		if s.Restart == "" || !s.ReadOnly {
			t.Errorf("%s: restart %q, read_only %v", name, s.Restart, s.ReadOnly)
		}
		if len(s.Volumes) != 1 {
			t.Errorf("%s: got volumes %v, want one", name, s.Volumes)
		}
		for _, v := range s.Volumes {
			if source, _, _ := strings.Cut(v, ":"); !has(project.Volumes, source) {
				t.Errorf("%s: volume %s is not declared", name, source)
			}
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to other machines", name, p)
			}
		}
		for _, node := range []string{"relais-1", "relais-2"} {
			if waitsFor(name) && !has(project.Services[node].DependsOn, name) {
				t.Errorf("%s does not wait for %s", node, name)
			}
		}
	}
}

// waitsFor says whether a node needs the service to begin.
func waitsFor(name string) bool {
	return strings.HasPrefix(name, "nats") || name == "redis" || name == "postgres"
}

func has[V any](m map[string]V, name string) bool {
	_, ok := m[name]
	return ok
}

// Every secret comes from .env and must be set there. NATS asks for a
// password, Redis keeps its data, JetStream is on.
func TestComposeSecrets(t *testing.T) {
	required := regexp.MustCompile(`\$\{[A-Z_]+:\?[^}]+\}`)
	for name, s := range readCompose(t).Services {
		for variable, value := range s.Environment {
			if regexp.MustCompile(`PASSWORD|TOKEN|SECRET|PUBLIC_URL`).MatchString(variable) && required.ReplaceAllString(value, "") != "" {
				t.Errorf("%s: %s is not wholly from .env", name, variable)
			}
			if _, userInfo, ok := strings.Cut(value, "://"); ok && strings.Contains(required.ReplaceAllString(userInfo, ""), ":@") != strings.Contains(userInfo, "@") {
				t.Errorf("%s: the password in %s is not from .env", name, variable)
			}
		}
	}
	services := readCompose(t).Services
	for name, want := range map[string]string{
		"nats-1": "--pass ${NATS_PASSWORD:?",
		"nats-3": "--pass ${NATS_PASSWORD:?",
		"redis":  `--appendonly yes --dir /data --requirepass "$$REDIS_PASSWORD"`,
	} {
		if got := strings.Join(services[name].Command, " "); !strings.Contains(got, want) {
			t.Errorf("%s: got command %q, want %q in it", name, got, want)
		}
	}
	page, err := os.ReadFile(composeFile)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "jetstream { store_dir: /data") {
		t.Error("nats: JetStream is not on")
	}
	if withDefault := regexp.MustCompile(`\$\{[A-Z_]+:?-`).FindString(string(page)); withDefault != "" {
		t.Errorf("%s…: a variable has a default", withDefault)
	}
}

// What compose hands to the nodes is a configuration that relais takes: two of
// different names, on a cluster that keeps three copies, with figures.
func TestComposeConfiguresRelais(t *testing.T) {
	required := regexp.MustCompile(`\$\{([A-Z_]+):\?[^}]+\}`)
	for _, node := range []string{"relais-1", "relais-2"} {
		var environ []string
		for variable, value := range readCompose(t).Services[node].Environment {
			value = required.ReplaceAllStringFunc(value, func(s string) string {
				if strings.Contains(s, "URL") {
					return "https://relais.example"
				}
				return "0123abcd"
			})
			environ = append(environ, variable+"="+value)
		}
		c, err := Load("", environ)
		if err != nil {
			t.Fatal(err)
		}
		if c.NATS.URL.IsZero() || c.Redis.URL.IsZero() || c.Database.URL.IsZero() {
			t.Errorf("%s does not use the servers that compose starts", node)
		}
		if c.Node != node || c.NATS.Replicas != 3 || c.Metrics.Listen == "" {
			t.Errorf("%s: named %s, %d copies, figures on %q", node, c.Node, c.NATS.Replicas, c.Metrics.Listen)
		}
	}
}

// Prometheus scrapes every node, and each file that compose hands on is there.
func TestComposeWatchesEveryNode(t *testing.T) {
	page, err := os.ReadFile(composeFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range []string{"relais-1", "relais-2"} {
		if !strings.Contains(string(page), `"`+node+`:9464"`) {
			t.Errorf("nobody scrapes %s", node)
		}
	}
	for _, m := range regexp.MustCompile(`\{file: ([^}]+)\}`).FindAllStringSubmatch(string(page), -1) {
		if _, err := os.Stat("../" + m[1]); err != nil {
			t.Error(err)
		}
	}
}

// The image is built from every folder that holds packages of the program, and
// runs a static binary without rights.
func TestImageBuildsEveryPackage(t *testing.T) {
	build := readCompose(t).Services["relais-1"].Build
	text, err := os.ReadFile(filepath.Join("..", build["context"], build["dockerfile"]))
	if err != nil {
		t.Fatal(err)
	}
	dockerfile := string(text)
	folders, err := filepath.Glob("../*/")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		name := filepath.Base(folder)
		sources, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		if len(sources) > 0 && !strings.Contains(dockerfile, "COPY "+name+" "+name+"\n") {
			t.Errorf("the image is built without %s", name)
		}
	}
	for _, want := range []string{"CGO_ENABLED=0", "USER relais", "COPY cmd cmd\n"} {
		if !strings.Contains(dockerfile, want) {
			t.Errorf("the image lacks %q", want)
		}
	}
}
