package web

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

// jitter is how many random bytes an answer is made longer by, at most. Its
// length would tell somebody who listens, and who can make a reader's browser ask
// for pages with words of their choosing, what else stands on the page (BREACH,
// CVE-2013-3587).
const jitter = 32

// compressed sends words in fewer bytes to browsers that take gzip (RFC 9110,
// 12.5.3): a zone with a thousand partnerships has them all on the form for a
// message. Pictures are compressed already. Streams go past it, for it keeps
// back what is short.
func compressed(next http.Handler) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.ContentTypes([]string{
			"text/html", "text/css", "text/javascript", "text/plain", "text/csv",
			"application/json", "application/manifest+json", "image/svg+xml",
		}),
		gzhttp.CompressionLevel(gzip.BestSpeed),
		gzhttp.EnableZstd(false), // its window takes megabytes for each reader
		gzhttp.RandomJitter(jitter, 0, false),
	)
	if err != nil {
		return nil, fmt.Errorf("compress pages: %w", err)
	}
	pack := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/live") {
			next.ServeHTTP(w, r)
			return
		}
		pack(w, r)
	}), nil
}
