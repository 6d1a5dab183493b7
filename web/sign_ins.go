package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"relais/subscribers"
)

// SignIns knows on which devices people are signed in.
type SignIns interface {
	BeginSignIn(ctx context.Context, one subscribers.SignIn) error
	// SignIn returns one, or subscribers.ErrNotFound when it is over or was ended.
	SignIn(ctx context.Context, id uuid.UUID, now time.Time) (subscribers.SignIn, error)
	// SeeSignIn writes when a device was last seen.
	SeeSignIn(ctx context.Context, id uuid.UUID, at time.Time) error
	// SignInsOf lists somebody's, the one last seen at the front.
	SignInsOf(ctx context.Context, account subscribers.MemberID, now time.Time) ([]subscribers.SignIn, error)
	// EndSignIn ends one of somebody's; EndOtherSignIns all but one.
	EndSignIn(ctx context.Context, account subscribers.MemberID, id uuid.UUID) error
	EndOtherSignIns(ctx context.Context, account subscribers.MemberID, but uuid.UUID) error
}

// sessionSignIn is the key under which a session keeps which sign-in it is.
const sessionSignIn = "signin"

// seenEvery is how exactly the last use of a device is kept: the desk's pages ask
// every few seconds, and must not write each time.
const seenEvery = 5 * time.Minute

// begin signs somebody in on the device that the request comes from.
func (s *server) begin(r *http.Request, account subscribers.MemberID, lasts time.Duration) error {
	if err := s.sessions.RenewToken(r.Context()); err != nil { // nobody goes on with a session that they gave us
		return fmt.Errorf("renew session: %w", err)
	}
	now := s.Now()
	one := subscribers.SignIn{ID: uuid.Must(uuid.NewV7()), Account: account, Device: subscribers.DeviceOf(r.UserAgent()), Since: now, Seen: now, Expires: now.Add(lasts)}
	if err := s.SignIns.BeginSignIn(r.Context(), one); err != nil {
		return fmt.Errorf("begin sign-in: %w", err)
	}
	s.sessions.Put(r.Context(), sessionSignIn, one.ID.String())
	s.sessions.SetDeadline(r.Context(), time.Now().Add(lasts)) // the browser's clock and scs's, not the desk's
	return nil
}

// present returns the sign-in that a request's session names; the zero one where
// there is none, or it was ended.
func (s *server) present(ctx context.Context) (subscribers.SignIn, error) {
	id, err := uuid.Parse(s.sessions.GetString(ctx, sessionSignIn))
	if err != nil {
		return subscribers.SignIn{}, nil
	}
	now := s.Now()
	one, err := s.SignIns.SignIn(ctx, id, now)
	switch {
	case errors.Is(err, subscribers.ErrNotFound):
		return subscribers.SignIn{}, nil
	case err != nil:
		return one, fmt.Errorf("read sign-in: %w", err)
	case now.Sub(one.Seen) < seenEvery:
		return one, nil
	}
	if err := s.SignIns.SeeSignIn(ctx, id, now); err != nil { // a full disk signs nobody out
		s.Log.WarnContext(ctx, "a device was not noted as seen", "signin", id, "err", err)
	}
	return one, nil
}

// deviceLine is one device on the page of its owner.
type deviceLine struct {
	Name string
	When string
	Here bool   // the one that shows the page
	End  string // where to send the form
}

// devices lists where somebody is signed in.
func (s *server) devices(ctx context.Context, v view, who subscribers.MemberID) ([]deviceLine, error) {
	here, err := s.present(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.SignIns.SignInsOf(ctx, who, v.now)
	if err != nil {
		return nil, fmt.Errorf("list sign-ins: %w", err)
	}
	var lines []deviceLine
	for _, one := range all {
		line := deviceLine{Name: one.Device, Here: one.ID == here.ID, End: v.URL("/account/devices/" + one.ID.String() + "/end"),
			When: v.T("account.device.when", "since", v.When(one.Since), "seen", v.When(one.Seen))}
		if line.Name == "" {
			line.Name = v.T("account.device.unknown")
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// postEndDevice signs somebody out on one of their devices.
func (s *server) postEndDevice(w http.ResponseWriter, r *http.Request) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		s.refusePage(w, r, http.StatusNotFound)
		return
	}
	s.endDevices(w, r, func(ctx context.Context, who subscribers.MemberID) error { return s.SignIns.EndSignIn(ctx, who, id) })
}

// postEndOtherDevices signs them out everywhere but here.
func (s *server) postEndOtherDevices(w http.ResponseWriter, r *http.Request) {
	here, err := s.present(r.Context())
	if err != nil {
		s.failPage(w, r, "find the device", err)
		return
	}
	s.endDevices(w, r, func(ctx context.Context, who subscribers.MemberID) error {
		return s.SignIns.EndOtherSignIns(ctx, who, here.ID)
	})
}

func (s *server) endDevices(w http.ResponseWriter, r *http.Request, end func(context.Context, subscribers.MemberID) error) {
	who, v := callerOf(r.Context()), s.viewFor(r, "")
	if !who.signedIn() { // the token, or an open Relais
		http.Redirect(w, r, v.URL("/signin"), http.StatusSeeOther)
		return
	}
	if err := end(r.Context(), who.account.ID); err != nil {
		s.failPage(w, r, "sign out elsewhere", err)
		return
	}
	s.Log.InfoContext(r.Context(), "signed out elsewhere", "account", who.account.ID)
	http.Redirect(w, r, v.URL("/account?ended"), http.StatusSeeOther)
}
