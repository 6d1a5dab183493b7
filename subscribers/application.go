package subscribers

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"relais/broker"
	"relais/channels"
)

// ApplicationID names an application; a UUIDv7.
type ApplicationID struct{ uuid.UUID }

// NewApplicationID makes a fresh id.
func NewApplicationID() ApplicationID { return ApplicationID{uuid.Must(uuid.NewV7())} }

// Application is what somebody asked for on a page and has not confirmed: to
// join a partnership, or, as a member, to be reached at another address. An
// applicant is no member: nothing counts them, and nothing but the request to
// confirm is sent to their addresses (decision 0056).
type Application struct {
	ID          ApplicationID
	Partnership broker.PartnershipID // empty: a member adds an address
	Member      MemberID             // who they are; zero until the first address is confirmed
	Name        string
	Lang        broker.Lang
	Quiet       *QuietHours // nil: none of their own
	Contacts    []Applied   // as they prefer them
	Made        time.Time
	Expires     time.Time // what is not confirmed by then is forgotten
	Signed      Date      // on paper, which somebody else copied; zero: they typed it themselves
}

// Applied is an address in an application.
type Applied struct {
	Channel   channels.Name
	Address   channels.Address
	Consent   Consent
	Confirmed time.Time // zero: nobody has shown that it is theirs
}

// ApplicationValidity is how long an application and its codes wait.
const ApplicationValidity = 48 * time.Hour

// ApplicationsAnHour is how many may be made for one partnership in an hour: an
// information evening at which everybody reads the same QR code, and no program
// that has messages sent to strange numbers.
const ApplicationsAnHour = 300

// Contact returns the application's address on a channel with this hash.
func (a Application) Contact(on channels.Name, hash channels.AddressHash) (Applied, bool) {
	at := slices.IndexFunc(a.Contacts, func(c Applied) bool { return c.Channel == on && c.Address.Hash(on) == hash })
	if at < 0 {
		return Applied{}, false
	}
	return a.Contacts[at], true
}

// At returns the application's address with this hash, which holds its channel.
func (a Application) At(hash channels.AddressHash) (Applied, bool) {
	at := slices.IndexFunc(a.Contacts, func(c Applied) bool { return c.Address.Hash(c.Channel) == hash })
	if at < 0 {
		return Applied{}, false
	}
	return a.Contacts[at], true
}

// OnPaper says whether somebody signed, and another copied it.
func (a Application) OnPaper() bool { return !a.Signed.IsZero() }

// On returns the application's address on a channel; it has one at most.
func (a Application) On(on channels.Name) (Applied, bool) {
	at := slices.IndexFunc(a.Contacts, func(c Applied) bool { return c.Channel == on })
	if at < 0 {
		return Applied{}, false
	}
	return a.Contacts[at], true
}

// Admitted says whether an address has been confirmed: the applicant is a member.
func (a Application) Admitted() bool {
	return slices.ContainsFunc(a.Contacts, func(c Applied) bool { return !c.Confirmed.IsZero() })
}
