package sandbox

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// fill takes one message on each channel, each with something to escape.
func fill(s *Sandbox) {
	now := time.Now()
	s.record.add(taken{item: Item{Channel: channels.SMS, At: now, To: "+32470123456", From: "<script>PLP", Ref: "SM1",
		Text: "Lire et décider : https://relais.example/d/abc?x=1&y=2. <script>alert(1)</script> javascript:alert(2)"}})
	s.record.add(taken{item: Item{Channel: channels.Email, At: now, To: "an@voorbeeld.be"}, mail: []byte(
		"From: \"<script>\" <relais@police.example>\r\nSubject: <script>alert(3)</script>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
			"<html><head></head><body><a href=\"https://relais.example/\">ici</a><script>alert(4)</script></body></html>")})
	s.record.add(taken{item: Item{Channel: channels.Push, At: now, To: s.URL() + "/push/abcdefghi", Subject: "<script>alert(5)</script>",
		Text: "Binnen blijven", Link: "javascript:alert(6)", Actions: []string{"<script>"}, Payload: `{"title":"<script>"}`}})
}

func TestOutboxShowsAndEscapes(t *testing.T) {
	s := start(t, nil)
	fill(s)
	s.Name("+32470123456", "Claire <script> Dumont")
	got := call(t, http.MethodGet, s.URL()+"/outbox?lang=fr", "", nil)
	page := got.body
	if got.status != http.StatusOK || !contains(got.head.Get("Content-Security-Policy"), "default-src 'self'") {
		t.Errorf("got %d, policy %q", got.status, got.head.Get("Content-Security-Policy"))
	}
	for _, want := range []string{
		`<a href="https://relais.example/d/abc?x=1&amp;y=2" target="_blank" rel="noopener noreferrer">https://relais.example/d/abc?x=1&amp;y=2</a>. &lt;script&gt;`,
		"32 470 12 34 56", // html/template writes + as &#43;
		"Claire &lt;script&gt; Dumont",
		"&lt;script&gt;alert(3)&lt;/script&gt;",
		`<iframe src="/outbox/mail/2"`,
		`sandbox="allow-popups allow-popups-to-escape-sandbox"`,
		"&lt;script&gt;alert(5)&lt;/script&gt;",
		"Binnen blijven",
		`<html lang="fr">`,
		`SMS <b>1</b>`,
	} {
		if !contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if got := strings.Count(page, "<script"); got != 1 || contains(page, `"javascript:`) || contains(page, "ZgotmplZ") || contains(page, " style=") {
		t.Errorf("the page has %d script elements, want its own file only; no javascript: link, no inline style", got)
	}
}

func TestOutboxMail(t *testing.T) {
	s := start(t, nil)
	fill(s)
	got := call(t, http.MethodGet, s.URL()+"/outbox/mail/2", "", nil)
	mail, policy := got.body, got.head.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "sandbox allow-popups allow-popups-to-escape-sandbox", "frame-ancestors 'self'"} {
		if !contains(policy, want) {
			t.Errorf("the policy %q lacks %s", policy, want)
		}
	}
	if contains(policy, "script") {
		t.Errorf("the policy %q allows scripts", policy)
	}
	if !contains(mail, `<head><base target="_blank"></head>`) || !contains(mail, "ici") {
		t.Errorf("got mail %s", mail)
	}
	for _, path := range []string{"/outbox/mail/1", "/outbox/mail/99", "/outbox/mail/x", "/outbox/static/page.html", "/outbox/static/nothing", "/outbox/nothing"} {
		if got := call(t, http.MethodGet, s.URL()+path, "", nil); got.status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, got.status)
		}
	}
	for path, want := range map[string]string{"outbox.js": "javascript", "outbox.css": "text/css", "icon.svg": "image/svg+xml"} {
		got := call(t, http.MethodGet, s.URL()+"/outbox/static/"+path, "", nil)
		if got.status != http.StatusOK || !contains(got.head.Get("Content-Type"), want) {
			t.Errorf("%s: got %d, %q", path, got.status, got.head.Get("Content-Type"))
		}
	}
}

func TestOutboxFilters(t *testing.T) {
	s := start(t, nil)
	fill(s)
	s.Name("an@voorbeeld.be", "An Peeters")
	for query, want := range map[string]string{
		"":                                "push email sms",
		"?channel=sms":                    "sms",
		"?to=an@voorbeeld.be":             "email",
		"?to=peeters":                     "email",
		"?to=%2B32470":                    "sms",
		"?to=%E2%80%A6defghi":             "push",
		"?channel=sms&to=an@voorbeeld.be": "",
	} {
		listed := call(t, http.MethodGet, s.URL()+"/outbox.json"+query, "", nil)
		var got struct {
			Counts map[string]int
			Items  []Item
		}
		if err := json.Unmarshal([]byte(listed.body), &got); err != nil {
			t.Fatal(err)
		}
		var on []string
		for _, it := range got.Items {
			on = append(on, string(it.Channel))
		}
		if strings.Join(on, " ") != want || got.Counts["email"] != 1 {
			t.Errorf("%s: got %v, want %s", query, on, want)
		}
	}
	page := call(t, http.MethodGet, s.URL()+"/outbox?channel=push&to=peeters&lang=de", "", nil).body
	if contains(page, `id="m`) || !contains(page, "Noch nichts") || !contains(page, `href="/outbox?channel=push&amp;lang=de">Alle Empfänger`) {
		t.Error("nothing matches: want an empty column and the way back")
	}
}

func TestOutboxTellsTheNextMessage(t *testing.T) {
	s := start(t, nil)
	fill(s)
	const query = "?channel=sms&except=%2B32470000001"
	answer, err := http.Get(s.URL() + "/outbox/next.json" + query)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	s.record.add(taken{item: Item{Channel: channels.Push, To: "another channel"}})
	s.record.add(taken{item: Item{Channel: channels.SMS, To: "+32470000001"}})
	s.record.add(taken{item: Item{Channel: channels.SMS, To: "+32470000002"}})
	s.record.add(taken{item: Item{Channel: channels.SMS, To: "+32470000003"}})
	var got Item
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil || got.To != "+32470000002" {
		t.Errorf("the next one went to %q, %v; want +32470000002", got.To, err)
	}
}

func TestOutboxSpeaksTheReadersLanguage(t *testing.T) {
	s := start(t, func(c *Config) { c.Lang = broker.Dutch })
	for _, c := range []struct{ query, accept, want string }{
		{"", "", "nl"},
		{"", "ja", "nl"},
		{"", "fr-BE,fr;q=0.9,en;q=0.8", "fr"},
		{"", "de-BE", "de"},
		{"?lang=en", "fr", "en"},
		{"?lang=xx", "fr", "fr"},
	} {
		page := call(t, http.MethodGet, s.URL()+"/outbox"+c.query, "", map[string]string{"Accept-Language": c.accept}).body
		if !contains(page, `<html lang="`+c.want+`">`) {
			t.Errorf("%s with %q: want %s", c.query, c.accept, c.want)
		}
	}
}

func TestEveryLabelExistsInEveryLanguage(t *testing.T) {
	words, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range broker.Langs() {
		labels := reflect.ValueOf(words.by[lang])
		for i := range labels.NumField() {
			if labels.Field(i).String() == "" {
				t.Errorf("%s lacks %s", lang, labels.Type().Field(i).Name)
			}
		}
	}
}

func TestOutboxLive(t *testing.T) {
	s := start(t, nil)
	fill(s)
	stream := bufio.NewReader(openStream(t, s.URL()+"/outbox/events?after=2&lang=nl"))
	if got := nextItem(t, stream); got.N != 3 || got.Channel != channels.Push {
		t.Errorf("got %d on %s, want the push that the page does not have yet", got.N, got.Channel)
	}
	s.record.add(taken{item: Item{Channel: channels.SMS, At: time.Now(), To: "+32470123456", Text: "Alles rustig <b>"}})
	got := nextItem(t, stream)
	if got.N != 4 || !contains(got.HTML, "Alles rustig &lt;b&gt;") || got.Counts[channels.SMS] != 2 {
		t.Errorf("got %d, counts %v, %s", got.N, got.Counts, got.HTML)
	}
}

func TestOutboxLiveFiltersAndTellsWhatIsReplaced(t *testing.T) {
	s := start(t, nil)
	stream := bufio.NewReader(openStream(t, s.URL()+"/outbox/events?channel=push"))
	fill(s)
	if got := nextItem(t, stream); got.N != 3 {
		t.Errorf("got %d, want 3, for the others are on other channels", got.N)
	}
	push := Item{Channel: channels.Push, At: time.Now(), To: "e", Headers: map[string]string{"Topic": "a"}}
	for range 2 {
		s.record.add(taken{item: push, topic: topicOf(push)})
	}
	if first, second := nextItem(t, stream), nextItem(t, stream); first.N != 4 || second.N != 5 || second.Replaces != 4 {
		t.Errorf("got %d, then %d which replaces %d; want 4, then 5 which replaces 4", first.N, second.N, second.Replaces)
	}
}

// A page that knows more than this sandbox took belongs to an earlier run.
func TestOutboxLiveReloadsAPageOfAnEarlierRun(t *testing.T) {
	s := start(t, nil)
	stream := bufio.NewReader(openStream(t, s.URL()+"/outbox/events?after=7"))
	if line, err := stream.ReadString('\n'); err != nil || line != "event: reload\n" {
		t.Errorf("got %q, %v", line, err)
	}
}

func openStream(t *testing.T, target string) io.Reader {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("got Content-Type %q", got)
	}
	return resp.Body
}

// nextItem reads on to the next item; go test's timeout ends a wait in vain.
func nextItem(t *testing.T, stream *bufio.Reader) liveItem {
	t.Helper()
	for {
		line, err := stream.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			var item liveItem
			if err := json.Unmarshal([]byte(data), &item); err != nil {
				t.Fatal(err)
			}
			return item
		}
	}
}
