package main

import (
	"fmt"

	"relais/broker"
	"relais/channels"
	"relais/channels/email"
	"relais/channels/push"
	"relais/channels/sms"
	"relais/subscribers"
	"relais/web"
)

// previewer shows the desk what members will get, rendered by the channels
// themselves, so that what is shown is what goes.
type previewer struct {
	words     channels.WordsByLang
	mails     *email.Previewer
	available []channels.Name
	publicURL string
	partCost  float64 // euros for one part of an SMS
}

func newPreviewer(words channels.WordsByLang, available []channels.Name, publicURL string, partCost float64) (*previewer, error) {
	mails, err := email.NewPreviewer(words)
	return &previewer{words, mails, available, publicURL, partCost}, err
}

// Preview implements web.Previewer.
func (p *previewer) Preview(m broker.Message, lang broker.Lang, to subscribers.Partnership, plan subscribers.Plan) (web.Preview, error) {
	d := p.delivery(m, lang, to)
	var shown web.Preview
	for _, name := range p.available {
		switch name {
		case channels.SMS:
			shown.SMS = p.sms(d, plan.PlainAccents || m.PlainAccents)
		case channels.Email:
			subject, body, err := p.mails.Preview(d)
			if err != nil {
				return shown, fmt.Errorf("preview an email: %w", err)
			}
			shown.Email = &web.Letter{Title: subject, Body: body}
		case channels.Push:
			payload, err := push.Preview(p.words, d)
			if err != nil {
				return shown, fmt.Errorf("preview a notification: %w", err)
			}
			shown.Push = &web.Letter{Title: payload.Title, Body: payload.Body}
		}
	}
	return shown, nil
}

func (p *previewer) delivery(m broker.Message, lang broker.Lang, to subscribers.Partnership) channels.Delivery {
	link := exampleToken()
	return channels.Delivery{
		Content: memberContent(m, lang, to),
		Links:   channels.Links{Open: p.publicURL + "/m/" + link, Unsubscribe: p.publicURL + "/u/" + link},
	}
}

// memberContent is what members of a partnership read in a language.
func memberContent(m broker.Message, lang broker.Lang, to subscribers.Partnership) *channels.Content {
	text, _ := m.Text(lang, to.Languages...)
	return &channels.Content{
		Purpose: channels.ForMember, Lang: lang, Partnership: to.Name, Tag: to.Tag,
		Kind: m.Kind, Urgency: m.Urgency, MsgType: m.MsgType, Title: text.Title, Body: text.Body,
		Sent: m.Sent, Expires: m.Expires,
	}
}

// sms compares the text as written with the one without costly accents.
func (p *previewer) sms(d channels.Delivery, cheaply bool) *web.SMSPreview {
	plain := *d.Content
	plain.Cheaply = true
	shown := &web.SMSPreview{Cheaply: cheaply}
	shown.Written = p.form(sms.Preview(p.words, d))
	shown.Plain = p.form(sms.Preview(p.words, channels.Delivery{Content: &plain, Links: d.Links}))
	for _, r := range sms.Costly(shown.Written.Text) {
		swap := web.Swap{From: string(r)}
		if to := sms.Transliterate(swap.From); to != swap.From {
			swap.To = to
		}
		shown.Costly = append(shown.Costly, swap)
	}
	return shown
}

func (p *previewer) form(text string) web.SMSForm {
	count := sms.Count(text)
	return web.SMSForm{Text: text, Characters: count.Units, Parts: count.Parts, Euros: float64(count.Parts) * p.partCost}
}
