package email

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"relais/channels"
)

// samples are mails that come back, by name.
func samples(t testing.TB) map[string]string {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/inbound.txtar")
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	for _, f := range archive.Files {
		found[f.Name] = strings.ReplaceAll(string(f.Data), "\n", "\r\n")
	}
	return found
}

func TestWhatComesBack(t *testing.T) {
	mails := samples(t)
	for name, want := range map[string]verdict{
		"postfix unknown user":         {news: failed, class: channels.Gone, code: "5.1.1"},
		"exim without status":          {news: failed, class: channels.Rejected, code: "5.7.1"},
		"exim with nothing said":       {news: failed, class: channels.Gone, code: "5.0.0"},
		"exchange encoded":             {news: failed, class: channels.Gone, code: "5.1.10"},
		"full mailbox":                 {news: failed, class: channels.Rejected, code: "5.2.2"},
		"gave up after days":           {news: failed, class: channels.Rejected, code: "4.4.1"},
		"still trying":                 {news: delayed, code: "4.4.1"},
		"one of a family":              {news: delayed, code: "2.0.0"},
		"address with accents":         {news: failed, class: channels.Gone, code: "5.1.1"},
		"cut in the middle":            {news: failed, class: channels.Gone, code: "5.1.1"},
		"no status part":               {news: unreadable},
		"without a boundary":           {news: unreadable},
		"qmail":                        {news: unreadable},
		"complaint":                    {news: complaint, about: "RETURN-PATH"},
		"complaint with a header only": {news: complaint, about: "RETURN-PATH"},
		"praise":                       {news: unreadable},
		"out of office":                {news: autoreply},
		"out of office, old":           {news: autoreply},
		"read receipt":                 {news: autoreply},
		"a person":                     {news: unreadable},
		"nothing":                      {news: unreadable},
	} {
		mail, ok := mails[name]
		if !ok {
			t.Fatalf("no sample %q", name)
		}
		delete(mails, name)
		if got := judge([]byte(mail)); got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	for name := range mails {
		t.Errorf("sample %q is not tried", name)
	}
}

// TestEndlessReports: what is read of a report has bounds.
func TestEndlessReports(t *testing.T) {
	part := "--b\r\nContent-Type: %s\r\n\r\n%s\r\n"
	head := "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
	failure := "Reporting-MTA: dns; mx\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"
	for name, body := range map[string]string{
		"many parts":     strings.Repeat(fmt.Sprintf(part, "text/plain", "x"), 5000) + fmt.Sprintf(part, "message/delivery-status", failure),
		"long status":    fmt.Sprintf(part, "message/delivery-status", strings.Repeat("X-Filler: x\r\n", 10000)+failure),
		"no line break":  fmt.Sprintf(part, "message/delivery-status", strings.Repeat("x", 1<<20)),
		"endless groups": fmt.Sprintf(part, "message/delivery-status", strings.Repeat("\r\n", 100000)),
	} {
		if got := judge([]byte(head + body)); got.news != unreadable {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func FuzzWhatComesBack(f *testing.F) {
	for _, mail := range samples(f) {
		f.Add([]byte(mail))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v := judge(data)
		if (v.class != "") != (v.news == failed) || v.about != "" && v.news != complaint {
			t.Errorf("got %+v", v)
		}
		if len(v.code) > 9 || strings.ContainsFunc(v.code, func(r rune) bool { return (r < '0' || r > '9') && r != '.' }) {
			t.Errorf("got code %q", v.code)
		}
	})
}
