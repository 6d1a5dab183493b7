package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/subscribers"
	"relais/subscribers/roster"
)

const aPlan = `rules:
  - approval: {by: coordinator, deputies_after: 5m, within: 30m}
    channels: {first: [sms, email]}
    when: now
digest: {every: day, at: "18:00"}
`

// The world's partnerships: lindendorp has no deputy.
func (w *world) Overviews(_ context.Context, of []subscribers.Partnership) ([]subscribers.Overview, error) {
	var all []subscribers.Overview
	for _, p := range of {
		p.Charter.Signed = subscribers.Date{Year: 2026, Month: time.January, Day: 15}
		people := map[subscribers.Role]int{subscribers.RoleCoordinator: 1, subscribers.RoleDeputy: 2, subscribers.RoleMember: 58}
		if p.ID == "lindendorp" {
			people = map[subscribers.Role]int{subscribers.RoleCoordinator: 1}
		}
		all = append(all, subscribers.Overview{Partnership: p, People: people})
	}
	return all, nil
}

func (w *world) Overview(ctx context.Context, id broker.PartnershipID) (subscribers.Overview, error) {
	p, err := w.Partnership(ctx, id)
	if err != nil {
		return subscribers.Overview{}, err
	}
	all, err := w.Overviews(ctx, []subscribers.Partnership{p})
	return all[0], err
}

// ReadPlan reads as `relais plan check` does.
func (w *world) ReadPlan(text string, lang broker.Lang) (*subscribers.Plan, []PlanFault, error) {
	entries, faults, err := roster.ReadPlans(strings.NewReader(text), lang)
	var said []PlanFault
	for _, f := range faults {
		said = append(said, PlanFault(f))
	}
	if err != nil || len(entries) != 1 || entries[0].Partnership.ID != "" {
		return nil, said, err
	}
	return &entries[0].Plan, said, nil
}

func (w *world) StageMoves(context.Context, broker.PartnershipID) ([]subscribers.StageMove, error) {
	return append(w.steps, subscribers.StageMove{To: subscribers.StageLaunched, At: w.now.Add(-400 * time.Hour)}), nil
}

func (w *world) MoveStage(_ context.Context, _ broker.PartnershipID, move subscribers.StageMove) error {
	if len(w.steps) > 0 {
		return subscribers.ErrOutdated
	}
	w.steps = append(w.steps, move)
	return nil
}

func (w *world) PlanVersions(context.Context, broker.PartnershipID) ([]subscribers.PlanVersion, error) {
	return append(w.versions, subscribers.PlanVersion{Version: 2, YAML: aPlan, Created: w.now.Add(-200 * time.Hour), By: "CP Maes", Why: "Le comité l’a demandé."},
		subscribers.PlanVersion{Version: 1, YAML: strings.Replace(aPlan, "30m", "1h", 1), Created: w.now.Add(-400 * time.Hour)}), nil
}

func (w *world) ChangePlan(_ context.Context, id broker.PartnershipID, from int, _ subscribers.Plan, by, why string, at time.Time) error {
	if len(w.versions) > 0 {
		return subscribers.ErrOutdated
	}
	w.versions = append(w.versions, subscribers.PlanVersion{Version: from + 1, YAML: string(id), By: by, Why: why, Created: at})
	return nil
}

// The zone sees its partnerships, what keeps one from being sent for, and its officers.
func TestZonePage(t *testing.T) {
	w := newWorld(t)
	body := w.get("/zone?zone=demo&lang=en").Body.String()
	for _, want := range []string{"Launched · 61 people", "It will not go to this partnership: it has no deputy", "Mandated officer", `href="/zone/tilleuls`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// A step says who took it and why, and is taken from what they saw; nobody is
// launched without what rule 3 asks for.
func TestStageOfAPartnership(t *testing.T) {
	w := newWorld(t)
	step := url.Values{"from": {"launched"}, "to": {"suspended"}, "by": {"CP Maes"}, "why": {"Le coordinateur a déménagé."}}
	for name, test := range map[string]struct {
		path   string
		form   url.Values
		status int
		want   string
	}{
		"no name":       {"tilleuls", with(step, "by", ""), 422, "Write your name and rank"},
		"no reason":     {"tilleuls", with(step, "why", " "), 422, "at most 300 characters"},
		"no such stage": {"tilleuls", with(step, "to", "asleep"), 400, ""},
		"not ready":     {"lindendorp", with(step, "to", "launched"), 422, "It cannot be launched yet: it has no deputy"},
	} {
		answer := w.post("/zone/"+test.path+"/stage?lang=en", test.form)
		if answer.Code != test.status || !strings.Contains(answer.Body.String(), test.want) || len(w.steps) != 0 {
			t.Errorf("%s: got %d", name, answer.Code)
		}
	}
	if got := w.post("/zone/tilleuls/stage", step).Code; got != http.StatusSeeOther || w.steps[0].By != "CP Maes" {
		t.Fatalf("got %d, %v", got, w.steps)
	}
	if body := w.get("/zone/tilleuls?lang=en").Body.String(); !strings.Contains(body, "Suspended: CP Maes, today at 20:15") || !strings.Contains(body, "import of a file") {
		t.Error("the page does not tell who took the step")
	}
	answer := w.post("/zone/tilleuls/stage?lang=en", step)
	if answer.Code != http.StatusConflict || !strings.Contains(answer.Body.String(), "Somebody has changed it in the meantime") {
		t.Errorf("the same step again: got %d", answer.Code)
	}
}

// The plan stands beside what it says; a faulty one is refused with the line,
// and what was typed stays.
func TestPlanEditor(t *testing.T) {
	w := newWorld(t)
	body := w.get("/zone/tilleuls/plan?lang=en").Body.String()
	for _, want := range []string{"deputies_after: 5m", "rules[0]", "No faults.", "Version 1", "import of a file", "Le comité l’a demandé."} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if body := w.get("/zone/tilleuls/plan?version=1&lang=en").Body.String(); !strings.Contains(body, "within: 1h") || !strings.Contains(body, "version 2 is in force") {
		t.Error("the version before is not shown as such")
	}
	save := url.Values{"action": {"save"}, "version": {"2"}, "by": {"CP Maes"}, "why": {"Plus vite"}, "plan": {aPlan}}
	for name, test := range map[string]struct{ plan, want string }{
		"a rule":       {strings.Replace(aPlan, "when: now", "when: sometimes", 1), "Ligne 4"},
		"unknown key":  {aPlan + "colour: blue\n", "Ligne 6"},
		"not YAML":     {"rules: [", "Ligne "},
		"partnerships": {"partnerships:\n  - id: x\n", "Ligne 2"},
	} {
		answer := w.post("/zone/tilleuls/plan?lang=fr", with(save, "plan", test.plan))
		if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), test.want) || len(w.versions) != 0 {
			t.Errorf("%s: got %d, %v", name, answer.Code, w.versions)
		}
	}
	part := w.do(request{method: http.MethodPost, path: "/zone/tilleuls/plan?lang=nl", form: url.Values{"plan": {aPlan}}, header: map[string]string{"HX-Request": "true"}})
	if body := part.Body.String(); strings.Contains(body, "<html") || !strings.Contains(body, "Geen fouten.") || len(w.versions) != 0 {
		t.Errorf("for a script: %s", body)
	}
	if got := w.post("/zone/tilleuls/plan", save).Code; got != http.StatusSeeOther || w.versions[0].Version != 3 || w.versions[0].Why != "Plus vite" {
		t.Errorf("got %d, %v", got, w.versions)
	}
	if answer := w.post("/zone/tilleuls/plan?lang=en", save); answer.Code != http.StatusConflict || !strings.Contains(answer.Body.String(), "in the meantime") {
		t.Errorf("over somebody else's: got %d", answer.Code)
	}
}
