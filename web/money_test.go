package web

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Spendings implements Budgets: one partnership saves, the other has no budget.
func (w *world) Tight(ctx context.Context, zone broker.ZoneID) ([]subscribers.Spending, error) {
	all, err := w.Spendings(ctx, zone, "")
	return slices.DeleteFunc(all, func(s subscribers.Spending) bool { return !s.Tight() }), err
}

func (w *world) Spendings(_ context.Context, zone broker.ZoneID, month string) ([]subscribers.Spending, error) {
	if zone == "elsewhere" {
		return nil, nil
	}
	tight := subscribers.Spending{
		Partnership: subscribers.Partnership{ID: "tilleuls", Name: "PLP Les Tilleuls"}, Month: subscribers.Month{Name: "2026-11"},
		Budget: &subscribers.Budget{Month: 60}, ByChannel: map[channels.Name]subscribers.Money{channels.SMS: 48_400_000},
	}
	free := subscribers.Spending{Partnership: subscribers.Partnership{ID: "lindendorp", Name: "BIN Lindendorp"}, Month: tight.Month, ByChannel: tight.ByChannel}
	if month != "" {
		tight.Month.Name, tight.ByChannel = month, nil
	}
	return []subscribers.Spending{tight, free}, nil
}

func TestDeskSaysWhoSaves(t *testing.T) {
	w := newWorld(t)
	for lang, want := range map[string]string{
		"fr": "PLP Les Tilleuls : 48,40 euros dépensés ce mois-ci, sur 60,00", "nl": "PLP Les Tilleuls: deze maand 48,40 van de 60,00 euro uitgegeven",
		"de": "PLP Les Tilleuls: in diesem Monat 48,40 von 60,00 Euro ausgegeben", "en": "PLP Les Tilleuls: EUR 48.40 of 60.00 spent this month",
	} {
		page := strings.ReplaceAll(w.get("/?zone=demo&lang="+lang).Body.String(), "\u00a0", " ")
		if !strings.Contains(page, want) || strings.Contains(page, "BIN Lindendorp: ") {
			t.Errorf("%s: the desk does not say %q, or more than that", lang, want)
		}
	}
}

func TestBudgetsForPrograms(t *testing.T) {
	w := newWorld(t)
	var answer struct {
		Budgets []struct {
			Partnership, Month string
			Budget, Spent      float64
			ByChannel          map[string]float64
			Saves              bool
		}
	}
	if err := json.Unmarshal(w.get("/api/budget").Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	first, second := answer.Budgets[0], answer.Budgets[1]
	if first.Partnership != "tilleuls" || first.Budget != 60 || first.Spent != 48.4 || first.ByChannel["sms"] != 48.4 || !first.Saves {
		t.Errorf("got %+v", first)
	}
	if second.Saves || second.Budget != 0 {
		t.Errorf("without a budget: %+v", second)
	}
	if got := w.get("/api/budget?month=2026-13"); got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), "write it as 2026-11") {
		t.Errorf("a 13th month: %d %s", got.Code, got.Body)
	}
}
