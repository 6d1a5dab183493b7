package subscribers

import "testing"

func TestInStreet(t *testing.T) {
	all := []Partnership{
		{ID: "a", Streets: []Street{{Name: "Rue des Tilleuls", To: 40}, {Name: "Rue de l’Église"}}},
		{ID: "b", Streets: []Street{{Name: "Kerkstraat", Also: []string{"Rue de l’Église"}}, {Name: "Rue des Tilleuls", From: 41}}},
		{ID: "c"},
	}
	for typed, want := range map[string]string{
		"rue des tilleuls": "ab", "R. DES TILLEULS 12": "a", "rue des Tilleuls, 55b": "b", " KERKSTRAAT  3b": "b", "rue de l’eglise": "ab",
		"Kerk": "", "": "", "Kerkstraatje": "",
	} {
		got := ""
		for _, p := range InStreet(typed, all) {
			got += string(p.ID)
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}

func TestOutlineFaults(t *testing.T) {
	ring := func(at ...[]float64) [][][]float64 { return [][][]float64{at} }
	a, b, c := []float64{6.02, 50.62}, []float64{6.03, 50.62}, []float64{6.03, 50.63}
	for name, test := range map[string]struct {
		outline Outline
		bad     bool
	}{
		"good":        {Outline{"Polygon", ring(a, b, c, a)}, false},
		"another":     {Outline{"MultiPolygon", ring(a, b, c, a)}, true},
		"open":        {Outline{"Polygon", ring(a, b, c)}, true},
		"not closed":  {Outline{"Polygon", ring(a, b, c, b)}, true},
		"hole":        {Outline{"Polygon", [][][]float64{{a, b, c, a}, {a, b, c, a}}}, true},
		"off earth":   {Outline{"Polygon", ring(a, []float64{50.6, 506}, c, a)}, true},
		"no latitude": {Outline{"Polygon", ring(a, []float64{6}, c, a)}, true},
	} {
		if problem, _ := test.outline.Fault(); (problem != "") != test.bad {
			t.Errorf("%s: got %q", name, problem)
		}
	}
}
