package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Things of another zone.
var (
	foreignMessageID  = broker.MessageID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000f00a")}
	foreignCaseID     = subscribers.CaseID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000f00c")}
	foreignIncidentID = subscribers.IncidentID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000f0e1")}
	foreignTextID     = subscribers.TemplateID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000f07e")}
	foreignMemberID   = subscribers.MemberID{UUID: uuid.MustParse("0193596a-0000-7000-8000-00000000f002")}
)

// withElsewhere adds a second zone, and closes the world to who has not signed in.
func (w *world) withElsewhere() {
	w.zones = append(w.zones, "elsewhere")
	w.partnerships = append(w.partnerships, subscribers.Partnership{ID: "canal", Zone: "elsewhere", Name: "PLP du Canal", Languages: []broker.Lang{broker.French}, PlanVersion: 1})
	w.plans["canal"] = w.plans["tilleuls"]
	m := w.alert()
	m.ID, m.Zone = foreignMessageID, "elsewhere"
	w.messages[m.ID] = m
	w.statuses[m.ID] = subscribers.Status{Message: m.ID, Revision: 1, Kind: m.Kind, Urgency: m.Urgency, Received: m.Sent, Expires: m.Expires}
	w.open(m.ID, "canal", urgentRule())
	w.kept = append(w.kept, subscribers.Template{ID: foreignTextID, Zone: "elsewhere", Kind: broker.Info, Name: "Réunion"})
	w.members[foreignMemberID] = subscribers.Member{ID: foreignMemberID, Name: "Paul", Lang: broker.French}
	w.options.Open, w.options.APIToken = false, channels.NewSecret("s3cret")
	w.accounts = make(map[subscribers.MemberID]subscribers.Account)
	w.restart()
}

// Account implements Accounts.
func (w *world) Account(_ context.Context, id subscribers.MemberID) (subscribers.Account, error) {
	return found(w.accounts, id)
}

// The world alone lets nobody in by a code or a link; enrolled does.

func (w *world) AccountsAt(context.Context, channels.Address) ([]subscribers.Account, error) {
	return nil, nil
}

func (w *world) UseCode(context.Context, channels.AddressHash, func([]subscribers.Pass) (subscribers.Pass, error), time.Time) (subscribers.Pass, error) {
	return subscribers.Pass{}, &subscribers.PassError{Why: subscribers.PassWrong}
}

func (w *world) AddLink(context.Context, subscribers.Pass, time.Time) error { return nil }

// Holders lists the approvers of tilleuls, and an administrator and an officer of the zone.
func (w *world) Holders(_ context.Context, zone broker.ZoneID, _ []broker.PartnershipID) ([]subscribers.Holder, error) {
	if zone != "demo" {
		return nil, nil
	}
	return w.holders, nil
}

func (w *world) Appoint(_ context.Context, post subscribers.Post, who subscribers.Member, _ subscribers.Consent) (subscribers.Account, error) {
	if who.Name == "Dora Petit" {
		return subscribers.Account{}, subscribers.ErrHasLeft
	}
	a := subscribers.Account{ID: subscribers.NewMemberID(), Name: who.Name, Lang: who.Lang, Posts: []subscribers.Post{post}}
	w.holders = append(w.holders, subscribers.Holder{ID: a.ID, Name: a.Name, Lang: a.Lang, Post: post, Mail: true})
	return a, nil
}

func (w *world) NotePost(_ context.Context, m subscribers.PostMove) error {
	w.postMoves = append([]subscribers.PostMove{m}, w.postMoves...)
	return nil
}

func (w *world) PostMoves(_ context.Context, _ broker.ZoneID, p broker.PartnershipID, _ int) (found []subscribers.PostMove, err error) {
	for _, m := range w.postMoves {
		if m.Post.Partnership == p {
			found = append(found, m)
		}
	}
	return found, nil
}

func (w *world) EndPost(_ context.Context, id subscribers.MemberID, post subscribers.Post, _ time.Time) error {
	w.holders = slices.DeleteFunc(w.holders, func(h subscribers.Holder) bool { return h.ID == id && h.Post == post })
	return nil
}

// signInAs gives the browser the session of somebody with these posts.
func (w *world) signInAs(name string, posts ...subscribers.Post) subscribers.Account {
	w.t.Helper()
	return w.signInAsMember(subscribers.NewMemberID(), name, posts...)
}

// signInAsMember does so for somebody whom the world knows.
func (w *world) signInAsMember(id subscribers.MemberID, name string, posts ...subscribers.Post) subscribers.Account {
	w.t.Helper()
	a := subscribers.Account{ID: id, Name: name, Lang: broker.French, Posts: posts}
	if w.accounts == nil {
		w.accounts = make(map[subscribers.MemberID]subscribers.Account)
	}
	w.accounts[a.ID] = a
	ctx, err := w.server.sessions.Load(context.Background(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	one := subscribers.SignIn{ID: uuid.Must(uuid.NewV7()), Account: a.ID, Device: "Firefox, Windows", Since: w.now, Seen: w.now, Expires: w.now.Add(sessionLasts)}
	w.devices = append(w.devices, one)
	w.server.sessions.Put(ctx, sessionSignIn, one.ID.String())
	token, _, err := w.server.sessions.Commit(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	w.cookie = &http.Cookie{Name: w.server.sessions.Cookie.Name, Value: token}
	return a
}
