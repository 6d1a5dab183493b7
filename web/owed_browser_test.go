package web

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"relais/web/browsertest"
)

// An officer on a telephone goes from the desk to what is overdue, and says that
// the inquiry does not allow it, with the headers that a real browser sends.
func TestAnOfficerClosesACaseInChromium(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	server := httptest.NewServer(w.handler)
	defer shut(server)
	browsertest.Do(ctx, t, browsertest.Phone(),
		chromedp.Navigate(server.URL+"/?lang=fr"),
		chromedp.Click(chromedp.CSS(`a[href^="/cases?"]`)),
		chromedp.WaitVisible(chromedp.CSS(`h1 .count`)),
		chromedp.Click(chromedp.CSS(`a[href^="/cases/`+caseID.String()+`"]`)),
		chromedp.SendKeys(chromedp.CSS(`#words`), "Le magistrat ne le permet pas."),
		chromedp.SendKeys(chromedp.CSS(`#by`), "CP Maes"),
		chromedp.Click(chromedp.CSS(`form button[type=submit]`)),
		chromedp.WaitVisible(chromedp.CSS(`section.outcome.approved`)),
	)
	said := browsertest.Eval[string](ctx, t, `document.querySelector("section.outcome").innerText`)
	for _, want := range []string{"Plus rien n’est dû", "CP Maes", "Le magistrat ne le permet pas."} {
		if !strings.Contains(said, want) {
			t.Errorf("the page lacks %q:\n%s", want, said)
		}
	}
	server.Close() // nothing is written any more
	if w.caseEnd.By != "CP Maes" {
		t.Errorf("closed by %q", w.caseEnd.By)
	}
}
