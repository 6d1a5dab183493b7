package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Accounts knows who may sign in.
type Accounts interface {
	// Account returns a person with the posts that they have now, or subscribers.ErrNotFound.
	Account(ctx context.Context, id subscribers.MemberID) (subscribers.Account, error)
	// AccountsAt returns those who sign in and have this email address.
	AccountsAt(ctx context.Context, email channels.Address) ([]subscribers.Account, error)
	// AddCodes writes what one address asked for at once, or returns subscribers.ErrTooManyCodes.
	AddCodes(ctx context.Context, address channels.AddressHash, passes []subscribers.Pass, now time.Time) error
	// UseCode uses the one of an address that judge finds, and counts a wrong try
	// when it finds none; it returns judge's error, or *subscribers.PassError when
	// somebody was first.
	UseCode(ctx context.Context, address channels.AddressHash, judge func([]subscribers.Pass) (subscribers.Pass, error), now time.Time) (subscribers.Pass, error)
	// Pass returns one, or subscribers.ErrNotFound; UseLink uses it, or returns
	// *subscribers.PassError when somebody was first.
	Pass(ctx context.Context, id uuid.UUID) (subscribers.Pass, error)
	UseLink(ctx context.Context, pass subscribers.Pass, now time.Time) error
	// AddLink writes an invitation, in place of those that its account has.
	AddLink(ctx context.Context, pass subscribers.Pass, now time.Time) error
	// Holders returns who has a post that needs an account, at the police of a zone
	// and in some of its partnerships.
	Holders(ctx context.Context, zone broker.ZoneID, in []broker.PartnershipID) ([]subscribers.Holder, error)
	// Appoint gives somebody a post, and puts them on file where they are not; or
	// returns subscribers.ErrHasLeft.
	Appoint(ctx context.Context, post subscribers.Post, who subscribers.Member, consent subscribers.Consent) (subscribers.Account, error)
	// NotePost writes into the journal that a post was given or ended; PostMoves
	// returns those of a partnership, the newest first.
	NotePost(ctx context.Context, m subscribers.PostMove) error
	PostMoves(ctx context.Context, zone broker.ZoneID, p broker.PartnershipID, limit int) ([]subscribers.PostMove, error)
	// EndPost takes a post from somebody, or returns subscribers.ErrNotFound.
	EndPost(ctx context.Context, id subscribers.MemberID, post subscribers.Post, at time.Time) error
}

// caller is who makes a request, and for which right its route asks.
type caller struct {
	everything bool                // holds the configured token, or Relais is open and they are on this machine
	account    subscribers.Account // who has signed in; zero: nobody
	token      subscribers.Token   // by which a program of a zone came; zero: by none
	right      subscribers.Right
}

type callerKey struct{}

// callerOf returns who makes a request; guarded has put it there.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

func (c caller) signedIn() bool { return c.account.ID != subscribers.MemberID{} }

// may says whether the caller has the route's right there.
func (c caller) may(there subscribers.Scope) bool {
	return c.mayAlso(c.right, there)
}

// mayAlso says whether the caller has another right there.
func (c caller) mayAlso(right subscribers.Right, there subscribers.Scope) bool {
	return c.everything || c.account.May(right, there) || c.token.May(right, there)
}

// somewhere says whether the caller has the route's right in any zone.
func (c caller) somewhere() bool { return c.everything || len(c.zones()) > 0 }

// zones lists those in which the caller has the route's right, in order; who may
// do everything has it in each that is served.
func (c caller) zones() []broker.ZoneID {
	if c.token.May(c.right, subscribers.Scope{Zone: c.token.Zone}) {
		return []broker.ZoneID{c.token.Zone}
	}
	return c.account.Zones(c.right)
}

// called is the name under which somebody does something: their own where they
// have signed in, else the one that they typed or their program sent, with the
// token by which it came.
func (c caller) called(typed string) string {
	switch {
	case c.signedIn():
		return c.account.Name
	case c.byToken() && typed != "":
		return typed + " (token " + c.token.Name + ")"
	}
	return typed
}

// wrote says whose message it is, where somebody has signed in, and by which
// token it came. The author's name stays as it is, for rule 5 compares it.
func (c caller) wrote(m broker.Message) broker.Message {
	m.Via = c.token.Name
	if c.signedIn() {
		m.Author, m.AuthorID = c.account.Name, c.account.ID.UUID
	}
	return m
}

// signed says whose decision it is. What only approvers decide, only those may
// whom the plan names.
func (c caller) signed(d subscribers.Decision) subscribers.Decision {
	d.Account = c.account.ID
	if c.right == subscribers.Decide {
		d.Member = c.account.ID
	}
	return d
}

// whoCalls finds out who makes a request, or returns the status with which it is refused.
func (s *server) whoCalls(r *http.Request) (caller, int, error) {
	if s.showsToken(r) {
		return s.program(r)
	}
	account, err := s.signedIn(r.Context())
	switch {
	case err != nil:
		return caller{}, 0, err
	case account.ID != subscribers.MemberID{}:
		return caller{account: account}, 0, nil
	case !s.options.Open:
		return caller{}, http.StatusUnauthorized, nil
	case !loopback(r.Host):
		// A page elsewhere can point a name of its own at 127.0.0.1 (DNS
		// rebinding); the browser then sends that name as Host.
		return caller{}, http.StatusMisdirectedRequest, nil
	}
	return caller{everything: true}, 0, nil
}

// signedIn reads whose session it is, with the posts that they have now; the
// zero account for nobody, and for who has none left.
func (s *server) signedIn(ctx context.Context) (subscribers.Account, error) {
	here, err := s.present(ctx)
	if err != nil || here.ID == (uuid.UUID{}) {
		return subscribers.Account{}, err
	}
	account, err := s.Accounts.Account(ctx, here.Account)
	switch {
	case errors.Is(err, subscribers.ErrNotFound), err == nil && !account.SignsIn():
		return subscribers.Account{}, nil
	case err != nil:
		return account, fmt.Errorf("read account: %w", err)
	}
	return account, nil
}

// myZones lists the zones in which the caller has the route's right, in order.
func (s *server) myZones(ctx context.Context) ([]broker.ZoneID, error) {
	zones, err := s.Zones(ctx)
	if err != nil {
		return nil, fmt.Errorf("list zones: %w", err)
	}
	who := callerOf(ctx)
	if who.everything {
		return zones, nil
	}
	mine := who.zones()
	return slices.DeleteFunc(slices.Clone(zones), func(z broker.ZoneID) bool { return !slices.Contains(mine, z) }), nil
}

// mayEverywhere says whether the caller has a right in every zone that is
// served: for what belongs to the installation, and to no zone.
func (s *server) mayEverywhere(ctx context.Context, right subscribers.Right) (bool, error) {
	who := callerOf(ctx)
	if who.everything {
		return true, nil
	}
	zones, err := s.Zones(ctx)
	if err != nil {
		return false, fmt.Errorf("list zones: %w", err)
	}
	for _, zone := range zones {
		if !who.mayAlso(right, subscribers.Scope{Zone: zone}) {
			return false, nil
		}
	}
	return len(zones) > 0, nil
}
