package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// joiningPage asks for the codes that were sent, and says which addresses are
// confirmed. Only whoever typed the form has its address.
type joiningPage struct {
	view
	Partnership string // empty: an address is added to a member
	Action      string
	Contacts    []joiningContact
	Admitted    bool
	Done        bool // every address is confirmed
	Hours       int  // until what is not confirmed is forgotten
}

type joiningContact struct {
	On        channels.Name
	Label     string
	Address   string
	Confirmed bool
	Asked     string // what was sent there, and what to do
	Note      string // that it was sent again
	Fault     string
	Code      string // as typed
}

// fullError says which field's address has asked for too many codes.
type fullError struct{ field string }

func (e *fullError) Error() string { return "too many codes were asked for: " + e.field }

// joiningPath is the page of one application.
func (s *server) joiningPath(id subscribers.ApplicationID) string {
	return "/joining/" + s.Capabilities.Token(subscribers.CanJoin, channels.DeliveryID(id))
}

// apply writes an application and sends a request to confirm to each address.
// It returns the channels on which that failed.
func (s *server) apply(ctx context.Context, a subscribers.Application, p subscribers.Partnership) (unsent []string, err error) {
	letters := make([]Missive, len(a.Contacts))
	for i, c := range a.Contacts { // what may not be asked for is not written either
		if letters[i], err = s.request(ctx, a, c, p); err != nil {
			return nil, err
		}
	}
	if err := s.Joiners.AddApplication(ctx, a, subscribers.ApplicationsAnHour); err != nil {
		if errors.Is(err, subscribers.ErrTooMany) {
			return nil, &fullError{"reach"}
		}
		return nil, fmt.Errorf("write application: %w", err)
	}
	for i, c := range a.Contacts {
		if !s.hand(ctx, c, letters[i]) {
			unsent = append(unsent, string(c.Channel))
		}
	}
	return unsent, nil
}

// request makes the code for one address, and the letter that carries it.
func (s *server) request(ctx context.Context, a subscribers.Application, c subscribers.Applied, p subscribers.Partnership) (Missive, error) {
	hash, now := c.Address.Hash(c.Channel), s.Now()
	validity := subscribers.ApplicationValidity
	if a.OnPaper() {
		validity = a.Expires.Sub(now)
	}
	pass, code, err := s.Passes.Confirmation(a.ID, hash, now, validity)
	if err != nil {
		return Missive{}, err
	}
	err = s.Joiners.AddCodes(ctx, hash, []subscribers.Pass{pass}, now)
	if errors.Is(err, subscribers.ErrTooManyCodes) {
		return Missive{}, &fullError{"reach." + string(c.Channel)}
	}
	if err != nil {
		return Missive{}, fmt.Errorf("write code: %w", err)
	}
	if a.OnPaper() {
		return s.paperRequest(a, c, p, subscribers.ConfirmLink(pass, code)), nil
	}
	say := s.texts[a.Lang].say
	l := Missive{From: p.Name, Tag: p.Tag, Lang: a.Lang, Text: broker.Text{
		Title: say("join.mail.title"),
		Body:  say("join.mail."+string(c.Channel), "name", p.Name, "code", spelled(c.Channel, code), "hours", hours(subscribers.ApplicationValidity)),
	}}
	if c.Channel == channels.Email {
		l.Link = s.options.PublicURL + "/confirm/" + subscribers.ConfirmLink(pass, code)
	}
	return l, nil
}

// paperRequest asks whether an address that somebody copied is its reader's. No
// code stands there, for they have no page to type it on.
func (s *server) paperRequest(a subscribers.Application, c subscribers.Applied, p subscribers.Partnership, link string) Missive {
	say, link := s.texts[a.Lang].say, s.options.PublicURL+"/confirm/"+link
	asks := func(key string) string {
		return say(key, "name", p.Name, "link", link, "days", days(subscribers.PaperValidity))
	}
	l := Missive{From: p.Name, Tag: p.Tag, Lang: a.Lang, Text: broker.Text{
		Title: say("paper.mail.title"), Body: asks("paper.mail." + string(c.Channel)),
	}}
	if c.Channel == channels.SMS && s.options.SMSReplies { // a telephone without internet can answer (decision 0084)
		l.Text = broker.Text{Title: asks("paper.mail.sms.reply")} // one line: with a title of its own it takes a part more
	}
	if c.Channel == channels.Email {
		l.Link = link
	}
	return l
}

// spelled makes a code easy to copy: in two groups, or digit by digit for the ear.
func spelled(on channels.Name, code string) string {
	if on == channels.Voice {
		return strings.Join(strings.Split(code, ""), ", ")
	}
	return code[:len(code)/2] + " " + code[len(code)/2:]
}

func hours(d time.Duration) int { return int(d / time.Hour) }

// hand says whether a letter was handed over. Why not stands in the log.
func (s *server) hand(ctx context.Context, c subscribers.Applied, l Missive) bool {
	ctx, cancel := context.WithTimeout(ctx, sendingRequests)
	defer cancel()
	err := s.Courier.Hand(ctx, c.Channel, c.Address, l)
	if err != nil {
		s.Log.WarnContext(ctx, "request to confirm not sent; its reader can ask for another", "channel", c.Channel, "err", err)
	}
	return err == nil
}

func (s *server) getJoining(w http.ResponseWriter, r *http.Request) {
	a, p, ok := s.joining(w, r)
	if !ok {
		return
	}
	page := s.joiningPage(r, a, p)
	unsent := strings.Split(r.URL.Query().Get("unsent"), ",")
	for i, c := range page.Contacts {
		switch {
		case slices.Contains(unsent, string(c.On)):
			page.Contacts[i].Fault = page.T("joining.unsent")
		case r.URL.Query().Get("again") == string(c.On):
			page.Contacts[i].Note = page.T("joining.again.done")
		}
	}
	s.show(w, r, http.StatusOK, "joining", page)
}

// joining is the application that a link names, and its partnership; or it
// answers what to do instead.
func (s *server) joining(w http.ResponseWriter, r *http.Request) (a subscribers.Application, p subscribers.Partnership, ok bool) {
	id, err := s.Capabilities.Check(subscribers.CanJoin, r.PathValue("token"))
	if err == nil {
		a, p, err = s.application(r.Context(), subscribers.ApplicationID(id))
	}
	if errors.Is(err, subscribers.ErrNotFound) {
		s.refuse(w, r, s.viewFor(r, ""), http.StatusGone, "joining.over")
		return a, p, false
	}
	if err != nil {
		s.refuseLink(w, r, err)
		return a, p, false
	}
	return a, p, true
}

// application reads one with its partnership; a member's has none of its own,
// and speaks for the first that they belong to.
func (s *server) application(ctx context.Context, id subscribers.ApplicationID) (a subscribers.Application, p subscribers.Partnership, err error) {
	if a, err = s.Joiners.Application(ctx, id, s.Now()); err != nil {
		return a, p, fmt.Errorf("read application: %w", err)
	}
	of := a.Partnership
	if of == "" {
		in, err := s.Members.Belonging(ctx, a.Member)
		if err != nil {
			return a, p, fmt.Errorf("read partnerships: %w", err)
		}
		if len(in) == 0 {
			return a, p, subscribers.ErrNotFound // they have left since
		}
		of = in[0]
	}
	if p, err = s.Records.Partnership(ctx, of); err != nil {
		err = fmt.Errorf("read partnership: %w", err)
	}
	return a, p, err
}

func (s *server) joiningPage(r *http.Request, a subscribers.Application, p subscribers.Partnership) joiningPage {
	v := s.viewFor(r, a.Lang)
	page := joiningPage{
		view: v, Partnership: p.Name, Action: "/joining/" + r.PathValue("token"), Admitted: a.Admitted(), Done: true, Hours: hours(subscribers.ApplicationValidity),
	}
	page.Title = v.T("joining.title")
	for _, c := range a.Contacts {
		page.Done = page.Done && !c.Confirmed.IsZero()
		page.Contacts = append(page.Contacts, joiningContact{
			On: c.Channel, Label: v.T("join." + string(c.Channel)), Address: s.AddressBook.Show(c.Channel, c.Address), Confirmed: !c.Confirmed.IsZero(),
			Asked: v.T("joining.asked." + string(c.Channel)),
		})
	}
	return page
}

// postJoining confirms the address to which the code was sent that is typed.
func (s *server) postJoining(w http.ResponseWriter, r *http.Request) {
	a, p, c, ok := s.joiningForm(w, r)
	if !ok {
		return
	}
	code, hash, now := oneLine(r.PostForm.Get("code")), c.Address.Hash(c.Channel), s.Now()
	_, err := s.Joiners.UseCodeOf(r.Context(), subscribers.PassConfirm, hash, func(of []subscribers.Pass) (subscribers.Pass, error) {
		own := slices.DeleteFunc(of, func(pass subscribers.Pass) bool { return pass.Account != subscribers.MemberID(a.ID) })
		return s.Passes.Judge(own, subscribers.Typed(code), now)
	}, now)
	var refused *subscribers.PassError
	if errors.As(err, &refused) {
		page := s.joiningPage(r, a, p)
		for i := range page.Contacts {
			if page.Contacts[i].On == c.Channel {
				page.Contacts[i].Fault, page.Contacts[i].Code = page.T("joining.fault."+string(refused.Why)), code
			}
		}
		s.show(w, r, http.StatusUnprocessableEntity, "joining", page)
		return
	}
	if err != nil {
		s.failPage(w, r, "check the code", err)
		return
	}
	s.confirmed(w, r, a, c)
}

// confirmed makes the address a member's. Who has typed the last code sees their
// own page; the others come back for the rest.
func (s *server) confirmed(w http.ResponseWriter, r *http.Request, a subscribers.Application, c subscribers.Applied) {
	who, err := s.Joiners.Confirm(r.Context(), a.ID, c.Channel, c.Address.Hash(c.Channel), s.Now())
	if err != nil {
		s.refuseLink(w, r, fmt.Errorf("confirm: %w", err))
		return
	}
	after, err := s.Joiners.Application(r.Context(), a.ID, s.Now())
	if err != nil {
		s.refuseLink(w, r, fmt.Errorf("read application: %w", err))
		return
	}
	next := s.joiningPath(a.ID)
	if !slices.ContainsFunc(after.Contacts, func(c subscribers.Applied) bool { return c.Confirmed.IsZero() }) {
		next = s.keyPath(who) + "?joined=" + string(a.Partnership)
	}
	http.Redirect(w, r, s.viewFor(r, "").URL(next), http.StatusSeeOther)
}

// keyPath is the page of a member who has just shown who they are.
func (s *server) keyPath(who subscribers.MemberID) string {
	return "/me/" + s.Capabilities.Key(who, s.Now())
}

// postAgain sends the request to confirm once more.
func (s *server) postAgain(w http.ResponseWriter, r *http.Request) {
	a, p, c, ok := s.joiningForm(w, r)
	if !ok {
		return
	}
	letter, err := s.request(r.Context(), a, c, p)
	var full *fullError
	if errors.As(err, &full) {
		page := s.joiningPage(r, a, p)
		for i := range page.Contacts {
			if page.Contacts[i].On == c.Channel {
				page.Contacts[i].Fault = page.T("join.fault.many")
			}
		}
		retryIn(w, time.Hour)
		s.show(w, r, http.StatusTooManyRequests, "joining", page)
		return
	}
	if err != nil {
		s.failPage(w, r, "make a code", err)
		return
	}
	query := "?again=" + string(c.Channel)
	if !s.hand(r.Context(), c, letter) {
		query = unsentQuery([]string{string(c.Channel)})
	}
	http.Redirect(w, r, s.viewFor(r, "").URL("/joining/"+r.PathValue("token")+query), http.StatusSeeOther)
}

// joiningForm reads which address a form of the page is about.
func (s *server) joiningForm(w http.ResponseWriter, r *http.Request) (a subscribers.Application, p subscribers.Partnership, c subscribers.Applied, ok bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxLeave)
	if a, p, ok = s.joining(w, r); !ok {
		return a, p, c, false
	}
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return a, p, c, false
	}
	if c, ok = a.On(channels.Name(r.PostForm.Get("channel"))); !ok {
		s.refusePage(w, r, http.StatusBadRequest)
		return a, p, c, false
	}
	if !s.visits.allows(visitor(r), s.Now()) {
		s.refuse(w, r, s.viewFor(r, a.Lang), http.StatusTooManyRequests, "slow")
		return a, p, c, false
	}
	return a, p, c, true
}
