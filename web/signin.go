package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// PassLetter lets its reader sign in: by a code in its text, or by a link.
type PassLetter struct {
	Lang  broker.Lang
	Text  broker.Text
	Link  string    // empty: the text is enough
	Until time.Time // when it is no good any more
}

// Format writes a placeholder for every verb, for whoever holds one can use it.
func (PassLetter) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[letter]") }

// Mailer hands a letter to the mail server at once, and keeps nothing of it.
type Mailer interface {
	Mail(ctx context.Context, to channels.Address, letter PassLetter) error
}

// sendingLasts is how long a code may take to be handed to the mail server.
const sendingLasts = 30 * time.Second

// signInPage asks for an address, and then for the code that was sent to it.
type signInPage struct {
	view
	Mailed  bool   // codes can be sent
	Email   string // as typed
	Next    string // where to go afterwards
	Keep    bool   // stay signed in on this device
	Fault   string // of the address
	Sent    bool   // a code is asked for
	Code    string // what is wrong with the code
	Out     bool   // they have just signed out
	Minutes int    // how long a code is good
	Passkey bool   // a device can sign in here
	OIDC    string // who else vouches for people; empty: nobody
}

func (s *server) signInPage(r *http.Request) signInPage {
	p := signInPage{view: s.viewFor(r, ""), Mailed: s.Mailer != nil, Passkey: s.party != nil, OIDC: s.options.OIDC.Name, Minutes: int(subscribers.CodeValidity / time.Minute)}
	p.Title = p.T("signin.title")
	return p
}

func (s *server) getSignIn(w http.ResponseWriter, r *http.Request) {
	p := s.signInPage(r)
	p.Next, p.Out = localPath(r.URL.Query().Get("next")), r.URL.Query().Has("out")
	s.show(w, r, http.StatusOK, "signin", p)
}

// postSignIn sends a code to an address. It answers the same whether somebody
// has that address or not, and as fast: nobody learns here who is on file.
func (s *server) postSignIn(w http.ResponseWriter, r *http.Request) {
	p, ok := s.readSignIn(w, r)
	if !ok {
		return
	}
	to, ok := emailAddress(p.Email)
	if !ok || !p.Mailed {
		p.Fault = p.T("signin.address")
		s.show(w, r, http.StatusUnprocessableEntity, "signin", p)
		return
	}
	err := s.sendCodes(r.Context(), to)
	switch {
	case errors.Is(err, subscribers.ErrTooManyCodes):
		p.Sent, p.Code = true, p.T("signin.many")
		retryIn(w, time.Hour)
		s.show(w, r, http.StatusTooManyRequests, "signin", p)
	case err != nil:
		s.failPage(w, r, "send a code", err)
	default:
		p.Sent = true
		s.show(w, r, http.StatusOK, "signin", p)
	}
}

// readSignIn reads either form of the page, or answers why it is not read.
func (s *server) readSignIn(w http.ResponseWriter, r *http.Request) (signInPage, bool) {
	p := s.signInPage(r)
	if err := r.ParseForm(); err != nil {
		s.refuseForm(w, r, err)
		return p, false
	}
	p.Email, p.Next = strings.TrimSpace(r.PostForm.Get("email")), localPath(r.PostForm.Get("next"))
	p.Keep = r.PostForm.Get("keep") != ""
	if !s.tries.allows(visitor(r), s.Now()) {
		p.Fault = p.T("signin.slow")
		s.show(w, r, http.StatusTooManyRequests, "signin", p)
		return p, false
	}
	return p, true
}

// sendCodes makes a code for each person at an address, and hands them to the
// mail server when the page has been answered.
func (s *server) sendCodes(ctx context.Context, to channels.Address) error {
	people, err := s.Accounts.AccountsAt(ctx, to)
	if err != nil {
		return fmt.Errorf("read accounts: %w", err)
	}
	now, hash := s.Now(), to.Hash(channels.Email)
	var passes []subscribers.Pass
	var letters []func(context.Context) error
	for _, account := range people {
		pass, code, err := s.Passes.Code(account.ID, hash, now)
		if err != nil {
			return err
		}
		passes = append(passes, pass)
		letters = append(letters, func(ctx context.Context) error {
			return s.Mailer.Mail(ctx, to, s.codeLetter(account, code, pass.Expires))
		})
	}
	if len(people) == 0 {
		passes = append(passes, s.Passes.Nobody(hash, now))
	}
	if err := s.Accounts.AddCodes(ctx, hash, passes, now); err != nil {
		return err
	}
	go s.sendLetters(context.WithoutCancel(ctx), letters)
	return nil
}

func (s *server) sendLetters(ctx context.Context, letters []func(context.Context) error) {
	ctx, cancel := context.WithTimeout(ctx, sendingLasts)
	defer cancel()
	for _, send := range letters {
		if err := send(ctx); err != nil {
			s.Log.ErrorContext(ctx, "code not sent; its reader can ask for another", "err", err)
		}
	}
}

// codeLetter is what somebody is sent, in their own language.
func (s *server) codeLetter(a subscribers.Account, code string, until time.Time) PassLetter {
	lang := readable(a.Lang)
	say := s.texts[lang].say
	spaced := code[:4] + " " + code[4:] // two groups are easier to copy
	return PassLetter{Lang: lang, Until: until, Text: broker.Text{
		Title: say("signin.mail.title", "code", spaced),
		Body:  say("signin.mail.text", "name", a.Name, "code", spaced, "minutes", int(subscribers.CodeValidity/time.Minute)),
	}}
}

// readable is a language that there are texts in.
func readable(lang broker.Lang) broker.Lang {
	if lang.Valid() {
		return lang
	}
	return broker.English
}

// postCode signs in whom a code was sent to.
func (s *server) postCode(w http.ResponseWriter, r *http.Request) {
	p, ok := s.readSignIn(w, r)
	if !ok {
		return
	}
	p.Sent = true
	to, _ := emailAddress(p.Email)
	now, typed := s.Now(), subscribers.Typed(r.PostForm.Get("code"))
	pass, err := s.Accounts.UseCode(r.Context(), to.Hash(channels.Email), func(of []subscribers.Pass) (subscribers.Pass, error) {
		return s.Passes.Judge(of, typed, now)
	}, now)
	var refused *subscribers.PassError
	switch {
	case errors.As(err, &refused):
		p.Code = p.T("signin.fault." + string(refused.Why))
		s.show(w, r, http.StatusUnprocessableEntity, "signin", p)
	case err != nil:
		s.failPage(w, r, "check the code", err)
	default:
		s.enter(w, r, pass.Account, p.Keep, p.Next)
	}
}

// enter begins the session of somebody who has shown who they are.
func (s *server) enter(w http.ResponseWriter, r *http.Request, id subscribers.MemberID, keep bool, next string) {
	account, err := s.Accounts.Account(r.Context(), id)
	if err == nil && !account.SignsIn() {
		err = subscribers.ErrNotFound
	}
	if errors.Is(err, subscribers.ErrNotFound) {
		s.refuse(w, r, s.viewFor(r, ""), http.StatusForbidden, "signin.nopost")
		return
	}
	lasts := sessionLasts
	if keep {
		lasts = longSessionLasts
	}
	if err == nil {
		err = s.begin(r, account.ID, lasts)
	}
	if err != nil {
		s.failPage(w, r, "sign in", err)
		return
	}
	s.Log.InfoContext(r.Context(), "signed in", "account", account.ID)
	if next == "" {
		next = home(account)
	}
	http.Redirect(w, r, s.viewFor(r, "").URL(next), http.StatusSeeOther)
}

// home is where somebody begins.
func home(a subscribers.Account) string {
	if a.Police() {
		return "/"
	}
	return "/inbox"
}

func (s *server) postSignOut(w http.ResponseWriter, r *http.Request) {
	here, err := s.present(r.Context())
	if err == nil && here.ID != (uuid.UUID{}) {
		err = s.SignIns.EndSignIn(r.Context(), here.Account, here.ID)
	}
	if err == nil {
		err = s.sessions.Destroy(r.Context())
	}
	if err != nil {
		s.failPage(w, r, "sign out", err)
		return
	}
	http.Redirect(w, r, s.viewFor(r, "").URL("/signin?out"), http.StatusSeeOther)
}

// emailAddress reads an address as somebody types it.
func emailAddress(typed string) (channels.Address, bool) {
	parsed, err := mail.ParseAddress(typed)
	if err != nil || parsed.Name != "" {
		return channels.Address{}, false
	}
	return channels.NewAddress(strings.ToLower(parsed.Address)), true
}

// localPath keeps where to go within this service: a link elsewhere could send
// somebody who has just signed in to a page that looks like ours.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(next, "\\\r\n") {
		return ""
	}
	return u.RequestURI()
}
