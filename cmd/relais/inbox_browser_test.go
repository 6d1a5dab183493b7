package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"relais/broker"
	"relais/store"
	"relais/subscribers"
	"relais/web/browsertest"
)

const tilleuls = broker.PartnershipID("plp-tilleuls")

// A coordinator at dinner, with a telephone, in each language: the police publish,
// the inbox shows it, a tap approves, and the members get it. Then one is put on
// hold, and the coordinator goes on holiday.
func TestInboxOnAPhone(t *testing.T) {
	ctx := browsertest.Start(t)
	d := runVillage(t)
	coordinator := approversOf(t, d)[0]
	signIn(ctx, t, d, coordinator.ID)
	browsertest.Do(ctx, t, browsertest.Phone(), browsertest.WithoutServiceWorker())
	for _, lang := range broker.Langs() {
		title := "Cambriolage, message " + string(lang)
		publishTo(t, d, title, "Ce message est lu en "+string(lang)+".")
		inbox := d.node.url + "/inbox?lang=" + string(lang)
		browsertest.Do(ctx, t, chromedp.Navigate(inbox), browsertest.Shown(`button.yes`))
		if page := browsertest.Eval[string](ctx, t, `document.documentElement.lang + " " + document.body.innerText`); !strings.HasPrefix(page, string(lang)) || !strings.Contains(page, title) {
			t.Fatalf("%s: the inbox shows\n%s", lang, page)
		}
		browsertest.Do(ctx, t, browsertest.Follow(`button.yes`), browsertest.Shown(`.outcome.approved`))
		arrives(t, d, title)
		browsertest.Do(ctx, t, browsertest.Follow(`.back a`), browsertest.Shown(`.notice`)) // nothing waits
	}

	publishTo(t, d, "Véhicule suspect", "Une camionnette grise tourne dans le quartier.")
	browsertest.Do(ctx, t, chromedp.Navigate(d.node.url+"/inbox?lang=fr"), chromedp.Click(chromedp.CSS(`details.else summary`)),
		browsertest.Follow(`.holds button`), browsertest.Shown(`.outcome.standing`))
	if open := opened(t, d); len(open) != 1 || open[0].State != subscribers.ApprovalHeld || open[0].Decision.How != subscribers.HowInbox {
		t.Errorf("on hold: %+v", open)
	}

	day := `.month a[href*="from="]`
	browsertest.Do(ctx, t, chromedp.Navigate(d.node.url+"/inbox/partnerships/plp-tilleuls/absences?lang=fr"),
		browsertest.Follow(day), browsertest.Follow(`.month a[aria-current]`), browsertest.Follow(`form.answer button.yes`),
		browsertest.Shown(`.month a.mine`))
	if away := approversOf(t, d)[0].Absences; len(away) != 1 || away[0].From != away[0].Until {
		t.Errorf("absences: %v", away)
	}
}

// runVillage starts the demonstration's zone.
func runVillage(t *testing.T) *demo {
	t.Helper()
	d := &demo{lifecycle: lifecycle{log: slog.New(slog.DiscardHandler)}, p: &program{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard}}
	t.Cleanup(func() {
		if err := d.stop(context.Background()); err != nil {
			t.Errorf("stop the village: %v", err)
		}
	})
	if err := d.start(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	return d
}

// signIn gives the browser the session of somebody, as who has shown who they are has it.
func signIn(ctx context.Context, t *testing.T, d *demo, who subscribers.MemberID) {
	t.Helper()
	sessions := &scs.SessionManager{Store: &store.Sessions{Store: d.node.store, Now: time.Now}, Lifetime: time.Hour, HashTokenInStore: true, Codec: scs.GobCodec{}}
	session, err := sessions.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	one := subscribers.SignIn{ID: uuid.Must(uuid.NewV7()), Account: who, Since: time.Now(), Expires: time.Now().Add(time.Hour)}
	if err := d.node.store.BeginSignIn(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	sessions.Put(session, "signin", one.ID.String())
	token, _, err := sessions.Commit(session)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "relais", Value: token, URL: d.node.url}); err != nil {
		t.Fatal(err)
	}
}

func publishTo(t *testing.T, d *demo, title, body string) {
	t.Helper()
	m := demoAlert()
	m.Partnerships, m.Texts = []broker.PartnershipID{tilleuls}, map[broker.Lang]broker.Text{broker.French: {Title: title, Body: body}}
	if _, err := d.publish(t.Context(), m, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := until(t.Context(), func() (bool, error) { return len(opened(t, d)) == 1, nil }); err != nil {
		t.Fatalf("nobody is asked: %v", err)
	}
}

func opened(t *testing.T, d *demo) []subscribers.Approval {
	t.Helper()
	open, err := d.node.store.OpenApprovals(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	return open
}

func approversOf(t *testing.T, d *demo) []subscribers.Approver {
	t.Helper()
	approvers, err := d.node.store.Approvers(t.Context(), tilleuls)
	if err != nil {
		t.Fatal(err)
	}
	return approvers
}

// arrives waits until more people have a message than are asked about it.
func arrives(t *testing.T, d *demo, title string) {
	t.Helper()
	pattern, got := regexp.MustCompile(regexp.QuoteMeta(title)), 0
	err := until(t.Context(), func() (bool, error) {
		got = taken(d, "any", pattern)
		return got > 15, nil
	})
	if err != nil {
		t.Fatal(fmt.Errorf("%q reached %d: %w", title, got, err))
	}
}
