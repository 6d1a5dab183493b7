package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Holders is what a member's key opens (decision 0057).
type Holders interface {
	// MembersAt returns those who have an address.
	MembersAt(ctx context.Context, on channels.Name, hash channels.AddressHash) ([]subscribers.Member, error)
	// PreferContact puts one of a member's contacts before the others.
	PreferContact(ctx context.Context, member subscribers.MemberID, on channels.Name, hash channels.AddressHash) error
	// StopContact stops one, by the member's will.
	StopContact(ctx context.Context, member subscribers.MemberID, on channels.Name, to channels.Address) error
	// Received lists what reached a member since a time, the newest first.
	Received(ctx context.Context, member subscribers.MemberID, since time.Time, limit int) ([]subscribers.Received, error)
	// Dossier returns what is kept about a member.
	Dossier(ctx context.Context, id subscribers.MemberID) (subscribers.Dossier, error)
	// Erase takes a member out of everything and erases them.
	Erase(ctx context.Context, id subscribers.MemberID, at time.Time) error
}

// holderRoutes are the parts of a member's page that need a key.
func (s *server) holderRoutes() []route {
	return []route{
		{"POST /me/{token}/key", doorOpen, "", nil, s.postKey},
		{"GET /me/{token}/addresses", doorOpen, "", nil, s.held(s.getAddresses)},
		{"POST /me/{token}/addresses", doorOpen, "", nil, s.held(s.postAddress)},
		{"POST /me/{token}/addresses/first", doorOpen, "", nil, s.held(s.postFirst)},
		{"POST /me/{token}/addresses/stop", doorOpen, "", nil, s.held(s.postStopAddress)},
		{"GET /me/{token}/received", doorOpen, "", nil, s.held(s.getReceived)},
		{"GET /me/{token}/data", doorOpen, "", nil, s.held(s.getData)},
		{"GET /me/{token}/data.json", doorOpen, "", nil, s.held(s.getDataJSON)},
		{"GET /me/{token}/erase", doorOpen, "", nil, s.held(s.getErase)},
		{"POST /me/{token}/erase", doorOpen, "", nil, s.held(s.postErase)},
		{"GET /renew", doorOpen, "", nil, s.getRenew},
		{"POST /renew", doorOpen, "", nil, s.postRenew},
		{"POST /renew/code", doorOpen, "", nil, s.postRenewCode},
	}
}

// holder is a member who has shown that they are who they are, with all that is
// kept about them.
type holder struct {
	subscribers.Dossier
	path string // of their page
}

// in lists the partnerships that a holder has not left.
func (h holder) in() (ids []broker.PartnershipID) {
	for _, m := range h.Memberships {
		if m.Left.IsZero() {
			ids = append(ids, m.Partnership)
		}
	}
	return ids
}

// held reads whose key a request has. A link from a message, which is none, is
// offered one that is sent to its member.
func (s *server) held(do func(http.ResponseWriter, *http.Request, holder)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxLeave)
		token := r.PathValue("token")
		if !subscribers.IsKey(token) {
			s.offerKey(w, r)
			return
		}
		who, err := s.Capabilities.CheckKey(token, s.Now())
		if err != nil {
			s.refuseLink(w, r, err)
			return
		}
		h := holder{path: "/me/" + token}
		if h.Dossier, err = s.Holders.Dossier(r.Context(), who); err != nil {
			s.refuseLink(w, r, fmt.Errorf("read the member's data: %w", err))
			return
		}
		if err := r.ParseForm(); err != nil {
			s.refuseForm(w, r, err)
			return
		}
		do(w, r, h)
	}
}

// keyPage offers a fresh link to the holder of a message's, or says that it was sent.
type keyPage struct {
	view
	Action string
	Way    string // by which it goes: the name of a channel; empty: there is none
	Sent   bool
	Fault  string
	Renew  string
	Hours  int
}

func (s *server) offerKey(w http.ResponseWriter, r *http.Request) {
	entry, _, err := s.mine(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	_, p, err := s.keyWay(r, entry)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "key", p)
}

// postKey sends a key to an address of the member's own.
func (s *server) postKey(w http.ResponseWriter, r *http.Request) {
	entry, _, err := s.mine(r)
	if err != nil {
		s.refuseLink(w, r, err)
		return
	}
	to, p, err := s.keyWay(r, entry)
	switch {
	case err != nil:
		s.refuseLink(w, r, err)
		return
	case p.Way == "":
		s.show(w, r, http.StatusConflict, "key", p)
		return
	}
	member, err := s.Records.Member(r.Context(), entry.Member)
	if err == nil {
		err = s.sendKeys(r.Context(), to.Channel, to.Address, []subscribers.Member{member})
	}
	status := http.StatusOK
	switch {
	case errors.Is(err, subscribers.ErrTooManyCodes):
		retryIn(w, time.Hour)
		p.Fault, status = p.T("join.fault.many"), http.StatusTooManyRequests
	case err != nil:
		s.failPage(w, r, "send a link", err)
		return
	default:
		p.Sent = true
	}
	s.show(w, r, status, "key", p)
}

// keyWay is the address that a key goes to: that of the message whose link it
// is, else the member's first that takes a link.
func (s *server) keyWay(r *http.Request, entry subscribers.Entry) (to subscribers.Contact, p keyPage, err error) {
	member, err := s.Records.Member(r.Context(), entry.Member)
	if err != nil {
		return to, p, fmt.Errorf("read member: %w", err)
	}
	p = keyPage{view: s.viewFor(r, member.Lang), Action: "/me/" + r.PathValue("token") + "/key", Hours: hours(subscribers.KeyValidity)}
	p.Title, p.Renew = p.T("key.title"), p.URL("/renew")
	if s.Courier == nil {
		return to, p, nil
	}
	for _, on := range []channels.Name{entry.Channel, channels.SMS, channels.Email} {
		if own := member.Reachable(on); len(own) > 0 && (on == channels.SMS || on == channels.Email) {
			p.Way = p.T("channel." + string(on))
			return own[0], p, nil
		}
	}
	return to, p, nil
}
