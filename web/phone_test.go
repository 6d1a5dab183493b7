package web

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"relais/broker"
	"relais/subscribers"
	"relais/web/browsertest"
)

// shotsVariable names a folder for pictures of the pages, for whoever wants to
// look at them.
const shotsVariable = "RELAIS_TEST_SHOTS"

// No page is wider than a telephone: nobody has to push it to and fro to read.
// What is to be tapped is at least 44 pixels high, or part of a sentence (WCAG
// 2.2, 2.5.5).
func TestPagesFitAPhone(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	w.withBrowsers()
	server := httptest.NewServer(w.handler)
	defer shut(server)
	for name, path := range map[string]string{
		"desk":     "/?zone=demo",
		"owed":     "/cases?zone=demo",
		"case":     "/cases/" + caseID.String(),
		"compose":  "/messages/new?kind=feedback&zone=demo&ref=" + alertID.String(),
		"message":  "/messages/" + alertID.String(),
		"decision": "/approvals/" + w.approvalID().String(),
		"question": w.link(subscribers.CanDecide, askID),
		"open":     w.link(subscribers.CanOpen, letterID),
		"flash":    w.link(subscribers.CanPreview, previewID),
		"leave":    w.link(subscribers.CanLeave, letterID),
		"rest":     w.link(subscribers.CanLeave, letterID) + "/rest",
		"call":     "/call",
		"dead":     "/dead?reason=expires&ask=1",
		"form":     "/form/tilleuls",
	} {
		for _, lang := range broker.Langs() {
			browsertest.Do(ctx, t, browsertest.Phone(), chromedp.Navigate(server.URL+path+mark(path)+"lang="+string(lang)))
			if got := browsertest.Eval[int](ctx, t, `document.documentElement.scrollWidth`); got > 390 {
				t.Errorf("%s in %s: %d pixels wide, want at most 390", name, lang, got)
			}
			if small := browsertest.Eval[[]string](ctx, t, smallTargets); len(small) > 0 {
				t.Errorf("%s in %s: too small to tap: %q", name, lang, small)
			}
			picture(ctx, t, name+"-"+string(lang))
		}
	}
}

// Every page that there is does, in the language with the longest words; the
// others take turns with axe (TestAxeFindsNothing).
func TestEveryPageFitsAPhone(t *testing.T) {
	ctx := browsertest.Start(t)
	s := showEveryPage(t, broker.German)
	for n, page := range s.pages {
		browsertest.Do(ctx, t, browsertest.Phone(), chromedp.Navigate(s.url(n)))
		if got := browsertest.Eval[int](ctx, t, `document.documentElement.scrollWidth`); got > 390 {
			t.Errorf("%s: %d pixels wide, want at most 390", page.name, got)
		}
		if small := browsertest.Eval[[]string](ctx, t, smallTargets); len(small) > 0 {
			t.Errorf("%s: too small to tap: %q", page.name, small)
		}
	}
}

// smallTargets lists what stands alone and is less than 44 pixels high.
const smallTargets = `[...document.querySelectorAll("main button, main a.button, main .actions a, main summary, main input:not([type=hidden], [type=radio], [type=checkbox]), main textarea")]
	.filter((e) => e.getClientRects().length > 0 && e.getBoundingClientRect().height < 44).map((e) => e.textContent || e.name)`

func picture(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	folder := os.Getenv(shotsVariable)
	if folder == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}
