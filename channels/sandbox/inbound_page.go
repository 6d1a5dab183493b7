package sandbox

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"relais/broker"
)

// writePage is what write.html shows.
type writePage struct {
	Lang       broker.Lang
	Words      labels
	Languages  []choice
	From, Text string // as typed
	Fault      string
	Recipients []string
	Exchanges  []exchangeLine
	sentences  map[string]string
}

// exchangeLine is one text and its answer.
type exchangeLine struct{ Who, Clock, Text, Answer, Fault string }

// T is a sentence of the page.
func (p writePage) T(key string) string { return p.sentences[key] }

func (s *Sandbox) getTexts(w http.ResponseWriter, r *http.Request) {
	s.showTexts(w, r, http.StatusOK, writePage{From: r.URL.Query().Get("from")})
}

// postText takes the page's form.
func (s *Sandbox) postText(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	p := writePage{From: r.PostForm.Get("from"), Text: strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n")}
	_, err := s.inbound.write(r.Context(), p.From, p.Text)
	if err == nil {
		query := url.Values{"from": {p.From}}
		if lang := r.URL.Query().Get("lang"); lang != "" {
			query.Set("lang", lang)
		}
		http.Redirect(w, r, "/texts?"+query.Encode(), http.StatusSeeOther)
		return
	}
	sentences := s.texts.write[s.texts.choose(r, s.cfg.Lang)]
	status := http.StatusUnprocessableEntity
	switch {
	case errors.Is(err, errNoNumber):
		p.Fault = sentences["noNumber"]
	case errors.Is(err, errNoText):
		p.Fault = sentences["noText"]
	case errors.Is(err, errNoAddress):
		p.Fault = sentences["noAddress"]
	default:
		status, p.Fault = http.StatusBadGateway, sentences["notReached"]
	}
	s.showTexts(w, r, status, p)
}

func (s *Sandbox) showTexts(w http.ResponseWriter, r *http.Request, status int, p writePage) {
	p.Lang = s.texts.choose(r, s.cfg.Lang)
	p.Words, p.sentences, p.Recipients = s.texts.by[p.Lang], s.texts.write[p.Lang], s.recipients()
	for _, other := range broker.Langs() {
		p.Languages = append(p.Languages, choice{
			Name: string(other), Label: languageName(other), Href: "/texts?lang=" + string(other), Chosen: other == p.Lang,
		})
	}
	for _, said := range s.inbound.newest() {
		p.Exchanges = append(p.Exchanges, s.exchangeLine(p, said))
	}
	s.outbox.render(w, status, "write.html", p)
}

func (s *Sandbox) exchangeLine(p writePage, said exchange) exchangeLine {
	line := exchangeLine{Who: readableNumber(said.From), Clock: said.At.In(s.zone).Format("15:04"), Text: said.Text, Answer: said.Answer}
	if name := s.people.name(said.From); name != "" {
		line.Who = name
	}
	switch {
	case said.Status == http.StatusNotFound:
		line.Fault = p.T("switchedOff")
	case said.Status == 0:
		line.Fault = p.T("notReached")
	case said.Status != http.StatusOK:
		line.Fault = strings.ReplaceAll(p.T("refused"), "{status}", decimal(said.Status))
	}
	return line
}

// postTextJSON is the same for programs.
func (s *Sandbox) postTextJSON(w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		http.Error(w, "send JSON: {\"from\": \"+32470123456\", \"text\": \"STOP\"}", http.StatusUnsupportedMediaType)
		return
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
	dec.DisallowUnknownFields()
	var asked struct{ From, Text string }
	if err := dec.Decode(&asked); err != nil {
		http.Error(w, "this is not {\"from\": …, \"text\": …}", http.StatusBadRequest)
		return
	}
	said, err := s.inbound.write(r.Context(), asked.From, asked.Text)
	switch {
	case errors.Is(err, errNoNumber), errors.Is(err, errNoText), errors.Is(err, errNoAddress):
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadGateway)
	default:
		s.writeJSON(w, http.StatusOK, struct {
			Status int    `json:"status"` // of Relais's answer
			Answer string `json:"answer"` // what the sender reads; empty: nothing
		}{said.Status, said.Answer})
	}
}
