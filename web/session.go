package web

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"
)

// How long somebody stays signed in: on a device that others use as well, and on
// their own.
const (
	sessionLasts     = 12 * time.Hour
	longSessionLasts = 30 * 24 * time.Hour
)

// newSessions keeps who is signed in; without rows in memory, as tests do.
func newSessions(rows scs.Store, publicURL string, log *slog.Logger) *scs.SessionManager {
	if rows == nil {
		rows = memstore.NewWithCleanupInterval(0)
	}
	// Not scs.New: it starts a goroutine that outlives us.
	sessions := &scs.SessionManager{
		Store: rows, Lifetime: sessionLasts, HashTokenInStore: true, Codec: scs.GobCodec{},
		Cookie: scs.SessionCookie{Name: "relais", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Persist: true},
	}
	if strings.HasPrefix(publicURL, "https://") {
		// RFC 6265bis, 4.1.3.2: no other host, and nobody on plain HTTP, can set it.
		sessions.Cookie.Name, sessions.Cookie.Secure = "__Host-relais", true
	}
	sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		log.ErrorContext(r.Context(), "request failed", "doing", "read or write a session", "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
	return sessions
}
