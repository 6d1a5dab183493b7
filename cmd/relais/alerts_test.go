package main

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"go.yaml.in/yaml/v4"
)

// expression is a query of an alert or a panel.
type expression struct{ of, query string }

func alertExpressions(t *testing.T) (found []expression) {
	t.Helper()
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []struct {
				Alert       string            `yaml:"alert"`
				Expr        string            `yaml:"expr"`
				For         string            `yaml:"for"`
				Labels      map[string]string `yaml:"labels"`
				Annotations map[string]string `yaml:"annotations"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	data, err := os.ReadFile("../../deploy/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Load(data, &file, yaml.WithKnownFields()); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if rule.Labels["severity"] != "page" || rule.Annotations["summary"] == "" {
				t.Errorf("%s: who is told, and what?", rule.Alert)
			}
			if !strings.Contains(string(page), "### "+rule.Alert+"\n") {
				t.Errorf("docs/operate.md does not say what %s means", rule.Alert)
			}
			found = append(found, expression{rule.Alert, rule.Expr})
		}
	}
	return found
}

func panelExpressions(t *testing.T) (found []expression) {
	t.Helper()
	var board struct {
		Panels []struct {
			Title   string `json:"title"`
			Targets []struct {
				Expr string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
	}
	data, err := os.ReadFile("../../deploy/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &board); err != nil {
		t.Fatal(err)
	}
	for _, panel := range board.Panels {
		if len(panel.Targets) == 0 {
			t.Errorf("%s: shows nothing", panel.Title)
		}
		for _, target := range panel.Targets {
			found = append(found, expression{panel.Title, target.Expr})
		}
	}
	return found
}

// Each figure that an alert or a panel names, and each value of a label that it
// looks for, is one that a node shows. Every figure of ours is on a panel.
func TestAlertsAndPanelsNameFiguresThatExist(t *testing.T) {
	d, _ := watchedVillage(t)
	families, _ := scrape(t, d.node.metricsURL)
	figure := regexp.MustCompile(`(relais_\w+)(?:\{([^}]*)\})?`)
	shown := make(map[string]bool)
	for part, expressions := range map[string][]expression{"alert": alertExpressions(t), "panel": panelExpressions(t)} {
		if len(expressions) == 0 {
			t.Errorf("there is no %s", part)
		}
		for _, e := range expressions {
			named := figure.FindAllStringSubmatch(e.query, -1)
			if len(named) == 0 {
				t.Errorf("%s %s names no figure of ours", part, e.of)
			}
			for _, m := range named {
				name := strings.TrimSuffix(m[1], "_bucket")
				family := families[name]
				if family == nil {
					t.Errorf("%s %s: there is no %s", part, e.of, name)
					continue
				}
				shown[name] = shown[name] || part == "panel"
				checkSelector(t, e, family, m[2])
			}
		}
	}
	for name := range families {
		if strings.HasPrefix(name, "relais_") && !shown[name] {
			t.Errorf("no panel shows %s", name)
		}
	}
}

// checkSelector looks for each value of stage="a", state=~"b|c".
func checkSelector(t *testing.T, e expression, family *dto.MetricFamily, selector string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(\w+)=~?"([^"]*)"`).FindAllStringSubmatch(selector, -1) {
		var have []string
		for _, metric := range family.GetMetric() {
			for _, l := range metric.GetLabel() {
				if l.GetName() == m[1] {
					have = append(have, l.GetValue())
				}
			}
		}
		for value := range strings.SplitSeq(m[2], "|") {
			if !slices.Contains(have, value) {
				t.Errorf("%s: %s has no %s=%q", e.of, family.GetName(), m[1], value)
			}
		}
	}
}
