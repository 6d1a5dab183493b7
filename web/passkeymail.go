package web

import (
	"context"
	"net/http"
	"time"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// tellOfPasskey writes to every email address of an account that one of its
// passkeys came or went, for its owner may not have been the one who did it. key
// is passkey.mail.added or passkey.mail.removed. The page does not wait for it.
func (s *server) tellOfPasskey(r *http.Request, who subscribers.Account, passkey, key string) {
	if s.Mailer == nil {
		return
	}
	ctx := context.WithoutCancel(r.Context())
	person, err := s.Records.Member(ctx, who.ID)
	if err != nil {
		s.Log.ErrorContext(ctx, "nobody was written to about a passkey", "account", who.ID, "err", err)
		return
	}
	letter := s.passkeyLetter(who, passkey, key)
	for _, c := range person.Contacts {
		if c.Channel == channels.Email && c.State != subscribers.ContactClosed {
			go s.mailOfPasskey(ctx, c.Address, letter)
		}
	}
}

// mailAgain is when an email that was not taken is tried again: mail servers
// put off whom they do not know for some minutes (RFC 6647), and are restarted.
func mailAgain() []time.Duration {
	return []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour}
}

func (s *server) mailOfPasskey(ctx context.Context, to channels.Address, letter PassLetter) {
	err := s.mailOnce(ctx, to, letter)
	for _, pause := range mailAgain() {
		if err == nil {
			return
		}
		s.Log.WarnContext(ctx, "email about a passkey not sent, trying again", "after", pause, "err", err)
		select {
		case <-s.Ending:
			s.Log.ErrorContext(ctx, "email about a passkey not sent, for Relais ends", "err", err)
			return
		case <-time.After(pause):
		}
		err = s.mailOnce(ctx, to, letter)
	}
	if err != nil {
		s.Log.ErrorContext(ctx, "email about a passkey not sent", "err", err)
	}
}

func (s *server) mailOnce(ctx context.Context, to channels.Address, letter PassLetter) error {
	ctx, cancel := context.WithTimeout(ctx, sendingLasts)
	defer cancel()
	return s.Mailer.Mail(ctx, to, letter)
}

// passkeyLetter is what its owner is sent, in their own language. Its link is the
// account page's, which asks who is there.
func (s *server) passkeyLetter(who subscribers.Account, passkey, key string) PassLetter {
	lang := readable(who.Lang)
	say := s.texts[lang].say
	return PassLetter{
		Lang: lang, Link: s.options.PublicURL + "/account", Until: s.Now().Add(subscribers.NoticeValidity),
		Text: broker.Text{Title: say(key + ".title"), Body: say(key, "name", who.Name, "passkey", passkey)},
	}
}
