package sms

import (
	"encoding/xml"
	"fmt"
	"net/http"

	"relais/channels"
	"relais/channels/twilio"
)

// inboundPath is where Twilio posts what people write to our number, below the
// callback base.
const inboundPath = callbackPath + "inbound"

// ParseInbound reads a text that came in, and checks Twilio's signature as
// ParseReport does, with the same errors.
func (c *Channel) ParseInbound(r *http.Request) (channels.Inbound, error) {
	path, err := c.callbacks.Path(r, inboundPath)
	if err != nil || path != inboundPath {
		return channels.Inbound{}, fmt.Errorf("%w: its address does not end in %s", twilio.ErrMalformed, inboundPath)
	}
	form, err := c.callbacks.Form(r, path)
	if err != nil {
		return channels.Inbound{}, err
	}
	in := channels.Inbound{
		Channel: channels.SMS, Ref: form.Get("MessageSid"),
		From: channels.NewAddress(form.Get("From")), Text: form.Get("Body"), At: c.now(),
	}
	if in.Ref == "" || in.From.IsZero() {
		return channels.Inbound{}, fmt.Errorf("%w: it has no MessageSid or no From", twilio.ErrMalformed)
	}
	return in, nil
}

// AnswerInbound answers the sender in the response itself
// (https://www.twilio.com/docs/messaging/twiml); an empty answer sends nothing.
func (c *Channel) AnswerInbound(w http.ResponseWriter, answer string) error {
	type response struct {
		XMLName xml.Name `xml:"Response"`
		Message []string `xml:"Message"`
	}
	var said response
	if answer != "" {
		said.Message = []string{answer}
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	if _, err := w.Write([]byte(xml.Header)); err != nil {
		return err
	}
	return xml.NewEncoder(w).Encode(said)
}
