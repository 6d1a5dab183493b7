package web

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// PushChannel is the push channel, as pages subscribe browsers to it.
type PushChannel interface {
	// PublicKey is what a browser subscribes with (Push API,
	// applicationServerKey), in base64url.
	PublicKey() string
	// Accept checks a browser's subscription and returns it as it is kept. key is
	// the one that the browser says it subscribed with.
	Accept(subscription []byte, key string) (channels.Address, error)
}

// Contacts keeps where people are reached.
type Contacts interface {
	// AddContact adds one, or makes it active again, unless the member has most
	// active ones on its channel already: subscribers.ErrTooMany.
	AddContact(ctx context.Context, member subscribers.MemberID, c subscribers.Contact, most int) error
	// StopContact stops one, by the member's will.
	StopContact(ctx context.Context, member subscribers.MemberID, on channels.Name, to channels.Address) error
}

const (
	// maxSubscription is the longest request of push.js, in bytes.
	maxSubscription = 8 << 10
	// maxDevices is how many browsers one person may have: more than anybody
	// needs, and few enough that a link that was passed on does no great harm.
	maxDevices = 5
)

// pushOffer is the part of a page that switches notifications on. Post is
// empty where push is not configured.
type pushOffer struct {
	view
	Key  string
	Post string
}

func (s *server) offerPush(v view, page string) pushOffer {
	if s.Push == nil {
		return pushOffer{view: v}
	}
	return pushOffer{view: v, Key: s.Push.PublicKey(), Post: page + "/push"}
}

// pushForm is what push.js posts.
type pushForm struct {
	Subscription json.RawMessage `json:"subscription"`
	Key          string          `json:"key"`
	Off          bool            `json:"off"`
}

// postPush adds this browser to the contacts of the member whose link it has,
// or takes it off. The link is the authority, as with every other form behind
// one; a form of another site cannot send this content type.
func (s *server) postPush(may subscribers.Capability) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		entry, err := s.linked(r, may)
		switch {
		case errors.Is(err, subscribers.ErrForgedLink):
			writeJSON(w, http.StatusForbidden, problem{Error: "This link is incomplete or was not made by this service."})
			return
		case err != nil:
			s.failJSON(w, r, "read the link", err)
			return
		}
		s.takePush(w, r, entry.Member)
	}
}

// postInboxPush does so for who has signed in.
func (s *server) postInboxPush(w http.ResponseWriter, r *http.Request) {
	s.takePush(w, r, callerOf(r.Context()).account.ID)
}

func (s *server) takePush(w http.ResponseWriter, r *http.Request, member subscribers.MemberID) {
	if s.Push == nil {
		writeJSON(w, http.StatusNotFound, problem{Error: "Push messages are not configured."})
		return
	}
	form, address, err := s.readPush(w, r)
	switch {
	case tooLong(err):
		s.failJSON(w, r, "read the subscription", err)
	case err != nil:
		writeJSON(w, http.StatusBadRequest, problem{Error: err.Error() + "."})
	default:
		s.keepPush(w, r, member, form.Off, address)
	}
}

func (s *server) readPush(w http.ResponseWriter, r *http.Request) (form pushForm, address channels.Address, err error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return form, address, errors.New("the request is not JSON")
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxSubscription))
	if err := dec.Decode(&form); err != nil {
		if tooLong(err) {
			return form, address, err
		}
		return form, address, errors.New("the request is not the JSON of a subscription")
	}
	address, err = s.Push.Accept(form.Subscription, form.Key)
	return form, address, err
}

func (s *server) keepPush(w http.ResponseWriter, r *http.Request, member subscribers.MemberID, off bool, address channels.Address) {
	var err error
	if off {
		err = s.Contacts.StopContact(r.Context(), member, channels.Push, address)
	} else {
		err = s.Contacts.AddContact(r.Context(), member, subscribers.Contact{
			Channel: channels.Push, Address: address, State: subscribers.ContactActive,
			Consent: subscribers.Consent{At: s.Now(), How: "notifications switched on in the browser, text 1"},
		}, maxDevices)
	}
	switch {
	case errors.Is(err, subscribers.ErrTooMany):
		writeJSON(w, http.StatusConflict, problem{Error: "This person has as many browsers as there may be; switch notifications off in one of them."})
	case err != nil:
		s.failJSON(w, r, "keep the subscription", err)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// callPage has the emergency numbers, for the button of a notification.
type callPage struct{ view }

func (s *server) getCall(w http.ResponseWriter, r *http.Request) {
	p := callPage{s.viewFor(r, broker.Lang(""))}
	p.Title = p.T("call.title")
	s.show(w, r, http.StatusOK, "call", p)
}
