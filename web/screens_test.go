package web

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"relais/broker"
	"relais/web/browsertest"
)

// screensVariable names the folder for the pictures of the documentation;
// `make screens` sets it.
const screensVariable = "RELAIS_TEST_SCREENS"

// TestScreens writes a picture of each page, as on a telephone and on a desk's
// screen. It finds nothing wrong with any: a person looks at them.
func TestScreens(t *testing.T) {
	folder := os.Getenv(screensVariable)
	if folder == "" {
		t.Skipf("%s is not set: make screens writes docs/screens", screensVariable)
	}
	ctx := browsertest.Start(t)
	s := showEveryPage(t, broker.French)
	for kind, size := range map[string]chromedp.Action[chromedp.Void]{"phone": browsertest.Phone(), "desk": browsertest.Desk()} {
		done := make(map[string]bool)
		for n := range s.pages {
			browsertest.Do(ctx, t, size, chromedp.Navigate(s.url(n)))
			name := browsertest.Eval[string](ctx, t, `document.body.dataset.page`)
			if done[name] {
				continue // the first of each looks as it usually does
			}
			done[name] = true
			shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			if err != nil {
				t.Fatal(err)
			}
			browsertest.Save(t, filepath.Join(folder, name+"-"+kind+".png"), shot)
		}
	}
}
