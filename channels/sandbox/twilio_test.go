package sandbox

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"relais/channels"
)

// redirect sends what twilio-go addresses to Twilio to the sandbox. It reads
// each answer whole, for twilio-go does not close the body of an error.
type redirect struct{ to *url.URL }

func (r redirect) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host = r.to.Scheme, r.to.Host
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, err
}

func twilioClient(t *testing.T, s *Sandbox, password string) *openapi.ApiService {
	t.Helper()
	base, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	c := &client.Client{
		Credentials: client.NewCredentials(account, password),
		HTTPClient:  &http.Client{Transport: redirect{base}},
	}
	c.SetAccountSid(account)
	return openapi.NewApiService(client.NewRequestHandler(c))
}

func smsTo(to, body string) *openapi.CreateMessageParams {
	p := &openapi.CreateMessageParams{}
	return p.SetTo(to).SetBody(body).SetFrom("PLPTilleuls")
}

func TestSMSFromTwilioGo(t *testing.T) {
	s := start(t, nil)
	api := twilioClient(t, s, token)
	id := uuid.Must(uuid.NewV7())
	body := "PLP Tilleuls: " + strings.Repeat("a", 160)
	params := smsTo("+32470123456", body).SetValidityPeriod(600).SetStatusCallback("http://127.0.0.1:1/" + id.String())
	got, err := api.CreateMessage(params)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^SM[0-9a-f]{32}$`).MatchString(*got.Sid) {
		t.Errorf("got sid %q", *got.Sid)
	}
	if *got.To != "+32470123456" || *got.From != "PLPTilleuls" || *got.Body != body || *got.NumSegments != "2" || got.ErrorCode != nil {
		t.Errorf("got to %q from %q segments %q error %v", *got.To, *got.From, *got.NumSegments, got.ErrorCode)
	}
	if _, err := time.Parse(time.RFC1123Z, *got.DateCreated); err != nil {
		t.Errorf("date_created: %v", err)
	}
	if want := "/2010-04-01/Accounts/" + account + "/Messages/" + *got.Sid + ".json"; *got.Uri != want {
		t.Errorf("got uri %q, want %q", *got.Uri, want)
	}
	item := s.Taken()[0]
	if item.Ref != *got.Sid || item.Text != body || item.From != "PLPTilleuls" || item.Headers["ValidityPeriod"] != "600" {
		t.Errorf("got item %q %q %v", item.Ref, item.From, item.Headers)
	}
	if item.Delivery.UUID != id || s.CopiesOf(channels.SMS, "+32470123456", id.String()) != 1 {
		t.Errorf("got delivery %v, want %v, counted once", item.Delivery, id)
	}
}

func TestSMSRefused(t *testing.T) {
	s := start(t, nil)
	s.OptOut("+32470000001")
	if err := s.Set(channels.SMS, Faults{Refuse: map[string]int{"+32470000002": 30007}}); err != nil {
		t.Fatal(err)
	}
	anonymous := smsTo("+32470123456", "x")
	anonymous.From = nil
	cases := []struct {
		name     string
		password string
		params   *openapi.CreateMessageParams
		status   int
		code     int
	}{
		{"wrong token", "wrong", smsTo("+32470123456", "x"), 401, 20003},
		{"no number", token, smsTo("", "x"), 400, 21211},
		{"not E.164", token, smsTo("0470123456", "x"), 400, 21211},
		{"too short for Belgium", token, smsTo("+3247012345", "x"), 400, 21614}, // a landline in Liège has this shape
		{"too long for Belgium", token, smsTo("+324701234567", "x"), 400, 21211},
		{"landline", token, smsTo("+3225550123", "x"), 400, 21614},
		{"no body", token, smsTo("+32470123456", ""), 400, 21602},
		{"too long", token, smsTo("+32470123456", strings.Repeat("é", 1601)), 400, 21617},
		{"no sender", token, anonymous, 400, 21603},
		{"opted out", token, smsTo("+32470000001", "x"), 400, 21610},
		{"refused by faults", token, smsTo("+32470000002", "x"), 400, 30007},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := twilioClient(t, s, c.password).CreateMessage(c.params)
			var refused *client.TwilioRestError
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want Twilio's error", err)
			}
			if refused.Status != c.status || refused.Code != c.code {
				t.Errorf("got %d, code %d; want %d, code %d", refused.Status, refused.Code, c.status, c.code)
			}
		})
	}
	if n := s.Count(channels.SMS); n != 0 {
		t.Errorf("%d were taken, want none", n)
	}
	s.OptIn("+32470000001")
	if _, err := twilioClient(t, s, token).CreateMessage(smsTo("+32470000001", "x")); err != nil {
		t.Errorf("after opting in again: %v", err)
	}
}

func TestSMSListedForReconciliation(t *testing.T) {
	s := start(t, nil)
	api := twilioClient(t, s, token)
	for i := range 60 { // more than one of Twilio's pages
		if _, err := api.CreateMessage(smsTo("+32470123456", "bericht "+decimal(i))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := api.CreateMessage(smsTo("+32470999999", "ander")); err != nil {
		t.Fatal(err)
	}
	page, err := api.PageMessage((&openapi.ListMessageParams{}).SetTo("+32470999999"), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Messages) != 1 || *page.Messages[0].Body != "ander" || page.NextPageUri != nil || *page.Messages[0].Status != "delivered" {
		t.Errorf("got %d messages, next %v", len(page.Messages), page.NextPageUri)
	}
	all, err := api.ListMessage((&openapi.ListMessageParams{}).SetTo("+32470123456"))
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 60 || *all[0].Body != "bericht 59" || *all[59].Body != "bericht 0" {
		t.Errorf("got %d messages, want 60, newest first", len(all))
	}
	later, err := api.ListMessage((&openapi.ListMessageParams{}).SetDateSentAfter(time.Now().Add(time.Hour)))
	if err != nil || len(later) != 0 {
		t.Errorf("sent after now: got %d, %v", len(later), err)
	}
}

func TestSMSFaults(t *testing.T) {
	cases := []struct {
		name   string
		faults Faults
		status int // 0: the connection breaks
		taken  int
	}{
		{"error", Faults{ErrorRate: 1}, 503, 0},
		{"throttle", Faults{ThrottleRate: 1, RetryAfter: 1100 * time.Millisecond}, 429, 0},
		{"cut", Faults{CutRate: 1}, 0, 1},
		{"cut and lost", Faults{CutRate: 1, CutLost: 1}, 0, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, nil)
			if err := s.Set(channels.SMS, c.faults); err != nil {
				t.Fatal(err)
			}
			_, err := twilioClient(t, s, token).CreateMessage(smsTo("+32470123456", "x"))
			var refused *client.TwilioRestError
			if got := errors.As(err, &refused); err == nil || got != (c.status != 0) || got && refused.Status != c.status {
				t.Errorf("got %v, want status %d", err, c.status)
			}
			if got := s.Count(channels.SMS); got != c.taken {
				t.Errorf("got %d taken, want %d", got, c.taken)
			}
			if err := s.Set(channels.SMS, Faults{}); err != nil {
				t.Fatal(err)
			}
			found, err := twilioClient(t, s, token).ListMessage((&openapi.ListMessageParams{}).SetTo("+32470123456"))
			if err != nil || len(found) != c.taken {
				t.Errorf("the list has %d (%v), want %d", len(found), err, c.taken)
			}
		})
	}
}

// Whoever got no answer asks later, when many other messages have been taken.
func TestSMSThatGotNoAnswerIsListedForLonger(t *testing.T) {
	s := start(t, nil)
	s.twilio.log.limit = 2
	api := twilioClient(t, s, token)
	for i, faults := range []Faults{{CutRate: 1}, {}, {}, {}} {
		if err := s.Set(channels.SMS, faults); err != nil {
			t.Fatal(err)
		}
		_, err := api.CreateMessage(smsTo("+32470123456", decimal(i)))
		if (err != nil) != (faults.CutRate > 0) {
			t.Fatal(err)
		}
	}
	listed, err := api.ListMessage(&openapi.ListMessageParams{})
	if err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for _, message := range listed {
		bodies = append(bodies, *message.Body)
	}
	if got := strings.Join(bodies, " "); got != "0 3 2" {
		t.Errorf("got %s, want the one without an answer, and of the others the newest two", got)
	}
}

func TestSMSThrottleSaysWhen(t *testing.T) {
	s := start(t, nil)
	if err := s.Set(channels.SMS, Faults{ThrottleRate: 1, RetryAfter: 1100 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/2010-04-01/Accounts/"+account+"/Messages.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(account, token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := resp.Header.Get("Retry-After"); resp.StatusCode != 429 || got != "2" {
		t.Errorf("got %d with Retry-After %q, want 429 with 2", resp.StatusCode, got)
	}
}

func TestSegments(t *testing.T) {
	for text, want := range map[string]int{
		"":                        1,
		strings.Repeat("é", 160):  1,
		strings.Repeat("é", 161):  2,
		strings.Repeat("€", 80):   1,
		strings.Repeat("€", 81):   2,
		strings.Repeat("ê", 70):   1,
		strings.Repeat("ê", 71):   2,
		strings.Repeat("👮", 36):   2,
		strings.Repeat("a", 307):  3,
		"l’alerte":                1,
		strings.Repeat("ç", 1600): 24, // not in the alphabet: 67 each
	} {
		if got := segments(text); got != want {
			t.Errorf("%.10q…, %d characters: got %d parts, want %d", text, len([]rune(text)), got, want)
		}
	}
}
