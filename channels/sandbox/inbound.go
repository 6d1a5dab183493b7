package sandbox

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"relais/channels"
)

// inbound posts what people write to our number, as Twilio does with the
// webhook of a number (https://www.twilio.com/docs/messaging/guides/webhook-request).
type inbound struct {
	sandbox *Sandbox
	client  *http.Client

	mu     sync.Mutex
	at     string // where texts are posted
	number string // the one that people write to
	texts  []exchange
}

// exchange is a text that somebody wrote, and what they were answered.
type exchange struct {
	At                 time.Time
	From, Text, Answer string
	Status             int // with which Relais answered; 0: it could not be reached
}

const (
	keptExchanges = 20
	longestText   = 1600 // characters, as Twilio concatenates
	defaultNumber = "+32460000101"
)

func newInbound(s *Sandbox) *inbound {
	return &inbound{sandbox: s, at: s.cfg.Inbound, number: defaultNumber, client: &http.Client{Timeout: 15 * time.Second}} // as Twilio waits
}

// learn notes from a message on its way out where Relais takes callbacks, and
// the number that the answer to it goes to.
func (in *inbound) learn(form url.Values) {
	const callbacks = "/callbacks/sms/"
	base, _, ours := strings.Cut(form.Get("StatusCallback"), callbacks)
	in.mu.Lock()
	defer in.mu.Unlock()
	if ours {
		in.at = base + callbacks + "inbound"
	}
	if from := form.Get("From"); e164.MatchString(from) {
		in.number = from
	}
}

// What is wrong with a text that somebody wants to write.
var (
	errNoNumber  = errors.New("the sender is neither a number such as +32470123456 nor the name of one person in the outbox")
	errNoText    = fmt.Errorf("the text is empty, or longer than %d characters", longestText)
	errNoAddress = errors.New("nobody knows where Relais takes texts: let it send an SMS first, or name the address with --inbound-url")
)

// write posts a text in the name of a person, and what they are answered goes to
// the outbox. It comes as often as the faults of the SMS stand-in say, with the
// same MessageSid, as when Twilio has not heard the answer.
func (in *inbound) write(ctx context.Context, from, text string) (exchange, error) {
	said := exchange{At: time.Now(), From: in.sender(from), Text: text}
	in.mu.Lock()
	at, number := in.at, in.number
	in.mu.Unlock()
	switch {
	case !e164.MatchString(said.From):
		return said, errNoNumber
	case strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > longestText:
		return said, errNoText
	case at == "":
		return said, errNoAddress
	}
	sid, set := newSID(), in.sandbox.faults.of(channels.SMS)
	err := in.post(ctx, at, in.form(sid, number, said), &said)
	if err == nil && in.sandbox.faults.hits(set.DuplicateCallbacks) {
		again := said
		err = in.post(ctx, at, in.form(sid, number, said), &again)
	}
	in.keep(said, number)
	return said, err
}

// sender is a number without blanks, or that of the one person of this name.
func (in *inbound) sender(typed string) string {
	typed = strings.TrimSpace(typed)
	number := strings.NewReplacer(" ", "", ".", "", "/", "").Replace(typed)
	if e164.MatchString(number) {
		return number
	}
	var named []string
	in.sandbox.people.mu.Lock()
	defer in.sandbox.people.mu.Unlock()
	for to, name := range in.sandbox.people.names {
		if strings.EqualFold(name, typed) && belgianMobile.MatchString(to) {
			named = append(named, to)
		}
	}
	if len(named) == 1 {
		return named[0]
	}
	return ""
}

func (in *inbound) form(sid, number string, said exchange) url.Values {
	return url.Values{
		"AccountSid": {in.sandbox.cfg.AccountSID}, "ApiVersion": {"2010-04-01"},
		"MessageSid": {sid}, "SmsSid": {sid}, "SmsMessageSid": {sid}, "SmsStatus": {"received"},
		"From": {said.From}, "To": {number}, "Body": {said.Text}, "NumMedia": {"0"}, "NumSegments": {"1"},
	}
}

// post fills in what Relais answered.
func (in *inbound) post(ctx context.Context, at string, form url.Values, said *exchange) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		return errNoAddress
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	req.Header.Set("X-Twilio-Signature", sign(in.sandbox.cfg.AuthToken, at, form))
	resp, err := in.client.Do(req)
	if err != nil {
		return fmt.Errorf("relais cannot be reached: %w", plainURLError(err))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	said.Status = resp.StatusCode
	if resp.StatusCode != http.StatusOK {
		return nil // the page shows the status
	}
	// TwiML: https://www.twilio.com/docs/messaging/twiml
	var answer struct {
		XMLName xml.Name `xml:"Response"`
		Message []string `xml:"Message"`
	}
	if err := xml.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("read the answer: it is no TwiML")
	}
	said.Answer = strings.Join(answer.Message, "\n")
	return nil
}

// keep notes an exchange, and hands the answer to whoever wrote.
func (in *inbound) keep(said exchange, number string) {
	in.mu.Lock()
	in.texts = append(in.texts, said)
	if over := len(in.texts) - keptExchanges; over > 0 {
		in.texts = slices.Delete(in.texts, 0, over)
	}
	in.mu.Unlock()
	if said.Answer != "" {
		in.sandbox.record.add(taken{item: Item{Channel: channels.SMS, At: time.Now(), To: said.From, From: number, Text: said.Answer, Ref: newSID()}})
	}
}

// newest returns what was written, the last first.
func (in *inbound) newest() []exchange {
	in.mu.Lock()
	defer in.mu.Unlock()
	all := slices.Clone(in.texts)
	slices.Reverse(all)
	return all
}
