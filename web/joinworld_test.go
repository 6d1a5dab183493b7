package web

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// joining is the part of a world that those who join meet.
type joining struct {
	passes       subscribers.Passes
	courier      Courier
	sent         []sentMissive
	failing      channels.Name // nothing goes out on it
	applications map[subscribers.ApplicationID]subscribers.Application
	codes        []subscribers.Pass
	full         bool                              // as many applications as there may be
	applied      struct{ page, link, used string } // of everyPageWorld
	allLaunched  bool                              // the second partnership too has whom a launch needs
	busy         sync.Mutex
	paperFails   error // why nothing is copied
	invitations  []subscribers.Invitation

	noMoreInvitations bool
}

type sentMissive struct {
	on channels.Name
	to string
	Missive
}

// postbag is the world's courier.
type postbag struct{ w *world }

func (p postbag) Channels() []channels.Name {
	return []channels.Name{channels.SMS, channels.Email, channels.Voice, channels.Push}
}

func (p postbag) Hand(_ context.Context, on channels.Name, to channels.Address, m Missive) error {
	if on == p.w.failing {
		return &channels.SendError{Class: channels.Retryable, Err: errors.New("away")}
	}
	p.w.busy.Lock()
	defer p.w.busy.Unlock()
	p.w.sent = append(p.w.sent, sentMissive{on, to.Reveal(), m})
	return nil
}

func (p postbag) HandLater(on channels.Name, to channels.Address, m Missive) {
	_ = p.Hand(context.Background(), on, to, m) // logged by the real one
}

func (w *world) expectJoiners() {
	var err error
	if w.passes, err = subscribers.NewPasses(bytes.Repeat([]byte{9}, 32)); err != nil {
		w.t.Fatal(err)
	}
	w.courier = postbag{w}
	w.applications = make(map[subscribers.ApplicationID]subscribers.Application)
}

// launch lets both partnerships of the zone take members, each from its own street.
func (w *world) launch() {
	w.allLaunched = true
	for i, street := range []string{"Rue des Tilleuls", "Lindenstraat"} {
		w.partnerships[i].Charter.Signed = subscribers.Date{Year: 2026, Month: time.January, Day: 15}
		w.partnerships[i].Streets = []subscribers.Street{{Name: street}}
	}
	w.partnerships[0].Contact = "Anne Dupont, 0470 12 34 56"
}

// applyOnce fills in the form, confirms the email, and fills it in again.
func (w *world) applyOnce() (a struct{ page, link, used string }) {
	w.t.Helper()
	form := goodJoin()
	a.page, _, _ = strings.Cut(w.join(form), "?")
	a.used = w.lastOn(channels.Email).path()
	w.post(a.used, url.Values{})
	form.Set("voice", "081 12 34 56")
	form.Set("agree.voice", "1")
	a.page, _, _ = strings.Cut(w.join(form), "?")
	a.link = w.lastOn(channels.Email).path()
	return a
}

// lastOn is what was sent last on a channel.
func (w *world) lastOn(on channels.Name) sentMissive {
	w.t.Helper()
	w.busy.Lock()
	defer w.busy.Unlock()
	for _, m := range slices.Backward(w.sent) {
		if m.on == on {
			return m
		}
	}
	w.t.Fatalf("nothing was sent on %s", on)
	return sentMissive{}
}

// code is the one that a missive holds.
func (m sentMissive) code() string {
	return subscribers.Typed(regexp.MustCompile(`\d{4} \d{4}|\d(, \d){7}`).FindString(m.Text.Body))
}

func (w *world) AddApplication(_ context.Context, a subscribers.Application, _ int) error {
	if w.full {
		return subscribers.ErrTooMany
	}
	w.applications[a.ID] = a
	return nil
}

// EnterPaper does what the store does, but for who is on file.
func (w *world) EnterPaper(_ context.Context, a subscribers.Application, again bool, _ int) (bool, error) {
	if w.paperFails != nil {
		return false, w.paperFails
	}
	for id, before := range w.applications {
		if before.OnPaper() && before.Name == a.Name && len(before.Contacts) > 0 {
			if !again {
				return false, subscribers.ErrCopiedBefore
			}
			delete(w.applications, id)
		}
	}
	w.applications[a.ID] = a
	return false, nil
}

func (w *world) PaperWaiting(context.Context, broker.PartnershipID, time.Time) (n int, err error) {
	for _, a := range w.applications {
		if a.OnPaper() && !a.Admitted() {
			n++
		}
	}
	return n, nil
}

func (w *world) Application(_ context.Context, id subscribers.ApplicationID, now time.Time) (subscribers.Application, error) {
	a, ok := w.applications[id]
	if !ok || !now.Before(a.Expires) {
		return a, subscribers.ErrNotFound
	}
	return a, nil
}

func (w *world) Confirm(_ context.Context, id subscribers.ApplicationID, on channels.Name, hash channels.AddressHash, now time.Time) (subscribers.MemberID, error) {
	a, err := w.Application(context.Background(), id, now)
	if err != nil {
		return a.Member, err
	}
	if a.Member == (subscribers.MemberID{}) {
		a.Member = subscribers.NewMemberID()
		w.members[a.Member] = subscribers.Member{ID: a.Member, Name: a.Name, Lang: a.Lang, Rest: subscribers.Rest{Quiet: a.Quiet}}
	}
	m := w.members[a.Member]
	contacts := slices.Clone(a.Contacts)
	for i, c := range contacts {
		if c.Channel == on && c.Address.Hash(on) == hash {
			contacts[i].Confirmed = now
			m.Contacts = append(m.Contacts, subscribers.Contact{Channel: on, Address: c.Address, State: subscribers.ContactActive, Consent: c.Consent})
		}
	}
	a.Contacts = contacts
	w.members[m.ID], w.applications[id] = m, a
	return a.Member, nil
}

func (w *world) AddCodes(_ context.Context, address channels.AddressHash, passes []subscribers.Pass, now time.Time) error {
	asked := 0
	for _, p := range w.codes {
		if p.Address == address && p.Kind == passes[0].Kind && p.Made.After(now.Add(-time.Hour)) {
			asked++
		}
	}
	if asked >= subscribers.CodesAnHour {
		return subscribers.ErrTooManyCodes
	}
	w.codes = append(w.codes, passes...)
	return nil
}

func (w *world) UseCodeOf(_ context.Context, kind subscribers.PassKind, address channels.AddressHash, judge func([]subscribers.Pass) (subscribers.Pass, error), now time.Time) (subscribers.Pass, error) {
	var of []subscribers.Pass
	for _, p := range w.codes {
		if p.Address == address && p.Kind == kind {
			of = append(of, p)
		}
	}
	pass, err := judge(slices.Clone(of))
	for i := range w.codes {
		switch {
		case err == nil && w.codes[i].ID == pass.ID:
			w.codes[i].Used = now
		case err != nil && w.codes[i].Address == address && w.codes[i].Kind == kind:
			w.codes[i].Tries++
		}
	}
	return pass, err
}

func (w *world) Pass(_ context.Context, id uuid.UUID) (subscribers.Pass, error) {
	for _, p := range w.codes {
		if p.ID == id {
			return p, nil
		}
	}
	return subscribers.Pass{}, subscribers.ErrNotFound
}

func (w *world) UseLink(_ context.Context, pass subscribers.Pass, now time.Time) error {
	for i, p := range w.codes {
		if p.ID == pass.ID {
			if !p.Used.IsZero() {
				return &subscribers.PassError{Why: subscribers.PassUsed}
			}
			w.codes[i].Used = now
		}
	}
	return nil
}

// path is the page of a missive's link.
func (m sentMissive) path() string {
	return regexp.MustCompile(`/confirm/[\w-]+`).FindString(m.Link + " " + m.Text.Body)
}

// plainBook knows Belgian numbers, and what has an @ with something around it.
type plainBook struct{}

func (plainBook) Read(on channels.Name, typed string) (channels.Address, bool) {
	if on == channels.Email {
		before, after, _ := strings.Cut(strings.ToLower(typed), "@")
		return channels.NewAddress(before + "@" + after), before != "" && after != ""
	}
	digits := subscribers.Typed(typed)
	mobile := strings.HasPrefix(digits, "04") && len(digits) == 10
	landline := strings.HasPrefix(digits, "0") && len(digits) == 9
	return channels.NewAddress("+32" + strings.TrimPrefix(digits, "0")), mobile || landline && on == channels.Voice
}

func (plainBook) Show(_ channels.Name, to channels.Address) string { return to.Reveal() }
