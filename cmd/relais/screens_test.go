package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"relais/web/browsertest"
)

// TestScreens writes a picture of the outbox, as the demonstration fills it.
func TestScreens(t *testing.T) {
	folder := os.Getenv("RELAIS_TEST_SCREENS")
	if folder == "" {
		t.Skip("RELAIS_TEST_SCREENS is not set: make screens writes docs/screens")
	}
	ctx := browsertest.Start(t)
	d := runVillage(t)
	signIn(ctx, t, d, approversOf(t, d)[0].ID)
	alert := demoAlert().Texts["fr"]
	publishTo(t, d, alert.Title, alert.Body)
	browsertest.Do(ctx, t, browsertest.Desk(), browsertest.WithoutServiceWorker(), chromedp.Navigate(d.node.url+"/inbox?lang=fr"),
		browsertest.Shown(`button.yes`), browsertest.Follow(`button.yes`), browsertest.Shown(`.outcome.approved`))
	arrives(t, d, alert.Title)
	browsertest.Do(ctx, t, chromedp.Navigate(d.sandbox.URL()+"/outbox?lang=fr"))
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	browsertest.Save(t, filepath.Join(folder, "outbox.png"), shot)
}
