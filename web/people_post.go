package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// maxPersonName is the longest name, in characters.
const maxPersonName = 120

// readPost reads it, for a zone and its partnerships alone.
func readPost(value string, zone broker.ZoneID, partnerships []subscribers.Partnership) (subscribers.Post, bool) {
	role, partnership, inOne := strings.Cut(value, "/")
	post := subscribers.Post{Role: subscribers.PostRole(role), Zone: zone, Partnership: broker.PartnershipID(partnership)}
	switch post.Role {
	case subscribers.PostAdmin, subscribers.PostMandated, subscribers.PostOfficer:
		return post, !inOne
	case subscribers.PostCoordinator, subscribers.PostDeputy, subscribers.PostCommittee:
		return post, slices.ContainsFunc(partnerships, func(p subscribers.Partnership) bool { return p.ID == post.Partnership })
	}
	return post, false
}

// postPerson gives somebody a post, and invites them.
func (s *server) postPerson(w http.ResponseWriter, r *http.Request) {
	p, ok := s.readPeople(w, r)
	if !ok {
		return
	}
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	partnerships, err := s.Records.Partnerships(r.Context(), p.Zone)
	if err != nil {
		s.failPage(w, r, "invite somebody", fmt.Errorf("list partnerships: %w", err))
		return
	}
	p.Name, p.Email = oneLine(r.PostForm.Get("name")), strings.TrimSpace(r.PostForm.Get("email"))
	post, known := readPost(r.PostForm.Get("post"), p.Zone, partnerships)
	partnerships = slices.DeleteFunc(partnerships, func(one subscribers.Partnership) bool { return one.ID != post.Partnership })
	p.At = post.Partnership
	to, right := emailAddress(p.Email)
	for field, wrong := range map[string]bool{"name": p.Name == "" || utf8.RuneCountInString(p.Name) > maxPersonName, "email": !right, "post": !known} {
		if wrong {
			p.Faults[field] = "people.fault." + field
		}
	}
	if len(p.Faults) == 0 {
		if err := s.keepsPost(r.Context(), &p, post, to, partnerships); err != nil {
			s.failPage(w, r, "invite somebody", err)
			return
		}
	}
	if len(p.Faults) > 0 {
		s.showPeople(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	s.appoint(w, r, p, post, to)
}

// keepsPost refuses what would take a post from somebody who must not lose it:
// people have one role in a zone, and one in each partnership.
func (s *server) keepsPost(ctx context.Context, p *peoplePage, post subscribers.Post, to channels.Address, partnerships []subscribers.Partnership) error {
	holders, err := s.holders(ctx, p.Zone, partnerships)
	if err != nil {
		return err
	}
	people, err := s.Accounts.AccountsAt(ctx, to)
	if err != nil {
		return fmt.Errorf("read accounts: %w", err)
	}
	for _, account := range people {
		for _, h := range holders {
			same := h.ID == account.ID && strings.EqualFold(h.Name, p.Name) && h.Post.Partnership == post.Partnership
			if !same || h.Post == post {
				continue
			}
			if why := whyStays(h, holders, launchedIn(partnerships, post.Partnership), callerOf(ctx).account.ID); why != "" {
				p.Faults["post"] = why
			}
		}
	}
	return nil
}

func launchedIn(partnerships []subscribers.Partnership, id broker.PartnershipID) bool {
	return slices.ContainsFunc(partnerships, func(p subscribers.Partnership) bool { return p.ID == id && p.Stage == subscribers.StageLaunched })
}

func (s *server) appoint(w http.ResponseWriter, r *http.Request, p peoplePage, post subscribers.Post, to channels.Address) {
	now, by := s.Now(), callerOf(r.Context()).account
	lang := readable(broker.Lang(r.PostForm.Get("reads")))
	who := subscribers.Member{Name: p.Name, Lang: lang, Contacts: []subscribers.Contact{{Channel: channels.Email, Address: to, State: subscribers.ContactActive}}}
	account, err := s.Accounts.Appoint(r.Context(), post, who, subscribers.Consent{At: now, How: "given a post by the zone's administrator"})
	if errors.Is(err, subscribers.ErrHasLeft) {
		p.Faults["name"] = "people.fault.left"
		s.showPeople(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	if err == nil {
		s.Log.InfoContext(r.Context(), "post given", "role", post.Role, "zone", post.Zone, "partnership", post.Partnership, "account", account.ID, "by", by.ID)
		err = s.notePost(r.Context(), subscribers.PostMove{Post: post, Who: account.ID, Given: true})
	}
	if err == nil {
		err = s.invite(r.Context(), &p, account, to)
	}
	if err != nil {
		s.failPage(w, r, "invite somebody", err)
		return
	}
	p.Name, p.Email = "", ""
	r.PostForm.Del("post")
	s.showPeople(w, r, http.StatusOK, p)
}

// invite makes a link and hands it to the mail server; where none takes it the
// page shows it, once.
func (s *server) invite(ctx context.Context, p *peoplePage, account subscribers.Account, to channels.Address) error {
	now := s.Now()
	pass, token := s.Passes.Link(account.ID, to.Hash(channels.Email), now)
	if err := s.Accounts.AddLink(ctx, pass, now); err != nil {
		return fmt.Errorf("write invitation: %w", err)
	}
	link := s.options.PublicURL + "/signin/invited/" + token
	if s.Mailer != nil {
		letter, err := InvitationLetter(account, link, pass.Expires)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, sendingLasts)
		defer cancel()
		if err = s.Mailer.Mail(ctx, to, letter); err == nil {
			p.Said = p.T("people.said.mailed", "name", account.Name, "days", int(subscribers.LinkValidity/(24*time.Hour)))
			return nil
		}
		s.Log.WarnContext(ctx, "invitation not sent; its maker is shown the link", "account", account.ID, "err", err)
	}
	p.Said, p.Link = p.T("people.said.link", "name", account.Name, "days", int(subscribers.LinkValidity/(24*time.Hour))), link
	return nil
}

// holder finds who the address and the form name, or answers that they are not there.
func (s *server) holder(w http.ResponseWriter, r *http.Request) (p peoplePage, h subscribers.Holder, stays string, ok bool) {
	if p, ok = s.readPeople(w, r); !ok {
		return p, h, "", false
	}
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return p, h, "", false
	}
	partnerships, err := s.Records.Partnerships(r.Context(), p.Zone)
	if err != nil {
		s.failPage(w, r, "find somebody", fmt.Errorf("list partnerships: %w", err))
		return p, h, "", false
	}
	post, _ := readPost(r.PostForm.Get("post"), p.Zone, partnerships)
	partnerships = slices.DeleteFunc(partnerships, func(one subscribers.Partnership) bool { return one.ID != post.Partnership })
	p.At = post.Partnership
	holders, err := s.holders(r.Context(), p.Zone, partnerships)
	if err != nil {
		s.failPage(w, r, "find somebody", err)
		return p, h, "", false
	}
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		s.refusePage(w, r, http.StatusNotFound)
		return p, h, "", false
	}
	for _, h := range holders {
		if h.ID.UUID == id && postValue(h.Post) == r.PostForm.Get("post") {
			return p, h, whyStays(h, holders, launchedIn(partnerships, h.Post.Partnership), callerOf(r.Context()).account.ID), true
		}
	}
	p.Wrong = p.T("people.gone")
	s.showPeople(w, r, http.StatusConflict, p)
	return p, h, "", false
}

// postInvite sends somebody who has a post a new invitation.
func (s *server) postInvite(w http.ResponseWriter, r *http.Request) {
	p, h, _, ok := s.holder(w, r)
	if !ok {
		return
	}
	member, err := s.Records.Member(r.Context(), h.ID)
	if err != nil {
		s.failPage(w, r, "invite somebody", fmt.Errorf("read member: %w", err))
		return
	}
	at := slices.IndexFunc(member.Contacts, func(c subscribers.Contact) bool {
		return c.Channel == channels.Email && c.State != subscribers.ContactClosed
	})
	if at < 0 {
		p.Wrong = p.T("people.nomail")
		s.showPeople(w, r, http.StatusConflict, p)
		return
	}
	account := subscribers.Account{ID: h.ID, Name: h.Name, Lang: h.Lang}
	if err := s.invite(r.Context(), &p, account, member.Contacts[at].Address); err != nil {
		s.failPage(w, r, "invite somebody", err)
		return
	}
	r.PostForm.Del("post")
	s.showPeople(w, r, http.StatusOK, p)
}

// postEndPost takes a post from somebody, with all that it lets them do.
func (s *server) postEndPost(w http.ResponseWriter, r *http.Request) {
	p, h, stays, ok := s.holder(w, r)
	if !ok {
		return
	}
	if stays != "" {
		p.Wrong = p.T(stays)
		s.showPeople(w, r, http.StatusConflict, p)
		return
	}
	if err := s.Accounts.EndPost(r.Context(), h.ID, h.Post, s.Now()); err != nil {
		s.failPage(w, r, "end a post", err)
		return
	}
	if err := s.notePost(r.Context(), subscribers.PostMove{Post: h.Post, Who: h.ID}); err != nil {
		s.failPage(w, r, "end a post", err)
		return
	}
	s.Log.InfoContext(r.Context(), "post ended", "role", h.Post.Role, "zone", h.Post.Zone, "partnership", h.Post.Partnership, "account", h.ID, "by", callerOf(r.Context()).account.ID)
	p.Said = p.T("people.said.ended", "name", h.Name, "role", p.T("role."+string(h.Post.Role)))
	r.PostForm.Del("post")
	s.showPeople(w, r, http.StatusOK, p)
}
