package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Invitations keeps the links that coordinators pass on (decision 0074).
type Invitations interface {
	// AddInvitation writes one; subscribers.ErrTooMany when most were made within a day.
	AddInvitation(ctx context.Context, i subscribers.Invitation, most int) error
	// Invitation returns one, good or not; Invitations those of a partnership, the newest first.
	Invitation(ctx context.Context, id subscribers.InvitationID) (subscribers.Invitation, error)
	Invitations(ctx context.Context, p broker.PartnershipID, limit int) ([]subscribers.Invitation, error)
	// RevokeInvitation takes one back, UseInvitation counts that it was followed.
	RevokeInvitation(ctx context.Context, p broker.PartnershipID, id subscribers.InvitationID, at time.Time) error
	UseInvitation(ctx context.Context, p broker.PartnershipID, id subscribers.InvitationID, at time.Time) error
}

// shownInvitations is how many are listed, the newest.
const shownInvitations = 50

// invitationsPage makes invitations, shows one, and takes them back.
type invitationsPage struct {
	view
	Partnership subscribers.Partnership
	Open        bool // it is launched: who follows one can join
	Fault       string
	Shown       *shownInvitation // nil: none is chosen
	All         []invitationLine
}

// shownInvitation is one, ready to be passed on.
type shownInvitation struct {
	Link string
	Side int // of the code, in modules
	Code template.HTMLAttr
	Ends string
	Send []sendInvitation
}

// sendInvitation opens the reader's own SMS or mail program, with a text in one language.
type sendInvitation struct {
	Lang      broker.Lang
	SMS, Mail template.URL
	SMSLabel  string
	MailLabel string
}

type invitationLine struct {
	ID, Made, State, Used string
	Show                  string // its page; empty: it is over
}

func (s *server) getInvitations(w http.ResponseWriter, r *http.Request, partnership subscribers.Partnership) {
	s.showInvitations(w, r, http.StatusOK, partnership, "")
}

func (s *server) showInvitations(w http.ResponseWriter, r *http.Request, status int, partnership subscribers.Partnership, fault string) {
	p := invitationsPage{view: s.partnershipView(r, partnership, "members"), Partnership: partnership, Fault: fault}
	p.Title = p.T("invite.title")
	all, err := s.Invitations.Invitations(r.Context(), partnership.ID, shownInvitations)
	if err == nil {
		p.Open, err = s.takesMembers(r.Context(), partnership)
	}
	chosen := r.URL.Query().Get("shown")
	for _, i := range all {
		p.All = append(p.All, p.line(i, s.Now()))
		if err == nil && i.ID.String() == chosen && i.Good(s.Now()) {
			p.Shown, err = s.shownInvitation(p.view, partnership, i)
		}
	}
	if err != nil {
		s.failPage(w, r, "list the invitations", err)
		return
	}
	s.show(w, r, status, "invitations", p)
}

func (p invitationsPage) line(i subscribers.Invitation, now time.Time) invitationLine {
	line := invitationLine{ID: i.ID.String(), Made: p.When(i.Made), Used: p.N("invite.used", i.Used)}
	switch {
	case !i.Revoked.IsZero():
		line.State = p.T("invite.state.revoked")
	case !i.Good(now):
		line.State = p.T("invite.state.over")
	default:
		line.State = p.T("invite.state.good", "when", p.When(i.Expires))
		line.Show = p.URL("/inbox/partnerships/" + string(p.Partnership.ID) + "/invitations?shown=" + line.ID)
	}
	return line
}

func (s *server) shownInvitation(v view, partnership subscribers.Partnership, i subscribers.Invitation) (*shownInvitation, error) {
	shown := &shownInvitation{
		Link: s.options.PublicURL + "/i/" + s.Capabilities.Token(subscribers.CanBeInvited, channels.DeliveryID(i.ID)), Ends: v.T("invite.ends", "when", v.When(i.Expires)),
	}
	var err error
	if shown.Side, shown.Code, err = qrPath(shown.Link); err != nil {
		return nil, err
	}
	for _, lang := range partnership.Languages {
		say := s.texts[lang].say
		text := say("invite.text", "name", partnership.Name, "link", shown.Link)
		shown.Send = append(shown.Send, sendInvitation{
			Lang: lang, SMS: ownProgram("sms:?&body=", text), // the one spelling that telephones of both kinds open
			Mail:     ownProgram("mailto:?subject="+escaped(say("invite.subject", "name", partnership.Name))+"&body=", text),
			SMSLabel: v.T("invite.sms", "language", languageName(lang)), MailLabel: v.T("invite.mail", "language", languageName(lang)),
		})
	}
	return shown, nil
}

// ownProgram is the address that opens a program of the reader's with a text in it.
func ownProgram(scheme, text string) template.URL {
	return template.URL(scheme + escaped(text)) //nolint:gosec // the scheme is ours, the text is escaped
}

// escaped writes a text for an address (RFC 6068, 5: no plus for a blank).
func escaped(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// postInvitations makes an invitation, or takes one back.
func (s *server) postInvitations(w http.ResponseWriter, r *http.Request, partnership subscribers.Partnership) {
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	page, now := "/inbox/partnerships/"+string(partnership.ID)+"/invitations", s.Now()
	var err error
	if id, bad := uuid.Parse(r.PostForm.Get("revoke")); bad == nil {
		err = s.Invitations.RevokeInvitation(r.Context(), partnership.ID, subscribers.InvitationID{UUID: id}, now)
	} else {
		i := subscribers.NewInvitation(partnership.ID, callerOf(r.Context()).account.ID, now)
		err = s.Invitations.AddInvitation(r.Context(), i, subscribers.InvitationsADay)
		page += "?shown=" + i.ID.String()
	}
	switch {
	case errors.Is(err, subscribers.ErrTooMany):
		s.showInvitations(w, r, http.StatusTooManyRequests, partnership, s.inboxView(r).T("invite.fault"))
	case err != nil:
		s.failPage(w, r, "write an invitation", err)
	default:
		http.Redirect(w, r, s.inboxView(r).URL(page), http.StatusSeeOther)
	}
}

// getInvitation leads to the page for joining, which carries the invitation on.
func (s *server) getInvitation(w http.ResponseWriter, r *http.Request) {
	i, err := s.passedOn(r.Context(), r.PathValue("token"))
	switch {
	case errors.Is(err, subscribers.ErrNotFound), err == nil && !i.Good(s.Now()):
		s.refuse(w, r, s.viewFor(r, ""), http.StatusGone, "invite.over")
	case err != nil:
		s.refuseLink(w, r, err)
	default:
		http.Redirect(w, r, s.viewFor(r, "").URL("/join/"+string(i.Partnership)+"?invited="+r.PathValue("token")), http.StatusSeeOther)
	}
}

func (s *server) passedOn(ctx context.Context, token string) (subscribers.Invitation, error) {
	id, err := s.Capabilities.Check(subscribers.CanBeInvited, token)
	if err != nil {
		return subscribers.Invitation{}, fmt.Errorf("read invitation: %w", err)
	}
	i, err := s.Invitations.Invitation(ctx, subscribers.InvitationID(id))
	if err != nil {
		return i, fmt.Errorf("read invitation: %w", err)
	}
	return i, nil
}

// countInvitation notes that somebody joined by one. That they joined is what
// matters, so a failure is logged alone.
func (s *server) countInvitation(ctx context.Context, token string, p broker.PartnershipID) {
	if token == "" {
		return
	}
	i, err := s.passedOn(ctx, token)
	if err == nil && i.Partnership == p {
		err = s.Invitations.UseInvitation(ctx, p, i.ID, s.Now())
	}
	if err != nil && !errors.Is(err, subscribers.ErrForgedLink) && !errors.Is(err, subscribers.ErrNotFound) {
		s.Log.WarnContext(ctx, "an invitation was not counted", "err", err)
	}
}
