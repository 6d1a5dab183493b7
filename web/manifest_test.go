package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"relais/broker"
	"relais/web/browsertest"
)

// iconsVariable names the folder for the icons; `make icons` sets it.
const iconsVariable = "RELAIS_TEST_ICONS"

// TestIcons draws the icons from relais.svg where it is asked to; else it sees to
// it that those which are there have the sizes that they claim.
func TestIcons(t *testing.T) {
	if folder := os.Getenv(iconsVariable); folder != "" {
		drawIcons(t, folder)
		return
	}
	w := newWorld(t)
	for _, i := range icons() {
		address, err := staticURL(i.file)
		if err != nil {
			t.Fatal(err)
		}
		answer := w.get(address)
		if got := answer.Header().Get("Content-Type"); answer.Code != http.StatusOK || got != "image/png" {
			t.Errorf("%s: got %d, %s", i.file, answer.Code, got)
		}
		drawn, err := png.DecodeConfig(answer.Body)
		if err != nil || drawn.Width != i.side || drawn.Height != i.side {
			t.Errorf("%s: %d×%d (%v), want %d×%[5]d", i.file, drawn.Width, drawn.Height, err, i.side)
		}
	}
}

func drawIcons(t *testing.T, folder string) {
	ctx := browsertest.Start(t)
	mark, err := files.ReadFile("static/relais.svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range icons() {
		own := mark
		if i.purpose != "any" { // cut to shape by the telephone
			own = bytes.Replace(mark, []byte(`rx="8"`), nil, 1)
		}
		body := `<!doctype html><title>icon</title><img style="position:fixed;inset:0;width:100%;height:100%" src="data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString(own) + `">`
		browsertest.Do(ctx, t, chromedp.EmulateViewport(int64(i.side), int64(i.side)), transparent,
			chromedp.Navigate("data:text/html;base64,"+base64.StdEncoding.EncodeToString([]byte(body))))
		drawn, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, i.file), drawn, 0o644) //nolint:gosec // everybody may see it
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The manifest says in the reader's language what is installed, and its icons are there.
func TestManifest(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	for _, lang := range broker.Langs() {
		address := "/inbox.webmanifest?lang=" + string(lang)
		if !strings.Contains(w.get("/inbox?lang="+string(lang)).Body.String(), `<link rel="manifest" href="`+address+`" />`) {
			t.Errorf("%s: the inbox does not link its manifest", lang)
		}
		answer := w.get(address)
		var got manifest
		if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || !strings.HasPrefix(answer.Header().Get("Content-Type"), "application/manifest+json") {
			t.Fatalf("%s: %v, %s", lang, err, answer.Header().Get("Content-Type"))
		}
		if got.Lang != string(lang) || got.Start != "/inbox" || got.Display != "standalone" || got.Name == "" || len(got.Icons) != 3 {
			t.Errorf("%s: got %+v", lang, got)
		}
		for _, i := range got.Icons {
			if answer := w.get(i.Src); answer.Code != http.StatusOK {
				t.Errorf("%s: got %d", i.Src, answer.Code)
			}
		}
	}
}

// Chromium finds nothing that keeps the inbox from being installed, and without a
// network shows whom to call.
func TestInboxIsInstallable(t *testing.T) {
	ctx := browsertest.Start(t)
	w := newWorld(t)
	w.withElsewhere()
	w.withCoordinator()
	server := httptest.NewServer(w.asSignedIn())
	defer shut(server)
	browsertest.Do(ctx, t, browsertest.Phone(), chromedp.Navigate(server.URL+"/inbox?lang=de"))
	read, err := chromedp.Call(ctx, page.GetAppManifest, page.GetAppManifestParams{})
	if err != nil || len(read.Errors) > 0 || !strings.Contains(read.URL, "/inbox.webmanifest?lang=de") {
		t.Fatalf("the manifest: %v, %+v", err, read)
	}
	found, err := chromedp.Call(ctx, page.GetInstallabilityErrors, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found.InstallabilityErrors {
		t.Errorf("not installable: %s %+v", e.ErrorID, e.ErrorArguments)
	}
	if state := browsertest.Eval[string](ctx, t, `navigator.serviceWorker.ready.then((r) => new Promise((active) => {
		const look = () => (r.active.state === "activated" ? active(r.active.state) : setTimeout(look, 20));
		look();
	}))`); state != "activated" {
		t.Fatalf("the worker is %s", state)
	}
	server.Close()
	browsertest.Do(ctx, t, chromedp.Navigate(server.URL+"/inbox"))
	if got := browsertest.Eval[string](ctx, t, `document.body.innerText`); !strings.Contains(got, "Sie sind offline") || !strings.Contains(got, "101") || !strings.Contains(got, "112") {
		t.Errorf("without a network it says:\n%s", got)
	}
	if bare := browsertest.Eval[bool](ctx, t, `getComputedStyle(document.querySelector("a.number")).backgroundColor === "rgba(0, 0, 0, 0)"`); bare {
		t.Error("the page without a network has lost its style")
	}
	picture(ctx, t, "offline-phone")
}

// Who has signed in switches notifications on for themselves.
func TestInboxSubscribesTheSignedIn(t *testing.T) {
	w := newWorld(t)
	w.withElsewhere()
	b := w.withBrowsers()
	w.withCoordinator()
	if !strings.Contains(w.get("/inbox").Body.String(), `data-post="/inbox/push"`) {
		t.Error("not offered")
	}
	if got := w.do(subscribe("/inbox", goodPush)).Code; got != http.StatusNoContent || len(b.kept) != 1 {
		t.Errorf("got %d, kept %v", got, b.kept)
	}
	for address := range b.kept {
		if !strings.HasPrefix(address, coordinatorID.String()) {
			t.Errorf("kept for %s", address)
		}
	}
	w.cookie = nil
	if got := w.do(subscribe("/inbox", goodPush)).Code; got != http.StatusUnauthorized {
		t.Errorf("nobody: got %d", got)
	}
}

// transparent lets what has no colour stay so. No alpha at all would not be sent, and mean 1.
func transparent(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
	_, err := cdp.Call(ctx, tab, emulation.SetDefaultBackgroundColorOverride, emulation.SetDefaultBackgroundColorOverrideParams{Color: &cdp.RGBA{A: 0.001}})
	return chromedp.Void{}, err
}
