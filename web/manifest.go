package web

import (
	"encoding/json"
	"net/http"
)

// manifest describes the inbox as something that a telephone installs
// (W3C, Web Application Manifest).
type manifest struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	ShortName  string         `json:"short_name"`
	Text       string         `json:"description"`
	Lang       string         `json:"lang"`
	Dir        string         `json:"dir"`
	Start      string         `json:"start_url"`
	Scope      string         `json:"scope"`
	Display    string         `json:"display"`
	Theme      string         `json:"theme_color"`
	Background string         `json:"background_color"`
	Icons      []manifestIcon `json:"icons"`
}

type manifestIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

// icon is a picture of static/relais.svg for telephones, as `make icons` draws it.
type icon struct {
	file, sizes string
	side        int    // in pixels
	purpose     string // empty: not for the manifest
}

// icons lists them. A maskable one is cut to the shape that a telephone likes, so
// it has no corners of its own.
func icons() []icon {
	return []icon{
		{"icon-192.png", "192x192", 192, "any"},
		{"icon-512.png", "512x512", 512, "any"},
		{"icon-maskable-512.png", "512x512", 512, "maskable"},
		{"icon-180.png", "180x180", 180, ""}, // apple-touch-icon
	}
}

// getManifest answers in the language of the page that links to it. The whole
// site is its scope, for the links that coordinators are sent open in it too.
func (s *server) getManifest(w http.ResponseWriter, r *http.Request) {
	v := s.viewFor(r, "")
	m := manifest{
		ID: "/inbox", Name: v.T("app.name"), ShortName: "Relais", Text: v.T("app.text"), Lang: string(v.Lang), Dir: "ltr",
		Start: "/inbox", Scope: "/", Display: "standalone", Theme: "#17406d", Background: "#f4f5f1",
	}
	for _, i := range icons() {
		src, err := staticURL(i.file)
		if err != nil {
			s.failJSON(w, r, "read an icon", err)
			return
		}
		if i.purpose != "" {
			m.Icons = append(m.Icons, manifestIcon{src, i.sizes, "image/png", i.purpose})
		}
	}
	w.Header().Set("Content-Type", "application/manifest+json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(m) // the reader is gone: nothing to do
}

// offlinePage is what the inbox shows without a network.
type offlinePage struct{ view }

func (s *server) getOffline(w http.ResponseWriter, r *http.Request) {
	p := offlinePage{s.viewFor(r, "")}
	p.Title, p.Home = p.T("offline.title"), p.URL("/inbox")
	s.show(w, r, http.StatusOK, "offline", p)
}
