package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"relais/broker"
	"relais/channels"
)

// faultsPage is what faults.html shows.
type faultsPage struct {
	Lang      broker.Lang
	Words     labels
	Languages []choice
	Stands    []stand
	Base      string
	sentences map[string]string
}

// T is a sentence of the page.
func (p faultsPage) T(key string) string { return p.sentences[key] }

// stand is one stand-in and how it misbehaves.
type stand struct {
	Name     channels.Name
	Label    string
	Taken    string
	Ill      bool
	Answers  []field
	Reports  []field // none: this provider reports nothing later
	Permuted bool
	Listed   []field
	Lists    bool // Listed has something in it
	Hint     string
	Fault    string // why what was typed does not hold
}

type field struct{ ID, Name, Label, Value string }

// faultsPages refuses forms that another site's page makes a browser send.
func (s *Sandbox) faultsPages(h http.HandlerFunc) http.Handler {
	guarded := http.NewCrossOriginProtection().Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pageHeaders(w.Header())
		w.Header().Set("Referrer-Policy", "same-origin") // no-referrer would make the form's Origin null
		guarded.ServeHTTP(w, r)
	})
}

// getFaultsPage shows every stand-in's faults as a form.
func (s *Sandbox) getFaultsPage(w http.ResponseWriter, r *http.Request) {
	s.showFaults(w, r, http.StatusOK, nil)
}

// postFaults takes the form of one stand-in.
func (s *Sandbox) postFaults(w http.ResponseWriter, r *http.Request) {
	on := channels.Name(r.PathValue("channel"))
	if (Faults{}).validate(on) != nil {
		http.NotFound(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	typed := typedFaults{form: r.PostForm, sentences: s.texts.faults[s.texts.choose(r, s.cfg.Lang)]}
	set, fault := typed.faults()
	if fault == "" && set.validate(on) != nil {
		fault = typed.sentences["sum"]
	}
	if fault != "" {
		s.showFaults(w, r, http.StatusUnprocessableEntity, func(st *stand) {
			if st.Name == on {
				st.keep(r.PostForm, fault)
			}
		})
		return
	}
	if err := s.Set(on, set); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, "/faults?"+langQuery(r)+"#"+string(on), http.StatusSeeOther)
}

// postAllBehave ends the faults of every stand-in.
func (s *Sandbox) postAllBehave(w http.ResponseWriter, r *http.Request) {
	for _, on := range shownChannels() {
		if err := s.Set(on, Faults{}); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	http.Redirect(w, r, "/faults?"+langQuery(r), http.StatusSeeOther)
}

// langQuery keeps the reader's choice of language.
func langQuery(r *http.Request) string {
	if lang := broker.Lang(r.URL.Query().Get("lang")); lang.Valid() {
		return "lang=" + string(lang)
	}
	return ""
}

func (s *Sandbox) showFaults(w http.ResponseWriter, r *http.Request, status int, change func(*stand)) {
	lang := s.texts.choose(r, s.cfg.Lang)
	p := faultsPage{Lang: lang, Words: s.texts.by[lang], Base: s.base, sentences: s.texts.faults[lang]}
	for _, other := range broker.Langs() {
		p.Languages = append(p.Languages, choice{
			Name: string(other), Label: languageName(other), Href: "/faults?lang=" + string(other), Chosen: other == lang,
		})
	}
	for _, on := range shownChannels() {
		st := s.stand(p, on)
		if change != nil {
			change(&st)
		}
		p.Stands = append(p.Stands, st)
	}
	s.outbox.render(w, status, "faults.html", p)
}

func (s *Sandbox) stand(p faultsPage, on channels.Name) stand {
	set := s.faults.of(on)
	show := func(name, value string) field { return field{string(on) + "-" + name, name, p.T(name), value} }
	st := stand{
		Name: on, Label: p.Words.channel(on), Ill: set.any(), Permuted: set.PermuteCallbacks,
		Taken: strings.ReplaceAll(p.T("taken"), "{n}", decimal(s.Count(on))),
		Answers: []field{
			show("latency", inUnits(float64(set.Latency)/1e6)),
			show("errors", percent(set.ErrorRate)),
			show("throttled", percent(set.ThrottleRate)),
			show("retryAfter", inUnits(set.RetryAfter.Seconds())),
			show("cutBefore", percent(set.CutRate*set.CutLost)),
			show("cutAfter", percent(set.CutRate*(1-set.CutLost))),
		},
		Listed: []field{show("refuse", lines(set.Refuse))},
		Lists:  len(set.Refuse)+len(set.Undelivered) > 0,
		Hint:   strings.ReplaceAll(p.T("someHint"), "{codes}", codesOf(on)),
	}
	if reportsLater(on) {
		st.Reports = []field{show("late", inUnits(set.LateCallbacks.Seconds())), show("twice", percent(set.DuplicateCallbacks))}
		st.Listed = append(st.Listed, show("undelivered", lines(set.Undelivered)))
	}
	if on == channels.Voice {
		st.Listed = append(st.Listed, show("whoAnswers", answerLines(set.Answers)))
		st.Lists = st.Lists || len(set.Answers) > 0
	}
	return st
}

// reportsLater says whether a provider calls back about what it took.
func reportsLater(on channels.Name) bool { return on != channels.Email && on != channels.Push }

// codesOf are examples of what a provider refuses with.
func codesOf(on channels.Name) string {
	switch on {
	case channels.Email:
		return "450, 550"
	case channels.Push:
		return "403, 410"
	case channels.Voice:
		return "21215, 404"
	}
	return "21610, 30003"
}

// keep shows what was typed again, and why it does not hold.
func (st *stand) keep(form map[string][]string, fault string) {
	st.Fault, st.Permuted = fault, len(form["permuted"]) > 0
	for _, fields := range [][]field{st.Answers, st.Reports, st.Listed} {
		for i := range fields {
			fields[i].Value = strings.Join(form[fields[i].Name], "")
		}
	}
	st.Lists = true
}

func percent(share float64) string { return inUnits(share * 100) }

// inUnits writes a number as a person would: no more than four decimals.
func inUnits(n float64) string {
	text := strconv.FormatFloat(n, 'f', 4, 64)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// lines writes what typedFaults.list reads.
func lines(codes map[string]int) string {
	var out strings.Builder
	for _, to := range slices.Sorted(maps.Keys(codes)) {
		out.WriteString(to + " " + decimal(codes[to]) + "\n")
	}
	return out.String()
}

// answerLines writes what typedFaults.answers reads.
func answerLines(who map[string]string) string {
	var out strings.Builder
	for _, to := range slices.Sorted(maps.Keys(who)) {
		out.WriteString(to + " " + who[to] + "\n")
	}
	return out.String()
}
