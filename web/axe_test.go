package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"relais/broker"
	"relais/web/browsertest"
)

// npmVariable names the folder into which `make check` has installed what
// channels/push/testdata/npm locks; axe-core is one of it.
const npmVariable = "RELAIS_TEST_NPM"

// gallery serves every page as it was answered once, each under its own number,
// so that a browser can look at the answer to a form as at any other page.
type gallery struct {
	pages []somePage
	*httptest.Server
}

func showEveryPage(t *testing.T, lang broker.Lang) *gallery {
	t.Helper()
	w := everyPageWorld(t)
	w.withBrowsers()
	w.enroll()
	s := &gallery{pages: everyPage(w)}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", w.handler)
	for i, page := range s.pages {
		answer := page.answer(w, lang)
		mux.HandleFunc("GET /"+strconv.Itoa(i), func(out http.ResponseWriter, _ *http.Request) {
			for _, name := range []string{"Content-Type", "Content-Security-Policy"} {
				out.Header().Set(name, answer.Header().Get(name))
			}
			_, _ = out.Write(answer.Body.Bytes())
		})
	}
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *gallery) url(i int) string { return s.URL + "/" + strconv.Itoa(i) }

// axe-core finds nothing wrong on any page, light and dark, at 320 pixels and on
// a screen of 1280 that is enlarged to 200 % (WCAG 2.2, 1.4.4 and 1.4.10), and
// no page has to be pushed to and fro. The languages take turns: what axe looks
// at does not depend on them.
func TestAxeFindsNothing(t *testing.T) {
	modules := os.Getenv(npmVariable)
	if modules == "" {
		t.Skipf("%s is not set: make check installs axe-core from npm and sets it", npmVariable)
	}
	axe, err := os.ReadFile(filepath.Join(modules, "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("read axe-core: %v; make check installs what channels/push/testdata/npm locks", err)
	}
	for i, view := range []struct {
		name, scheme string
		width        int64
		zoom         float64
	}{
		{"light, 320 pixels", "light", 320, 1},
		{"dark, 320 pixels", "dark", 320, 1},
		{"light, 200 %", "light", 640, 2},
		{"dark, 200 %", "dark", 640, 2},
	} {
		t.Run(view.name, func(t *testing.T) {
			ctx := browsertest.Start(t)
			s := showEveryPage(t, broker.Langs()[i])
			browsertest.Do(ctx, t, chromedp.EmulateViewport(view.width, 800, chromedp.EmulateScale(view.zoom)), inScheme(view.scheme))
			for n, page := range s.pages {
				browsertest.Do(ctx, t, chromedp.Navigate(s.url(n)))
				for _, violation := range examine(ctx, t, string(axe)) {
					t.Errorf("%s: %s", page.name, violation)
				}
				if got := browsertest.Eval[int64](ctx, t, `document.documentElement.scrollWidth`); got > view.width {
					t.Errorf("%s: %d pixels wide, want at most %d", page.name, got, view.width)
				}
			}
		})
	}
}

// inScheme shows pages light or dark.
func inScheme(scheme string) chromedp.Action[chromedp.Void] {
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, media)
		return err
	})
}

// examine returns what axe-core finds wrong: the rule, and where.
func examine(ctx context.Context, t *testing.T, axe string) []string {
	t.Helper()
	if strings.TrimSpace(axe) == "" {
		t.Fatal("axe-core is empty")
	}
	browsertest.Eval[bool](ctx, t, axe+";true")
	return browsertest.Eval[[]string](ctx, t, `axe.run(document, {resultTypes: ["violations"]}).then((found) =>
		found.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + v.help + ": " + n.target.join(" "))))`)
}
