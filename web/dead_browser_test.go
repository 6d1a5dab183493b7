package web

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"relais/web/browsertest"
)

// Who looks after Relais replays one from the desk, and then those that a
// filter chooses, after being told how many.
func TestDeadLettersAreReplayedAtTheDeskInChromium(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	sms := w.withMoreDead()
	server := httptest.NewServer(w.handler)
	defer shut(server)
	browsertest.Do(ctx, t, browsertest.Desk(), chromedp.Navigate(server.URL+"/?zone=demo&lang=nl"), chromedp.WaitVisible(chromedp.CSS(`#dead`)))
	picture(ctx, t, "dead-desk")
	browsertest.Do(ctx, t,
		chromedp.Click(chromedp.CSS(`form[action^="/dead/`+deadID.String()+`/replay"] button`)),
		chromedp.WaitNotPresent(chromedp.CSS(`form[action^="/dead/`+deadID.String()+`/replay"]`)),
		chromedp.Click(chromedp.CSS(`a[href^="/dead"]`)),
		chromedp.WaitVisible(chromedp.CSS(`#channel`)),
		chromedp.SetValue(chromedp.CSS(`#channel`), "sms"),
		chromedp.Click(chromedp.CSS(`form[role=search] button[type=submit]`)),
		chromedp.WaitVisible(chromedp.CSS(`a[href*="ask=1"][href*="channel=sms"]`)),
	)
	picture(ctx, t, "dead-filtered")
	browsertest.Do(ctx, t, chromedp.Click(chromedp.CSS(`a[href*="ask=1"]`)), chromedp.WaitVisible(chromedp.CSS(`#ask`)))
	if got, want := browsertest.Eval[string](ctx, t, `document.querySelector("#ask").textContent`), "2 opnieuw proberen?"; got != want {
		t.Errorf("it asks %q, want %q", got, want)
	}
	picture(ctx, t, "dead-asked")
	browsertest.Do(ctx, t,
		chromedp.Click(chromedp.CSS(`form[action^="/dead/replay"] button`)),
		chromedp.WaitVisible(chromedp.CSS(`section[role=status]`)),
	)
	server.Close() // nothing is written any more
	if len(w.replayed) != 3 || w.replayed[0] != deadID || w.replayed[1] != sms[0] || w.replayed[2] != sms[1] {
		t.Errorf("replayed %v", w.replayed)
	}
}
