package web

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"relais/web/browsertest"
)

// Choosing a picture shows it at once beside what has been typed, and what has
// been typed stays; the preview that follows the keys does not send it again.
func TestPictureInChromium(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	server := httptest.NewServer(w.handler)
	defer shut(server)
	file := filepath.Join(t.TempDir(), "portrait.jpg")
	if err := os.WriteFile(file, testPicture(t, 1600, 1200), 0o600); err != nil {
		t.Fatal(err)
	}
	browsertest.Do(ctx, t, browsertest.Desk(),
		chromedp.Navigate(server.URL+"/messages/new?kind=info&zone=demo&lang=fr"),
		chromedp.SendKeys(chromedp.CSS(`[name="title.fr"]`), "Fenêtre"),
		chromedp.WaitVisible(chromedp.CSS(`#preview mark`)),
		chromedp.SetUploadFiles(chromedp.CSS(`#file`), []string{file}),
		chromedp.WaitVisible(chromedp.CSS(`#shown img`)),
		chromedp.WaitVisible(chromedp.CSS(`#override`)),
		chromedp.SendKeys(chromedp.CSS(`[name="body.fr"]`), "Fermez la porte."),
		chromedp.Poll[chromedp.Void](`document.querySelector("#preview .bubble").textContent.includes("Fermez la porte.")`),
	)
	if got := browsertest.Eval[string](ctx, t, `document.querySelector("[name=picture]").value.slice(0, 4) + document.querySelector("#file").files.length`); got != "/9j/0" {
		t.Errorf("the form keeps %q, want the picture and no file", got)
	}
	picture(ctx, t, "photo-desk")
	browsertest.Do(ctx, t, chromedp.Click(chromedp.CSS(`#nopicture`)), chromedp.Poll[chromedp.Void](`!document.querySelector("#shown img")`))
	if browsertest.Eval[bool](ctx, t, `!!document.querySelector("[name=picture]")`) {
		t.Error("the form still keeps the picture")
	}
	if strings.Contains(w.log.String(), "portrait") {
		t.Error("the log names the file")
	}
}
