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

// renewPage asks for a number or an address, and sends the link to a member's
// page there.
type renewPage struct {
	view
	Address string // as typed
	Fault   string
	Sent    bool
	Called  bool // it is a number, so a code may have been told by telephone
	Code    string
	Wrong   string // what is wrong with the code
	Hours   int
}

func (s *server) renewPage(r *http.Request) renewPage {
	p := renewPage{view: s.viewFor(r, ""), Hours: hours(subscribers.KeyValidity)}
	p.Title = p.T("renew.title")
	return p
}

func (s *server) getRenew(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, "renew", s.renewPage(r))
}

// postRenew answers the same, and as fast, whether somebody has that address or
// not: nobody learns here who is a member.
func (s *server) postRenew(w http.ResponseWriter, r *http.Request) {
	p, ways, ok := s.readRenew(w, r)
	if !ok {
		return
	}
	err := s.renew(r.Context(), ways)
	switch {
	case errors.Is(err, subscribers.ErrTooManyCodes):
		p.Fault = p.T("join.fault.many")
		retryIn(w, time.Hour)
		s.show(w, r, http.StatusTooManyRequests, "renew", p)
	case err != nil:
		s.failPage(w, r, "send a link", err)
	default:
		p.Sent = true
		s.show(w, r, http.StatusOK, "renew", p)
	}
}

// way is an address on one channel.
type way struct {
	on channels.Name
	to channels.Address
}

// readRenew reads either form of the page, or answers why it is not read. A
// mobile number may be texted or called.
func (s *server) readRenew(w http.ResponseWriter, r *http.Request) (p renewPage, ways []way, ok bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxLeave)
	p = s.renewPage(r)
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return p, nil, false
	}
	p.Address, p.Code = oneLine(r.PostForm.Get("address")), oneLine(r.PostForm.Get("code"))
	if !s.visits.allows(visitor(r), s.Now()) {
		p.Fault = p.T("slow.next")
		s.show(w, r, http.StatusTooManyRequests, "renew", p)
		return p, nil, false
	}
	for _, on := range []channels.Name{channels.Email, channels.SMS, channels.Voice} {
		if to, ok := s.AddressBook.Read(on, p.Address); ok && len(p.Address) <= maxTyped {
			ways = append(ways, way{on, to})
		}
	}
	if len(ways) == 0 || s.Courier == nil {
		p.Fault = p.T("renew.fault")
		s.show(w, r, http.StatusUnprocessableEntity, "renew", p)
		return p, nil, false
	}
	p.Called = ways[len(ways)-1].on == channels.Voice
	return p, ways, true
}

// renew writes to those who have the address, on the first channel on which
// anybody has it.
func (s *server) renew(ctx context.Context, ways []way) error {
	var found []subscribers.Member
	chosen := ways[0]
	for _, w := range ways {
		people, err := s.Holders.MembersAt(ctx, w.on, w.to.Hash(w.on))
		if err != nil {
			return fmt.Errorf("read members: %w", err)
		}
		if len(people) > 0 {
			chosen, found = w, people
			break
		}
	}
	return s.sendKeys(ctx, chosen.on, chosen.to, found)
}

// sendKeys sends each of these people the link to their page, or by telephone a
// code that opens it. That somebody asked is counted, whether anybody was found
// or not.
func (s *server) sendKeys(ctx context.Context, on channels.Name, to channels.Address, people []subscribers.Member) error {
	hash, now := to.Hash(on), s.Now()
	passes := []subscribers.Pass{s.Passes.NobodysRenewal(hash, now)}
	letters := make([]Missive, len(people))
	for i, m := range people {
		var code string
		if on == channels.Voice {
			pass, secret, err := s.Passes.Renewal(m.ID, hash, now)
			if err != nil {
				return err
			}
			passes, code = append(passes, pass), secret
		}
		letters[i] = s.keyLetter(on, m, code)
	}
	if err := s.Joiners.AddCodes(ctx, hash, passes, now); err != nil {
		return fmt.Errorf("count the request: %w", err)
	}
	for _, letter := range letters {
		s.Courier.HandLater(on, to, letter)
	}
	return nil
}

func (s *server) keyLetter(on channels.Name, m subscribers.Member, code string) Missive {
	lang := m.Lang
	if !lang.Valid() {
		lang = broker.English
	}
	say, link := s.texts[lang].say, s.options.PublicURL+s.keyPath(m.ID)
	l := Missive{From: "Relais", Tag: "Relais", Lang: lang, Text: broker.Text{Title: say("renew.mail.title")}}
	switch on {
	case channels.Voice:
		l.Text.Body = say("renew.mail.voice", "name", m.Name, "code", spelled(on, code), "minutes", int(subscribers.RenewalValidity/time.Minute))
	case channels.SMS:
		l.Text.Body = say("renew.mail.sms", "name", m.Name, "link", link, "hours", hours(subscribers.KeyValidity))
	default:
		l.Text.Body, l.Link = say("renew.mail.email", "name", m.Name, "hours", hours(subscribers.KeyValidity)), link
	}
	return l
}

// postRenewCode opens the page of the member who was told the code.
func (s *server) postRenewCode(w http.ResponseWriter, r *http.Request) {
	p, ways, ok := s.readRenew(w, r)
	if !ok {
		return
	}
	last, now := ways[len(ways)-1], s.Now()
	pass, err := s.Joiners.UseCodeOf(r.Context(), subscribers.PassRenew, last.to.Hash(last.on), func(of []subscribers.Pass) (subscribers.Pass, error) {
		return s.Passes.Judge(of, subscribers.Typed(p.Code), now)
	}, now)
	var refused *subscribers.PassError
	switch {
	case errors.As(err, &refused):
		p.Sent, p.Wrong = true, p.T("joining.fault."+string(refused.Why))
		s.show(w, r, http.StatusUnprocessableEntity, "renew", p)
	case err != nil:
		s.failPage(w, r, "check the code", err)
	default:
		http.Redirect(w, r, p.URL(s.keyPath(pass.Account)), http.StatusSeeOther)
	}
}
