package dispatch_test

import (
	"errors"
	"strings"
	"testing"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// signed copies a form of somebody with the mobile of person n.
func (b *inbox) signed(n int, name string, lang broker.Lang, p broker.PartnershipID) subscribers.Application {
	b.t.Helper()
	paper := subscribers.Paper{Signed: subscribers.DateOf(b.now), Text: 1, By: "Person 0", Entered: b.now}
	a := subscribers.Application{
		ID: subscribers.NewApplicationID(), Partnership: p, Name: name, Lang: lang, Made: b.now, Expires: b.now.Add(subscribers.PaperValidity), Signed: paper.Signed,
		Contacts: []subscribers.Applied{{Channel: channels.SMS, Address: mobileOf(n), Consent: paper.Consent()}},
	}
	if _, err := b.store.EnterPaper(b.t.Context(), a, false, 100); err != nil {
		b.t.Fatal(err)
	}
	return a
}

// in lists whom the mobile of person n is on file for, with the partnerships.
func (b *inbox) in(n int) string {
	b.t.Helper()
	people, err := b.store.Senders(b.t.Context(), channels.SMS, mobileOf(n))
	if err != nil {
		b.t.Fatal(err)
	}
	var found []string
	for _, p := range people {
		for _, id := range p.In {
			found = append(found, p.Name+" in "+string(id))
		}
	}
	return strings.Join(found, ", ")
}

// Whoever has a telephone that knows nothing but texts answers the question in
// their own language, in one word.
func TestWhoSignedOnPaperConfirmsByText(t *testing.T) {
	for lang, c := range map[broker.Lang]struct{ text, yes, unsure string }{
		broker.French:  {"Oui, merci !", "C'est confirmé", "répondez seulement OUI"},
		broker.Dutch:   {"ja", "Bevestigd", "Antwoord dan alleen JA"},
		broker.German:  {"JA ich bestätige", "Bestätigt", "Antworten Sie nur JA"},
		broker.English: {"Yes.", "Confirmed", "answer YES and nothing else"},
	} {
		b := town(t, 1).inbox()
		b.signed(900, "Rosa Claes", lang, "home")
		b.wants(900, "Hello?", c.unsure)
		b.wants(900, "OK mais pas la nuit", c.unsure)
		if got := b.in(900); got != "" {
			t.Fatalf("%s: %s before the yes", lang, got)
		}
		b.wants(900, c.text, c.yes)
		b.wants(900, c.text, c.yes) // the same again
		if got := b.in(900); got != "Rosa Claes in home" {
			t.Errorf("%s: got %q", lang, got)
		}
	}
}

func TestANoTakesTheNumberOutOfTheForm(t *testing.T) {
	for text, answer := range map[string]string{"NON, je n'ai rien signé": "ne recevra rien", "STOP": "ne recevra rien"} {
		b := town(t, 1).inbox()
		a := b.signed(900, "Rosa Claes", broker.French, "home")
		b.wants(900, text, answer)
		_, err := b.store.Confirm(t.Context(), a.ID, channels.SMS, mobileOf(900).Hash(channels.SMS), b.now)
		if !errors.Is(err, subscribers.ErrNotFound) {
			t.Errorf("after %q the link still confirms: %v", text, err)
		}
		b.wants(900, "OUI", "Rien n'attend votre réponse")
	}
}

func TestAYesThatComesTooLate(t *testing.T) {
	b := town(t, 1).inbox()
	b.signed(900, "Rosa Claes", broker.French, "home")
	b.now = b.now.Add(subscribers.PaperValidity)
	b.wants(900, "OUI", "il est trop tard")
	b.wants(900, "OUI", "") // nor does a machine get a second answer
	b.wants(901, "OUI", "il est trop tard")
	if got := b.in(900); got != "" {
		t.Errorf("got %q", got)
	}
}

// A couple shares a telephone: each signed a form.
func TestOneYesForTheHouse(t *testing.T) {
	b := town(t, 1).inbox()
	b.signed(900, "Rosa Claes", broker.French, "home")
	b.signed(900, "Jules Denis", broker.French, "home")
	b.wants(900, "oui", "C'est confirmé")
	if got := b.in(900); !strings.Contains(got, "Rosa Claes in home") || !strings.Contains(got, "Jules Denis in home") {
		t.Errorf("got %q", got)
	}
}

// What a yes is about is never guessed: two partnerships ask, or a message waits as well.
func TestAYesThatCouldMeanTwoThings(t *testing.T) {
	b := town(t, 1).inbox()
	home, shop := b.signed(900, "Rosa Claes", broker.French, "home"), b.signed(900, "Rosa Claes", broker.French, "shop")
	b.wants(900, "OUI", home.ID.Code()+" ")
	b.wants(900, "OUI", shop.ID.Code()+" ")
	b.wants(900, "OUI "+shop.ID.Code(), "C'est confirmé")
	if got := b.in(900); got != "Rosa Claes in shop" {
		t.Errorf("got %q", got)
	}
	b.wants(900, "OUI", "C'est confirmé") // one is left

	m, code := b.alert("Vol")
	form := b.signed(0, "Anna Claes", broker.French, "shop") // the coordinator's telephone
	b.wants(0, "OUI", code+" Vol")
	b.wants(0, "OUI", form.ID.Code()+" ")
	if got := b.approvalOf(m).State; got != subscribers.ApprovalPending {
		t.Fatalf("got %s, want it to wait", got)
	}
	b.wants(0, "OUI "+form.ID.Code(), "C'est confirmé")
	b.wants(0, "OUI "+code, "part aux membres")
	if got := b.in(0); !strings.Contains(got, "Anna Claes in shop") {
		t.Errorf("got %q", got)
	}
}
