package sandbox

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twilio/twilio-go/client"

	"relais/broker"
	"relais/channels"
)

// relais takes texts as Relais does, and checks each one's signature with
// Twilio's own library.
type relais struct {
	url    string
	status int
	twiml  string

	mu  sync.Mutex
	got []url.Values
}

func takeTexts(t *testing.T) *relais {
	t.Helper()
	validator := client.NewRequestValidator(token)
	r := &relais{status: http.StatusOK, twiml: `<Response><Message>Vous êtes désinscrit &amp; c'est fait.</Message></Response>`}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil || !validator.ValidateBody("http://"+req.Host+req.URL.Path, body, req.Header.Get("X-Twilio-Signature")) {
			t.Errorf("a text's signature is not valid: %v", err)
		}
		if !strings.HasSuffix(req.URL.Path, "/inbound") {
			return // a report
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, form)
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, r.twiml)
	}))
	t.Cleanup(server.Close)
	r.url = server.URL + "/callbacks/sms/inbound"
	return r
}

func TestWriteAsAPerson(t *testing.T) {
	r := takeTexts(t)
	s := start(t, func(cfg *Config) { cfg.Inbound = r.url })
	s.Name("+32470123456", "Marie Lambert")
	form := url.Values{"from": {"marie lambert"}, "text": {"ARRÊT\r\nmerci"}}
	page := call(t, http.MethodPost, s.URL()+"/texts?lang=fr", form.Encode(), formHead)
	for _, want := range []string{`<html lang="fr">`, "Marie Lambert", "ARRÊT", "Vous êtes désinscrit &amp; c&#39;est fait."} {
		if page.status != http.StatusOK || !contains(page.body, want) {
			t.Errorf("the page answers %d and lacks %q", page.status, want)
		}
	}
	sid := r.got[0].Get("MessageSid")
	want := url.Values{
		"AccountSid": {account}, "ApiVersion": {"2010-04-01"}, "MessageSid": {sid}, "SmsSid": {sid}, "SmsMessageSid": {sid}, "SmsStatus": {"received"},
		"From": {"+32470123456"}, "To": {"+32460000101"}, "Body": {"ARRÊT\nmerci"}, "NumMedia": {"0"}, "NumSegments": {"1"},
	}
	if diff := cmp.Diff(want, r.got[0]); diff != "" || !strings.HasPrefix(sid, "SM") {
		t.Errorf("what was posted (-want +got):\n%s", diff)
	}
	if item := s.Taken()[0]; item.To != "+32470123456" || item.Text != "Vous êtes désinscrit & c'est fait." || item.From != "+32460000101" {
		t.Errorf("the outbox holds %s to %s from %s", item.Text, item.To, item.From)
	}
}

// The first SMS of Relais says where it takes texts, and which number people answer.
func TestWriteToWhereTheSMSCameFrom(t *testing.T) {
	r := takeTexts(t)
	s := start(t, nil)
	write := func() answer {
		return call(t, http.MethodPost, s.URL()+"/texts.json", `{"from":"+32 470 12 34 56","text":"OK 4821"}`, map[string]string{"Content-Type": "application/json"})
	}
	if got := write(); got.status != http.StatusUnprocessableEntity || !contains(got.body, "--inbound-url") {
		t.Errorf("before any SMS: got %d %s", got.status, got.body)
	}
	at := strings.TrimSuffix(r.url, "inbound") + "0190a5b0-0000-7000-8000-000000000001"
	if _, err := twilioClient(t, s, token).CreateMessage(smsTo("+32470123456", "x").SetFrom("+32460000999").SetStatusCallback(at)); err != nil {
		t.Fatal(err)
	}
	got := write()
	var said struct {
		Status int
		Answer string
	}
	if err := json.Unmarshal([]byte(got.body), &said); err != nil || said.Status != http.StatusOK || said.Answer != "Vous êtes désinscrit & c'est fait." {
		t.Errorf("got %d %s, %v", got.status, got.body, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	last := r.got[len(r.got)-1]
	if last.Get("To") != "+32460000999" || last.Get("Body") != "OK 4821" {
		t.Errorf("posted %v", last)
	}
}

// With the fault "twice" a text comes twice under one id, as when the phone
// company has not heard the answer; its sender is answered once.
func TestATextThatComesTwice(t *testing.T) {
	r := takeTexts(t)
	s := start(t, func(cfg *Config) { cfg.Inbound = r.url })
	if err := s.Set(channels.SMS, Faults{DuplicateCallbacks: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.inbound.write(t.Context(), "+32470123456", "STOP"); err != nil {
		t.Fatal(err)
	}
	if len(r.got) != 2 || r.got[0].Get("MessageSid") != r.got[1].Get("MessageSid") || s.Count(channels.SMS) != 1 {
		t.Errorf("posted %d times, answered %d times", len(r.got), s.Count(channels.SMS))
	}
}

func TestTextsThatAreNotTaken(t *testing.T) {
	r := takeTexts(t)
	s := start(t, func(cfg *Config) { cfg.Inbound = r.url })
	for name, tt := range map[string]struct {
		from, text string
		status     int // of Relais
		want       int
		says       string
	}{
		"no such person": {"Nobody", "STOP", 200, http.StatusUnprocessableEntity, "+32 470 12 34 56"},
		"nothing":        {"+32470123456", "  ", 200, http.StatusUnprocessableEntity, "1600"},
		"too long":       {"+32470123456", strings.Repeat("é", 1601), 200, http.StatusUnprocessableEntity, "1600"},
		"switched off":   {"+32470123456", "STOP", 404, http.StatusOK, "inbound: true"},
		"forged":         {"+32470123456", "STOP", 403, http.StatusOK, "403"},
	} {
		r.status = tt.status
		got := call(t, http.MethodPost, s.URL()+"/texts?lang=en", url.Values{"from": {tt.from}, "text": {tt.text}}.Encode(), formHead)
		if got.status != tt.want || !contains(got.body, tt.says) {
			t.Errorf("%s: got %d, want %d with %q", name, got.status, tt.want, tt.says)
		}
	}
	cross := map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"}
	if got := call(t, http.MethodPost, s.URL()+"/texts", "from=x", cross); got.status != http.StatusForbidden {
		t.Errorf("another site's form: got %d, want 403", got.status)
	}
	if got := call(t, http.MethodPost, s.URL()+"/texts.json", `{}`, map[string]string{"Content-Type": "text/plain"}); got.status != http.StatusUnsupportedMediaType {
		t.Errorf("no JSON: got %d, want 415", got.status)
	}
	if s.Count(channels.SMS) != 0 {
		t.Error("an answer went out for what was not taken")
	}
}

func TestWriteWordsAreThereInEveryLanguage(t *testing.T) {
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Sorted(maps.Keys(texts.write[broker.English]))
	for _, lang := range broker.Langs() {
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(texts.write[lang]))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", lang, diff)
		}
	}
}
