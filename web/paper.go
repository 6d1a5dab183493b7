package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Papers keeps what is copied from signed forms (decision 0073).
type Papers interface {
	// EnterPaper writes one, and says whether its person was on file: they get
	// nothing but what the paper proves. With again it takes the place of an earlier
	// copy. subscribers.ErrCopiedBefore, ErrMemberBefore, ErrHasLeft and ErrTooMany
	// say why it was not written.
	EnterPaper(ctx context.Context, a subscribers.Application, again bool, most int) (onFile bool, err error)
	// PaperWaiting counts those of a partnership who were asked and have not answered.
	PaperWaiting(ctx context.Context, p broker.PartnershipID, now time.Time) (int, error)
}

// paperPage copies a form that somebody has signed.
type paperPage struct {
	view
	paperForm
	Partnership subscribers.Partnership
	Open        bool       // it is launched
	Blank       string     // the address of the form to print
	Join        string     // where people join by themselves
	Waiting     string     // how many have not answered yet; empty: nobody is asked
	Said        []string   // what became of the form before
	Reach       []joinWay  // how the person may be reached
	Languages   []langLink // in which they may be written to
	Today       string
	Days        int // until what is not confirmed is forgotten
}

// Fault says what is wrong with a field; nothing: it is right.
func (p paperPage) Fault(field string) string {
	if key := p.wrong[field]; key != "" {
		return p.T(key, "join", p.Join)
	}
	return ""
}

// Wrong says whether anything is.
func (p paperPage) Wrong() bool { return len(p.wrong) > 0 }

// Copied says whether the same form has been copied before, so that the page
// offers to ask its person once more.
func (p paperPage) Copied() bool { return p.wrong["form"] == "paper.fault.copied" }

func (s *server) getPaper(w http.ResponseWriter, r *http.Request, partnership subscribers.Partnership) {
	p, ok := s.paperPage(w, r, partnership)
	if !ok {
		return
	}
	asked := r.URL.Query() // one evening's forms have much in common
	p.paperForm = readPaperForm(url.Values{"signed": {asked.Get("signed")}, "language": {asked.Get("language")}})
	if !p.Language.Valid() {
		p.Language = partnership.Languages[0]
	}
	p.Said = p.saidOfPaper(strings.Split(asked.Get("did"), ","), s.options.SMSReplies)
	s.showPaper(w, r, http.StatusOK, p)
}

func (s *server) paperPage(w http.ResponseWriter, r *http.Request, partnership subscribers.Partnership) (paperPage, bool) {
	p := paperPage{
		view: s.partnershipView(r, partnership, "members"), Partnership: partnership, Join: s.joinURL(partnership),
		Today: partnership.Today(s.Now()).String(), Days: days(subscribers.PaperValidity),
	}
	p.Title, p.Blank = p.T("paper.title"), p.URL("/form/"+string(partnership.ID))
	var err error
	if p.Open, err = s.takesMembers(r.Context(), partnership); err != nil {
		s.failPage(w, r, "read the partnership", err)
	}
	return p, err == nil
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

func (s *server) showPaper(w http.ResponseWriter, r *http.Request, status int, p paperPage) {
	waiting, err := s.Papers.PaperWaiting(r.Context(), p.Partnership.ID, s.Now())
	if err != nil {
		s.failPage(w, r, "count who was asked", err)
		return
	}
	if waiting > 0 {
		p.Waiting = p.N("paper.waiting", waiting)
	}
	if p.Open {
		p.Reach = s.waysOf(p.view, p.joinForm, p.Partnership.Name)
	}
	p.Languages = languagesFor(p.Language)
	s.show(w, r, status, "paper", p)
}

// saidOfPaper says what becomes of somebody whose form was copied.
func (p paperPage) saidOfPaper(did []string, replies bool) (said []string) {
	for _, what := range did {
		if slices.Contains([]string{"sms", "email", "voice", "paper", "onfile", "unsent.sms", "unsent.email"}, what) {
			said = append(said, p.T("paper.did."+what, "days", p.Days))
		}
		if what == "sms" && replies {
			said = append(said, p.T("paper.did.sms.reply"))
		}
	}
	return said
}

// postPaper writes what was copied, and asks where the paper is no proof.
func (s *server) postPaper(w http.ResponseWriter, r *http.Request, partnership subscribers.Partnership) {
	p, ok := s.paperPage(w, r, partnership)
	if !ok {
		return
	}
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return
	}
	p.paperForm = readPaperForm(r.PostForm)
	if !p.Open {
		s.showPaper(w, r, http.StatusConflict, p)
		return
	}
	me := callerOf(r.Context()).account
	a := p.copied(s.AddressBook, s.joinWays(), partnership, me.Name, s.Now())
	if p.Wrong() {
		s.showPaper(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	did, err := s.enterPaper(r.Context(), a, p.Again, partnership)
	if field, why := paperFault(err); why != "" {
		p.wrong[field] = why
		s.showPaper(w, r, http.StatusUnprocessableEntity, p)
		return
	}
	if err != nil {
		s.failPage(w, r, "write what was copied", err)
		return
	}
	s.Log.InfoContext(r.Context(), "paper copied", "partnership", partnership.ID, "application", a.ID, "by", me.ID)
	next := url.Values{"did": {strings.Join(did, ",")}, "signed": {p.Signed}, "language": {string(a.Lang)}}
	http.Redirect(w, r, p.URL("/inbox/partnerships/"+string(partnership.ID)+"/paper?"+next.Encode()), http.StatusSeeOther)
}

// paperFault is the field that an error is about, and the sentence about it;
// nothing: it is none of the form's.
func paperFault(err error) (field, why string) {
	var full *fullError
	switch {
	case errors.As(err, &full):
		return full.field, "paper.fault.many"
	case errors.Is(err, subscribers.ErrTooMany):
		return "form", "paper.fault.many"
	case errors.Is(err, subscribers.ErrCopiedBefore):
		return "form", "paper.fault.copied"
	case errors.Is(err, subscribers.ErrMemberBefore):
		return "form", "paper.fault.member"
	case errors.Is(err, subscribers.ErrHasLeft):
		return "form", "paper.fault.left"
	}
	return "", ""
}

// enterPaper writes it, sends the requests to confirm, and says in keys what was done.
func (s *server) enterPaper(ctx context.Context, a subscribers.Application, again bool, p subscribers.Partnership) (did []string, err error) {
	onFile, err := s.Papers.EnterPaper(ctx, a, again, subscribers.ApplicationsAnHour)
	if err != nil {
		return nil, err //nolint:wrapcheck // its sentences are for the form
	}
	if len(a.Contacts) == 0 {
		did = append(did, "paper")
	}
	for _, c := range a.Contacts {
		switch {
		case subscribers.PaperProves(c.Channel):
			did = append(did, string(c.Channel))
		case !onFile:
			how, err := s.askByPaper(ctx, a, c, p)
			if err != nil {
				return nil, err
			}
			did = append(did, how)
		}
	}
	if onFile {
		did = append(did, "onfile")
	}
	return did, nil
}

// askByPaper asks whoever has an address whether it is theirs. It comes after
// the form is written, which can be copied again; the other way round somebody
// would be asked about nothing.
func (s *server) askByPaper(ctx context.Context, a subscribers.Application, c subscribers.Applied, p subscribers.Partnership) (string, error) {
	letter, err := s.request(ctx, a, c, p)
	var full *fullError
	if errors.As(err, &full) {
		return "unsent." + string(c.Channel), nil
	}
	if err != nil {
		return "", err
	}
	if !s.hand(ctx, c, letter) {
		return "unsent." + string(c.Channel), nil
	}
	return string(c.Channel), nil
}

// formPage is the form to print and to sign: the sentences of the consents, with
// their version.
type formPage struct {
	view
	Partnership subscribers.Partnership
	Open        bool
	Ways        []formWay
	Names       []langLink
	Version     int
}

type formWay struct{ Label, Consent string }

func (s *server) getForm(w http.ResponseWriter, r *http.Request) {
	p, ok := s.joinPage(w, r)
	if !ok {
		return
	}
	form := formPage{view: p.view, Partnership: p.Partnership, Open: p.Open, Names: languagesFor(""), Version: consentVersion}
	form.Title = form.T("form.title", "name", p.Partnership.Name)
	for _, on := range []channels.Name{channels.SMS, channels.Email, channels.Voice} {
		form.Ways = append(form.Ways, formWay{p.T("join." + string(on)), p.T("join.consent."+string(on), "name", p.Partnership.Name)})
	}
	s.show(w, r, http.StatusOK, "form", form)
}
