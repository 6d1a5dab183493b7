package web

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"relais/broker"
	"relais/web/browsertest"
)

// withoutScript is how members on old devices, and careful ones, read.
func withoutScript(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return chromedp.Void{}, err
}

// A member on a telephone without script chooses their language and leaves,
// once in each language.
func TestAMemberLeavesInChromiumWithoutScript(t *testing.T) {
	ctx := browsertest.Start(t)
	browsertest.Do(ctx, t, browsertest.Phone(), withoutScript)
	for _, lang := range broker.Langs() {
		w := newWorld(t)
		server := httptest.NewServer(w.handler)
		browsertest.Do(ctx, t,
			chromedp.Navigate(server.URL+w.me()),
			chromedp.Click(chromedp.CSS(`input[value="`+string(lang)+`"]`)),
			browsertest.Follow(`form[action$="/language"] button`),
			chromedp.WaitVisible(chromedp.CSS(`html[lang="`+string(lang)+`"] h1`)),
			chromedp.WaitVisible(chromedp.CSS(`section.approved`)), // it was saved
			browsertest.Follow(`a[href*="all"]`),
			browsertest.Follow(`button.no`), // asked once more
			chromedp.WaitVisible(chromedp.CSS(`section.approved h1`)),
		)
		server.Close() // nothing is written any more
		if len(w.stopped) != 2 {
			t.Errorf("%s: left %q, want both", lang, w.stopped)
		}
	}
}
