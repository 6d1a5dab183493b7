package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"relais/broker"
	"relais/subscribers"
)

// Preview is a message as a member gets it. A channel that is not configured is nil.
type Preview struct {
	SMS   *SMSPreview
	Email *Letter
	Push  *Letter
}

// SMSPreview compares a text as it was written with the same one without the
// characters that make it cost more.
type SMSPreview struct {
	Written, Plain SMSForm
	Costly         []Swap // in Written
	Cheaply        bool   // the plan or the message has the plain one sent where that saves a part
}

// SMSForm is one way to write an SMS.
type SMSForm struct {
	Text       string
	Characters int // as the operator counts them
	Parts      int
	Euros      float64 // for one person
}

// Swap is a costly character and what it becomes; To is empty where nothing can
// stand for it.
type Swap struct{ From, To string }

// Letter is an email or a notification.
type Letter struct{ Title, Body string }

// previewed is the preview of one language, in the reader's words.
type previewed struct {
	Lang        broker.Lang
	Name        string // of the language
	As          string // whose members read it so
	SMS         *smsShown
	Email, Push *Letter
	Fault       string // it is too long to be shown
}

type smsShown struct {
	Sent    []run  // what goes
	Sum     string // parts, characters and price
	Costly  string // which characters cost more; empty: none
	Other   string // the sum of the other way of writing; empty: it saves nothing
	Plain   string // that text
	Cheaply bool   // what goes is the plain way
}

// run is a piece of a text: Costly ones cost more than others.
type run struct {
	Text   string
	Costly bool
}

// postPreview answers with the form, how it reads to members and what becomes
// of it; a script gets the part that it asked for alone. It changes nothing.
func (s *server) postPreview(part string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f, err := s.readCompose(r)
		if err != nil {
			s.refuseForm(w, r, err)
			return
		}
		if !slices.Contains(broker.Kinds(), f.Kind) {
			s.refusePage(w, r, http.StatusBadRequest)
			return
		}
		if r.Header.Get("HX-Request") == "" {
			s.showForm(w, r, http.StatusOK, f, f.unusable())
			return
		}
		p := s.composeView(r, f)
		p.explain(f.unusable())
		err = s.fillPart(r.Context(), &p, part)
		if err != nil {
			s.failPage(w, r, "show the "+part, err)
			return
		}
		s.showPart(w, r, http.StatusOK, "compose", part, p)
	}
}

func (s *server) fillPart(ctx context.Context, p *composePage, part string) error {
	partnerships, err := s.fillPartnerships(ctx, p)
	if err != nil {
		return err
	}
	switch part {
	case "preview":
		return s.fillPreviews(ctx, p, partnerships)
	case "forecast":
		return s.fillForecast(ctx, p, partnerships)
	}
	return nil // a picture is shown as it is
}

// fillPreviews shows each text that has been begun.
func (s *server) fillPreviews(ctx context.Context, p *composePage, partnerships []subscribers.Partnership) error {
	m, _ := p.Form.message(s.Now(), s.local)
	for _, lang := range broker.Langs() {
		text, begun := m.Texts[lang]
		to, some := readers(partnerships, p.Form, lang)
		if !begun || !some {
			continue
		}
		shown := previewed{Lang: lang, Name: languageName(lang), As: p.T("preview.as", "partnership", to.Name)}
		if utf8.RuneCountInString(text.Title) > broker.MaxTitle || utf8.RuneCountInString(text.Body) > broker.MaxBody {
			shown.Fault = p.T("preview.long", "title", broker.MaxTitle, "body", broker.MaxBody)
			p.Previews = append(p.Previews, shown)
			continue
		}
		plan, err := s.Records.Plan(ctx, to.ID, to.PlanVersion)
		if err != nil && !errors.Is(err, subscribers.ErrNotFound) { // without a plan it has no wishes
			return fmt.Errorf("read plan: %w", err)
		}
		preview, err := s.Previewer.Preview(m, lang, to, plan)
		if err != nil {
			return fmt.Errorf("preview the message: %w", err)
		}
		shown.Email, shown.Push = preview.Email, preview.Push
		if preview.SMS != nil {
			sms := p.sms(*preview.SMS)
			shown.SMS = &sms
			p.OfferPlain = p.OfferPlain || p.Form.Plain || sms.saves()
		}
		p.Previews = append(p.Previews, shown)
	}
	return nil
}

// readers picks the partnership whose members a text is shown for: a chosen one
// that speaks the language, else a chosen one, else any that speaks it, else the first.
func readers(partnerships []subscribers.Partnership, f form, lang broker.Lang) (subscribers.Partnership, bool) {
	speaks := func(p subscribers.Partnership) bool { return slices.Contains(p.Languages, lang) }
	chosen := func(p subscribers.Partnership) bool { return f.All || f.has(p.ID) }
	both := func(p subscribers.Partnership) bool { return speaks(p) && chosen(p) }
	for _, wanted := range []func(subscribers.Partnership) bool{both, chosen, speaks} {
		if i := slices.IndexFunc(partnerships, wanted); i >= 0 {
			return partnerships[i], true
		}
	}
	if len(partnerships) == 0 {
		return subscribers.Partnership{}, false
	}
	return partnerships[0], true
}

// saves says whether the author may choose to send it for less.
func (s smsShown) saves() bool { return s.Other != "" && !s.Cheaply }

func (v view) sms(shown SMSPreview) smsShown {
	goes, other, key := shown.Written, shown.Plain, "preview.sms.plain"
	if shown.Cheaply {
		goes, other, key = shown.Plain, shown.Written, "preview.sms.written"
	}
	out := smsShown{Cheaply: shown.Cheaply, Sent: runs(goes.Text, shown.Costly), Sum: v.smsSum(goes)}
	if len(shown.Costly) > 0 {
		out.Costly = v.T("preview.sms.costly", "swaps", v.swaps(shown.Costly))
	}
	if goes.Parts != other.Parts {
		out.Other, out.Plain = v.T(key, "sum", v.smsSum(other)), other.Text
	}
	return out
}

// smsSum is "2 SMS, 95 characters: EUR 0.11 for each person".
func (v view) smsSum(f SMSForm) string {
	return v.N("preview.sms.sum", f.Parts, "characters", f.Characters, "euros", v.cents(f.Euros))
}

func (v view) swaps(costly []Swap) string {
	said := make([]string, len(costly))
	for i, swap := range costly {
		to := swap.To
		if to == "" {
			to = v.T("preview.sms.hopeless")
		}
		said[i] = swap.From + " → " + to
	}
	return strings.Join(said, ", ")
}

// runs cuts a text where it becomes costly and where it ceases to be.
func runs(text string, costly []Swap) []run {
	var all []run
	for _, r := range text {
		is := slices.ContainsFunc(costly, func(s Swap) bool { return s.From == string(r) })
		if len(all) == 0 || all[len(all)-1].Costly != is {
			all = append(all, run{Costly: is})
		}
		all[len(all)-1].Text += string(r)
	}
	return all
}
