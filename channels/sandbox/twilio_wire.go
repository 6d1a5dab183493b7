package sandbox

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// messageJSON is Twilio's Message resource. Fields without a value are null.
type messageJSON struct {
	SID         string            `json:"sid"`
	AccountSID  string            `json:"account_sid"`
	APIVersion  string            `json:"api_version"`
	Body        string            `json:"body"`
	To          string            `json:"to"`
	From        *string           `json:"from"`
	Service     *string           `json:"messaging_service_sid"`
	Status      string            `json:"status"`
	Direction   string            `json:"direction"`
	NumSegments string            `json:"num_segments"`
	NumMedia    string            `json:"num_media"`
	Price       *string           `json:"price"`
	PriceUnit   string            `json:"price_unit"`
	ErrorCode   *int              `json:"error_code"`
	ErrorText   *string           `json:"error_message"`
	DateCreated string            `json:"date_created"` // RFC 2822, as all three
	DateUpdated string            `json:"date_updated"`
	DateSent    *string           `json:"date_sent"`
	URI         string            `json:"uri"`
	Subs        map[string]string `json:"subresource_uris"`
}

func (t *twilio) resource(m *sms) messageJSON {
	status, sent := t.log.progress(m)
	uri := t.collection() + "/" + m.sid
	out := messageJSON{
		SID:         m.sid,
		AccountSID:  t.sandbox.cfg.AccountSID,
		APIVersion:  "2010-04-01",
		Body:        m.body,
		To:          m.to,
		From:        orNull(m.from),
		Service:     orNull(m.service),
		Status:      status,
		Direction:   "outbound-api",
		NumSegments: decimal(segments(m.body)),
		NumMedia:    "0",
		PriceUnit:   "EUR",
		DateCreated: rfc2822(m.created),
		DateUpdated: rfc2822(m.created),
		URI:         uri + ".json",
		Subs:        map[string]string{"media": uri + "/Media.json"},
	}
	if !sent.IsZero() {
		out.DateSent, out.DateUpdated = new(rfc2822(sent)), rfc2822(sent)
	}
	if status == "undelivered" {
		out.ErrorCode, out.ErrorText = &m.errorCode, new("Reported as undelivered")
	}
	return out
}

func (t *twilio) collection() string {
	return "/2010-04-01/Accounts/" + t.sandbox.cfg.AccountSID + "/Messages"
}

// pageJSON is Twilio's page of messages.
type pageJSON struct {
	Messages     []messageJSON `json:"messages"`
	Page         int           `json:"page"`
	PageSize     int           `json:"page_size"`
	Start        int           `json:"start"`
	End          int           `json:"end"`
	URI          string        `json:"uri"`
	FirstPageURI string        `json:"first_page_uri"`
	NextPageURI  *string       `json:"next_page_uri"`
	PreviousURI  *string       `json:"previous_page_uri"`
}

// list answers GET …/Messages.json, newest first, filtered by To, From and
// DateSent (with > or < as Twilio writes them).
func (t *twilio) list(w http.ResponseWriter, r *http.Request) {
	if !t.authentic(r) {
		t.unauthorised(w)
		return
	}
	query := r.URL.Query()
	size := min(max(number(query.Get("PageSize"), 50), 1), 1000) // Twilio's default and limit
	page := max(number(query.Get("Page"), 0), 0)
	found := t.log.find(query)
	start := min(page*size, len(found))
	end := min(start+size, len(found))
	out := pageJSON{
		Messages:     make([]messageJSON, 0, end-start),
		Page:         page,
		PageSize:     size,
		Start:        start,
		End:          max(end-1, 0),
		URI:          r.URL.RequestURI(),
		FirstPageURI: t.pageURI(query, 0),
	}
	for _, m := range found[start:end] {
		out.Messages = append(out.Messages, t.resource(m))
	}
	if end < len(found) {
		out.NextPageURI = new(t.pageURI(query, page+1))
	}
	if page > 0 {
		out.PreviousURI = new(t.pageURI(query, page-1))
	}
	t.sandbox.writeJSON(w, http.StatusOK, out)
}

func (t *twilio) pageURI(query url.Values, page int) string {
	query.Set("Page", decimal(page))
	return t.collection() + ".json?" + query.Encode()
}

// errorJSON is how Twilio refuses.
type errorJSON struct {
	Code     int    `json:"code"`
	Message  string `json:"message"`
	MoreInfo string `json:"more_info"`
	Status   int    `json:"status"`
}

func (t *twilio) refuse(w http.ResponseWriter, status, code int, text string) {
	t.sandbox.writeJSON(w, status, errorJSON{
		Code:     code,
		Message:  text,
		MoreInfo: "https://www.twilio.com/docs/errors/" + decimal(code),
		Status:   status,
	})
}

func (t *twilio) unauthorised(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
	t.refuse(w, http.StatusUnauthorized, 20003, "Authenticate")
}

func rfc2822(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func decimal(n int) string { return strconv.Itoa(n) }

func number(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return otherwise
}
