package subscribers_test

import (
	"testing"

	"relais/subscribers"
)

func TestCovers(t *testing.T) {
	p := subscribers.Partnership{Streets: []subscribers.Street{
		{Name: "Rue des Tilleuls", Also: []string{"Lindenstraat"}},
		{Name: "Chaussée de Namur", Postcode: "5590", From: 1, To: 57, Side: subscribers.Odd},
		{Name: "Hauptstraße", From: 10},
		{Name: "Avenue Saint-Éloi"},
	}}
	for _, c := range []struct {
		home subscribers.Home
		want bool
	}{
		{subscribers.Home{Street: "rue des tilleuls", Number: "12"}, true},
		{subscribers.Home{Street: " R. des  TILLEULS ", Number: "x"}, true},
		{subscribers.Home{Street: "Lindenstraat", Number: "3A"}, true},
		{subscribers.Home{Street: "Chée de Namur", Number: "57 bte 3", Postcode: "5590"}, true},
		{subscribers.Home{Street: "Chaussee de Namur", Number: "59", Postcode: "5590"}, false},
		{subscribers.Home{Street: "Chaussée de Namur", Number: "12", Postcode: "5590"}, false},
		{subscribers.Home{Street: "Chaussée de Namur", Number: "11", Postcode: "5000"}, false},
		{subscribers.Home{Street: "Chaussée de Namur", Number: "à côté", Postcode: "5590"}, false},
		{subscribers.Home{Street: "Hauptstr.", Number: "10"}, true},
		{subscribers.Home{Street: "Hauptstrasse", Number: "9"}, false},
		{subscribers.Home{Street: "av. st-eloi", Number: "1"}, true},
		{subscribers.Home{Street: "Rue du Moulin", Number: "1"}, false},
		{subscribers.Home{}, false},
	} {
		if got := p.Covers(c.home); got != c.want {
			t.Errorf("%+v: got %v", c.home, got)
		}
	}
	if !(subscribers.Partnership{}).Covers(subscribers.Home{Street: "anywhere"}) {
		t.Error("a partnership without streets refuses somebody")
	}
}
