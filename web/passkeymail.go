package web

import (
	"context"
	"net/http"

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

func (s *server) mailOfPasskey(ctx context.Context, to channels.Address, letter PassLetter) {
	ctx, cancel := context.WithTimeout(ctx, sendingLasts)
	defer cancel()
	if err := s.Mailer.Mail(ctx, to, letter); err != nil {
		s.Log.ErrorContext(ctx, "email about a passkey not sent", "err", err)
	}
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
