package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"relais/broker"
	"relais/channels"
	"relais/web/browsertest"
)

// Somebody without script joins on a telephone, types the code of the SMS,
// changes their language and leaves, once in each language.
func TestJoinChangeAndLeaveInChromiumWithoutScript(t *testing.T) {
	ctx := browsertest.Start(t)
	browsertest.Do(ctx, t, browsertest.Phone(), withoutScript)
	langs := broker.Langs()
	for i, lang := range langs {
		w := newWorld(t)
		w.launch()
		server := httptest.NewServer(w.handler)
		browsertest.Do(ctx, t,
			chromedp.Navigate(server.URL+"/join/tilleuls?lang="+string(lang)),
			chromedp.SendKeys(chromedp.CSS(`#name`), "Jeanne Lambert"),
			browsertest.Follow(`button.big`), // too early: nothing is lost
			chromedp.WaitVisible(chromedp.CSS(`#name[value="Jeanne Lambert"]`)),
			chromedp.WaitVisible(chromedp.CSS(`html[lang="`+string(lang)+`"] #home-fault`)),
			chromedp.SendKeys(chromedp.CSS(`#street`), "rue des Tilleuls"),
			chromedp.SendKeys(chromedp.CSS(`#number`), "12"),
			chromedp.SendKeys(chromedp.CSS(`#sms`), "0470 12 34 56"),
			chromedp.Click(chromedp.CSS(`#agree-sms`)),
			browsertest.Follow(`button.big`),
			chromedp.WaitVisible(chromedp.CSS(`#sms-code`)),
		)
		other := langs[(i+1)%len(langs)]
		browsertest.Do(ctx, t,
			chromedp.SendKeys(chromedp.CSS(`#sms-code`), w.lastOn(channels.SMS).code()),
			browsertest.Follow(`button.yes`),
			chromedp.WaitVisible(chromedp.CSS(`section.approved`)), // welcome
			chromedp.Click(chromedp.CSS(`input[value="`+string(other)+`"]`)),
			browsertest.Follow(`form[action$="/language"] button`),
			chromedp.WaitVisible(chromedp.CSS(`html[lang="`+string(other)+`"] section.approved`)),
			browsertest.Follow(`a[href*="partnership=tilleuls"]`),
			browsertest.Follow(`button.no`), // asked once more
			chromedp.WaitVisible(chromedp.CSS(`section.approved h1`)),
		)
		server.Close() // nothing is written any more
		if who := w.lastMember(); who.Lang != other || len(w.stopped) != 1 || w.stopped[0] != who.ID.String()+" tilleuls" {
			t.Errorf("%s: reads %s, left %q", lang, who.Lang, w.stopped)
		}
	}
}

// Somebody who uses no mouse joins and comes to their page.
func TestJoinInChromiumByKeyboard(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	w.launch()
	server := httptest.NewServer(w.handler)
	defer shut(server)
	browsertest.Do(ctx, t, browsertest.Desk(), chromedp.Navigate(server.URL+"/join/tilleuls?lang=nl"))
	for _, step := range []struct{ to, keys string }{
		{"#name", "Jeanne Lambert"}, {"#street", "rue des Tilleuls"}, {"#number", "12"}, {"#sms", "0470 12 34 56"}, {"#agree-sms", " "}, {"button.big", kb.Enter},
	} {
		tabTo(ctx, t, step.to)
		browsertest.Do(ctx, t, chromedp.KeyEvent(step.keys))
	}
	browsertest.Do(ctx, t, chromedp.WaitVisible(chromedp.CSS(`#sms-code`)))
	tabTo(ctx, t, "#sms-code")
	browsertest.Do(ctx, t, chromedp.KeyEvent(w.lastOn(channels.SMS).code()+kb.Enter), chromedp.WaitVisible(chromedp.CSS(`form[action$="/language"]`)))
	if got := browsertest.Eval[string](ctx, t, `document.querySelector("section.approved h2").textContent`); got != "Welkom: u bent lid van PLP Les Tilleuls" {
		t.Errorf("the page says %q", got)
	}
}

// tabTo presses the tabulator until something has the focus.
func tabTo(ctx context.Context, t *testing.T, selector string) {
	t.Helper()
	for range 60 {
		if browsertest.Eval[bool](ctx, t, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			return
		}
		browsertest.Do(ctx, t, chromedp.KeyEvent(kb.Tab))
	}
	t.Fatalf("the tabulator does not lead to %s", selector)
}
