package subscribers

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// SignIn is one device on which somebody is signed in. Whoever ends it ends it
// for the device at once, wherever that is.
type SignIn struct {
	ID      uuid.UUID
	Account MemberID
	Device  string // DeviceOf what its browser said of itself; empty: nothing that is known
	Since   time.Time
	Seen    time.Time // last, to a few minutes
	Expires time.Time
}

// DeviceOf says in two words what a browser calls itself, so that people know
// their own devices again: "Firefox, Android". It is not for telling people apart.
func DeviceOf(userAgent string) string {
	// The order counts: each names those behind it, too.
	browser := firstNamed(userAgent, [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"},
	})
	system := firstNamed(userAgent, [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Mac OS X", "Mac"}, {"Linux", "Linux"},
	})
	return strings.Join(strings.Fields(browser+" "+system), ", ")
}

func firstNamed(in string, names [][2]string) string {
	for _, one := range names {
		if strings.Contains(in, one[0]) {
			return one[1]
		}
	}
	return ""
}
