package subscribers

import (
	"testing"

	"relais/broker"
	"relais/channels"
)

func TestWording(t *testing.T) {
	alert := channels.Content{
		Purpose: channels.ForMember, Kind: broker.Alert, MsgType: broker.TypeAlert, Partnership: "PLP Les Tilleuls",
		Title: "Cambriolage en cours", Body: "Un véhicule rôde rue des Tilleuls.", Code: "4821", Key: "a",
	}
	for name, tc := range map[string]struct {
		change func(c *channels.Content)
		like   bool
	}{
		"another code and key":     {func(c *channels.Content) { c.Code, c.Key = "1234", "b" }, true},
		"case, accents and signs":  {func(c *channels.Content) { c.Body = "UN VEHICULE RODE RUE DES TILLEULS!" }, true},
		"another text":             {func(c *channels.Content) { c.Body = "Un véhicule rôde rue des Érables." }, false},
		"its correction":           {func(c *channels.Content) { c.MsgType = broker.TypeUpdate }, false},
		"its withdrawal":           {func(c *channels.Content) { c.MsgType = broker.TypeCancel }, false},
		"the all-clear":            {func(c *channels.Content) { c.Kind = broker.Closing }, false},
		"the question about it":    {func(c *channels.Content) { c.Purpose = channels.Ask }, false},
		"another partnership":      {func(c *channels.Content) { c.Partnership = "PLP Les Érables" }, false},
		"a local note":             {func(c *channels.Content) { c.Note = "Fermez vos portes." }, false},
		"another decision":         {func(c *channels.Content) { c.Outcome = "Anne l'a refusé." }, false},
		"another item in a digest": {func(c *channels.Content) { c.Items = []channels.Item{{Title: "Fraude"}} }, false},
	} {
		other := alert
		tc.change(&other)
		if got := Wording(&other) == Wording(&alert); got != tc.like {
			t.Errorf("%s: like %t, want %t", name, got, tc.like)
		}
	}
	question := alert
	question.Purpose, question.Partnership, question.Outcome = channels.Ask, "PLP Les Érables", "Anne l'a refusé."
	other := alert
	other.Title = "Incendie"
	if Cause(&question) != Cause(&alert) || Cause(&other) == Cause(&alert) {
		t.Error("a message and the question about it have two causes, or two messages have one")
	}
	if AnswerWording("C'est noté.") != AnswerWording("c'est noté") || AnswerWording("C'est noté.") == AnswerWording("C'est refusé.") {
		t.Error("answers are told apart by signs, or not by words")
	}
}
