package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

const paperPath = partnershipPath + "paper"

// signedForm is what stands on a form, copied without a slip.
func signedForm() url.Values {
	return url.Values{
		"name": {"Rosa Claes"}, "street": {"rue des tilleuls"}, "number": {"12"}, "language": {"nl"}, "signed": {"2026-11-20"}, "text": {"1"},
		"sms": {"0470 99 88 77"}, "agree.sms": {"1"}, "email": {"rosa@example.be"}, "agree.email": {"1"},
	}
}

// copiedTwice is a form that everyPageWorld has copied once.
func copiedTwice() url.Values { return with(signedForm(), "name", "Jules Denis") }

func copier(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.copies()
	return w
}

// copies has a coordinator of a launched partnership signed in.
func (w *world) copies() {
	w.options.PublicURL = publicURL
	w.withElsewhere()
	w.launch()
	w.withCoordinator()
}

// Who signed on paper is asked once on each channel that can answer, in their own
// language, and is written to there only after their yes.
func TestPaperIsConfirmed(t *testing.T) {
	w := copier(t)
	answer := w.post(paperPath, signedForm())
	next := answer.Header().Get("Location")
	if answer.Code != http.StatusSeeOther || len(w.sent) != 2 {
		t.Fatalf("got %d, %d letters", answer.Code, len(w.sent))
	}
	said := w.get(next + "&lang=en").Body.String()
	for _, want := range []string{"We have sent an SMS", "We have sent an email", "1 person has not answered", `value="2026-11-20"`} {
		if !strings.Contains(said, want) {
			t.Errorf("afterwards the page lacks %q", want)
		}
	}
	for _, private := range []string{"Rosa", "0470", "470998877", "rosa@"} {
		if strings.Contains(said+next, private) {
			t.Errorf("afterwards the page shows %q", private)
		}
	}
	text := w.lastOn(channels.SMS)
	if text.to != "+32470998877" || text.Lang != broker.Dutch || !strings.Contains(text.Text.Body, "Bevestig binnen 14 dagen") || text.code() != "" {
		t.Errorf("SMS: %+v", text.Missive)
	}
	w.cookie = nil
	page := w.get(text.path()).Body.String()
	if !strings.Contains(page, "op dit nummer een sms") || strings.Contains(page, "Rosa") {
		t.Errorf("the link's page:\n%s", page)
	}
	if done := w.post(text.path(), url.Values{}).Body.String(); strings.Contains(done, "/me/") {
		t.Error("whoever was reached by a slip of the finger comes to somebody's page")
	}
	m := w.lastMember()
	if m.Name != "Rosa Claes" || len(m.Contacts) != 1 || m.Contacts[0].Consent.How != "paper signed 2026-11-20, text 1, entered by Claire Lambert" {
		t.Errorf("member: %+v", m)
	}
}

// Where answers come in, the SMS asks for one: a telephone without internet is enough.
func TestPaperIsConfirmedByAnAnswer(t *testing.T) {
	for lang, word := range map[string]string{"fr": "OUI", "nl": "JA", "de": "JA", "en": "YES"} {
		w := newWorld(t)
		w.options.SMSReplies = true
		w.copies()
		next := w.post(paperPath, with(signedForm(), "language", lang)).Header().Get("Location")
		text := w.lastOn(channels.SMS).Text
		if whole := text.Title + text.Body; !strings.Contains(whole, " "+word) || !strings.Contains(whole, publicURL+"/confirm/") {
			t.Errorf("%s: got %q", lang, whole)
		}
		if body := w.get(next + "&lang=" + lang).Body.String(); !strings.Contains(body, word+" ") {
			t.Errorf("%s: the page does not say that an answer is enough", lang)
		}
	}
}

// A number that was taken out of the form again, as by a no, has a link that says so.
func TestPaperAfterANo(t *testing.T) {
	w := copier(t)
	w.post(paperPath, signedForm())
	for id, a := range w.applications {
		a.Contacts = a.Contacts[1:]
		w.applications[id] = a
	}
	if got := w.get(w.lastOn(channels.SMS).path()).Code; got != http.StatusGone {
		t.Errorf("got %d", got)
	}
}

// The SMS is read days later.
func TestPaperWaitsForTwoWeeks(t *testing.T) {
	w := copier(t)
	w.post(paperPath, signedForm())
	link := w.lastOn(channels.Email).path()
	w.now = w.now.Add(subscribers.PaperValidity - 1)
	if got := w.get(link).Code; got != http.StatusOK {
		t.Errorf("on the last day: got %d", got)
	}
	w.now = w.now.Add(1)
	if got := w.get(link).Code; got != http.StatusGone {
		t.Errorf("after it: got %d", got)
	}
}

// A landline is called without being asked; who wants paper gets nothing else.
func TestPaperAsksNobodyByTelephone(t *testing.T) {
	w := copier(t)
	form := signedForm()
	for _, field := range []string{"sms", "agree.sms", "email", "agree.email"} {
		form.Del(field)
	}
	for _, c := range []struct {
		change []string
		want   string
	}{
		{[]string{"voice", "081 12 34 56", "twice", "081/123456", "agree.voice", "1"}, "called on the landline"},
		{[]string{"name", "Jules Denis", "noway", "1"}, "bring them the messages on paper"},
	} {
		answer := w.post(paperPath, with(form, c.change...))
		if answer.Code != http.StatusSeeOther {
			t.Fatalf("%v: got %d:\n%s", c.change, answer.Code, answer.Body)
		}
		if body := w.get(answer.Header().Get("Location") + "&lang=en").Body.String(); !strings.Contains(body, c.want) {
			t.Errorf("%v: lacks %q", c.change, c.want)
		}
	}
	if len(w.sent) != 0 {
		t.Errorf("%d letters", len(w.sent))
	}
}

func TestPaperKeepsWhatWasTyped(t *testing.T) {
	w := copier(t)
	for name, c := range map[string]struct {
		change []string
		want   string
	}{
		"nobody":            {[]string{"name", ""}, "Write the first and last name"},
		"another street":    {[]string{"street", "Rue du Moulin"}, "not in the area"},
		"a landline by SMS": {[]string{"sms", "081 12 34 56"}, "not a mobile number"},
		"no tick":           {[]string{"agree.sms", ""}, "Tick the box below if it is ticked on the form"},
		"nothing":           {[]string{"sms", "", "agree.sms", "", "email", "", "agree.email", ""}, "or tick the last box"},
		"paper and SMS":     {[]string{"noway", "1"}, "There is a number or an address as well"},
		"landlines differ":  {[]string{"voice", "081 12 34 56", "twice", "081 12 34 57", "agree.voice", "1"}, "The two numbers are not the same"},
		"tomorrow":          {[]string{"signed", "2026-11-24"}, "today or before"},
		"long ago":          {[]string{"signed", "2025-11-24"}, "at most six months"},
		"no date":           {[]string{"signed", "soon"}, "today or before"},
		"no such text":      {[]string{"text", "7"}, "No form has this number"},
	} {
		answer := w.post(paperPath+"?lang=en", with(signedForm(), c.change...))
		body := answer.Body.String()
		if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(body, c.want) || !strings.Contains(body, `value="12"`) || !strings.Contains(body, `aria-invalid="true"`) && !strings.Contains(body, `id="reach-fault"`) {
			t.Errorf("%s: got %d, or lacks %q:\n%s", name, answer.Code, c.want, body)
		}
	}
	if len(w.sent) != 0 || len(w.applications) != 0 {
		t.Errorf("%d letters, %d applications", len(w.sent), len(w.applications))
	}
}

// What the ledger of members refuses is said in plain words, and what was typed stays.
func TestPaperRefused(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{subscribers.ErrCopiedBefore, `name="again"`},
		{subscribers.ErrMemberBefore, "is a member this way already"},
		{subscribers.ErrHasLeft, publicURL + "/join/tilleuls"},
		{subscribers.ErrTooMany, "Wait an hour"},
	} {
		w := copier(t)
		w.paperFails = c.err
		answer := w.post(paperPath+"?lang=en", signedForm())
		if body := answer.Body.String(); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(body, c.want) || !strings.Contains(body, "rosa@example.be") {
			t.Errorf("%v: got %d, or lacks %q", c.err, answer.Code, c.want)
		}
	}
}

// An SMS that cannot be handed over can be asked for again.
func TestPaperAsksAgain(t *testing.T) {
	w := copier(t)
	w.failing = channels.SMS
	next := w.post(paperPath, signedForm()).Header().Get("Location")
	if body := w.get(next + "&lang=en").Body.String(); !strings.Contains(body, "The SMS could not be sent") {
		t.Error("nothing is said of the SMS that did not go")
	}
	w.failing = ""
	if got := w.post(paperPath, signedForm()).Code; got != http.StatusUnprocessableEntity {
		t.Errorf("a second copy: got %d", got)
	}
	if got := w.post(paperPath, with(signedForm(), "again", "1")).Code; got != http.StatusSeeOther || w.lastOn(channels.SMS).to != "+32470998877" || len(w.applications) != 1 {
		t.Errorf("asked again: got %d, %d applications", got, len(w.applications))
	}
}

// Nothing is sent before the launch, not even the question (PLP.md, rule 3).
func TestPaperWaitsForTheLaunch(t *testing.T) {
	w := copier(t)
	w.partnerships[0].Stage = subscribers.StageCharter
	if body := w.get(paperPath + "?lang=en").Body.String(); strings.Contains(body, `name="sms"`) || !strings.Contains(body, "as soon as the partnership is launched") {
		t.Errorf("before the launch:\n%s", body)
	}
	if got := w.post(paperPath, signedForm()).Code; got != http.StatusConflict || len(w.sent) != 0 {
		t.Errorf("got %d, %d letters", got, len(w.sent))
	}
}

// The form to sign holds the sentences and their version, in its reader's language.
func TestFormToSign(t *testing.T) {
	w := newWorld(t)
	w.launch()
	body := w.get("/form/tilleuls?lang=de").Body.String()
	for _, want := range []string{"darf mir Nachrichten per SMS", "Text Nr. 1", "Datum und Unterschrift"} {
		if !strings.Contains(body, want) {
			t.Errorf("the form lacks %q", want)
		}
	}
}
