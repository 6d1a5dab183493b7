package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed templates/*.html static/*
var files embed.FS

// pages are the templates by name, each with the layout around it. One is parsed
// when it is first shown: all of them take 8 MB, and a node that only sends needs none.
type pages map[string]func() (*template.Template, error)

func listPages() (pages, error) {
	all := make(pages)
	names, err := fs.Glob(files, "templates/page_*.html")
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	for _, file := range names {
		name := strings.TrimSuffix(strings.TrimPrefix(path.Base(file), "page_"), ".html")
		all[name] = sync.OnceValues(func() (*template.Template, error) { return parsePage(name, file) })
	}
	return all, nil
}

func parsePage(name, file string) (*template.Template, error) {
	funcs := template.FuncMap{"static": staticURL, "page": func() string { return name }}
	return template.New("layout.html").Funcs(funcs).
		ParseFS(files, "templates/layout.html", "templates/parts.html", file)
}

// execute writes one template of a page. A page that does not exist is an error.
func (p pages) execute(w io.Writer, page, part string, data any) error {
	parsed, known := p[page]
	if !known {
		return fmt.Errorf("there is no page %q", page)
	}
	t, err := parsed()
	if err != nil {
		return fmt.Errorf("parse page: %w", err)
	}
	return t.ExecuteTemplate(w, part, data)
}

// staticURL is a file's address, with its own hash, so that it can be kept
// for good and a new version is fetched at once.
func staticURL(name string) (string, error) {
	data, err := files.ReadFile("static/" + name)
	if err != nil {
		return "", fmt.Errorf("read static file: %w", err)
	}
	sum := sha256.Sum256(data)
	return "/static/" + name + "?v=" + hex.EncodeToString(sum[:4]), nil
}

func (pages) static() http.Handler {
	serve := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		if path.Base(r.URL.Path) == "offline.js" {
			w.Header().Set("Service-Worker-Allowed", "/inbox") // else it would answer for /static/ alone
		}
		serve.ServeHTTP(w, r)
	})
}

// show writes a page, whole or not at all.
func (s *server) show(w http.ResponseWriter, r *http.Request, status int, page string, data any) {
	s.showPart(w, r, status, page, "layout.html", data)
}

// showPart writes one template of a page alone, for a script that asked for it.
func (s *server) showPart(w http.ResponseWriter, r *http.Request, status int, page, part string, data any) {
	var out bytes.Buffer
	if err := s.pages.execute(&out, page, part, data); err != nil {
		s.Log.ErrorContext(r.Context(), "page not rendered", "page", page, "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	if status == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
		retryIn(w, slowDown)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // the reader is gone: nothing to do
}
