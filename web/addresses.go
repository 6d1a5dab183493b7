package web

import (
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"relais/channels"
	"relais/subscribers"
)

// addressesPage shows a member where they are reached, and lets them change it.
type addressesPage struct {
	view
	Back    string
	Action  string
	Saved   bool
	Active  []ownAddress
	Ways    []joinWay // to add
	Only    bool      // there is one left: without it nothing reaches them
	Missing bool      // nothing reaches them
}

type ownAddress struct {
	On      channels.Name
	Hash    string
	Label   string
	Address string // empty for a browser
	First   bool
}

func (s *server) getAddresses(w http.ResponseWriter, r *http.Request, h holder) {
	p := s.addressesPage(r, h, r.URL.Query().Has("saved"))
	s.show(w, r, http.StatusOK, "addresses", p)
}

func (s *server) addressesPage(r *http.Request, h holder, saved bool) addressesPage {
	v := s.viewFor(r, h.Lang)
	p := addressesPage{view: v, Back: v.URL(h.path), Action: h.path + "/addresses", Saved: saved}
	p.Title = v.T("addresses.title")
	for _, c := range h.Contacts {
		if c.State != subscribers.ContactActive {
			continue
		}
		hash := c.Address.Hash(c.Channel)
		own := ownAddress{On: c.Channel, Hash: hex.EncodeToString(hash[:]), Label: v.T("channel." + string(c.Channel)), First: len(p.Active) == 0}
		if c.Channel != channels.Push {
			own.Address = s.AddressBook.Show(c.Channel, c.Address)
		}
		p.Active = append(p.Active, own)
	}
	p.Only, p.Missing = len(p.Active) == 1, len(p.Active) == 0
	if s.Courier != nil && len(h.in()) > 0 {
		p.Ways = s.joinWays()
	}
	for i, way := range p.Ways {
		p.Ways[i].Label, p.Ways[i].Hint = v.T("join."+string(way.On)), v.T("join."+string(way.On)+".hint")
		p.Ways[i].Consent = v.T("addresses.consent")
	}
	return p
}

// postAddress asks for the confirmation of one more address.
func (s *server) postAddress(w http.ResponseWriter, r *http.Request, h holder) {
	p := s.addressesPage(r, h, false)
	typed, given := readJoinForm(r.PostForm), false
	status := http.StatusUnprocessableEntity
	for i, way := range p.Ways {
		if !r.PostForm.Has(string(way.On)) {
			continue
		}
		given = true
		p.Ways[i].Value, p.Ways[i].Agreed = typed.Typed[way.On], typed.Agreed[way.On]
		contacts := typed.judgeReach(s.AddressBook, []joinWay{way}, s.Now())
		key := typed.wrong["reach."+string(way.On)]
		if key == "" {
			key = typed.wrong["reach"]
		}
		if key == "" {
			next, err := s.applyFor(r, h, contacts[0])
			var full *fullError
			switch {
			case errors.As(err, &full):
				retryIn(w, time.Hour)
				key, status = "join.fault.many", http.StatusTooManyRequests
			case err != nil:
				s.failPage(w, r, "write the application", err)
				return
			default:
				http.Redirect(w, r, p.URL(next), http.StatusSeeOther)
				return
			}
		}
		p.Ways[i].Fault = p.T(key)
	}
	if !given {
		s.refusePage(w, r, http.StatusBadRequest)
		return
	}
	s.show(w, r, status, "addresses", p)
}

// applyFor writes a member's application for one more address, and says on which
// page it is confirmed.
func (s *server) applyFor(r *http.Request, h holder, c subscribers.Applied) (string, error) {
	now := s.Now()
	c.Consent = consentOn("member's page", now)
	a := subscribers.Application{
		ID: subscribers.NewApplicationID(), Member: h.ID, Name: h.Name, Lang: h.Lang, Contacts: []subscribers.Applied{c},
		Made: now, Expires: now.Add(subscribers.ApplicationValidity),
	}
	home, err := s.Records.Partnership(r.Context(), h.in()[0])
	if err != nil {
		return "", err
	}
	unsent, err := s.apply(r.Context(), a, home)
	return s.joiningPath(a.ID) + unsentQuery(unsent), err
}

// own finds which contact a form is about.
func (h holder) own(r *http.Request) (subscribers.Contact, bool) {
	for _, c := range h.Contacts {
		hash := c.Address.Hash(c.Channel)
		if string(c.Channel) == r.PostForm.Get("channel") && hex.EncodeToString(hash[:]) == r.PostForm.Get("address") {
			return c, true
		}
	}
	return subscribers.Contact{}, false
}

func (s *server) postFirst(w http.ResponseWriter, r *http.Request, h holder) {
	s.changeAddress(w, r, h, func(c subscribers.Contact) error {
		return s.Holders.PreferContact(r.Context(), h.ID, c.Channel, c.Address.Hash(c.Channel))
	})
}

func (s *server) postStopAddress(w http.ResponseWriter, r *http.Request, h holder) {
	s.changeAddress(w, r, h, func(c subscribers.Contact) error {
		return s.Holders.StopContact(r.Context(), h.ID, c.Channel, c.Address)
	})
}

func (s *server) changeAddress(w http.ResponseWriter, r *http.Request, h holder, change func(subscribers.Contact) error) {
	c, found := h.own(r)
	if !found { // it is gone, or the page did not offer it
		s.refusePage(w, r, http.StatusBadRequest)
		return
	}
	if err := change(c); err != nil {
		s.failPage(w, r, "change the address", err)
		return
	}
	http.Redirect(w, r, s.viewFor(r, "").URL(h.path+"/addresses?saved"), http.StatusSeeOther)
}
