package store

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"relais/channels"
	"relais/subscribers"
)

// register is what an import knows of the people whom its rows may mean.
type register struct {
	byAddress map[addressKey][]*person      // everybody who has one of the rows' addresses
	byName    map[string][]*person          // members of this partnership without any address
	leavers   map[channels.AddressHash]bool // addresses of people who left this partnership and have been erased
	changed   []*person                     // to be written, in the order of rows
	returns   bool                          // who has left comes back with a row
}

type addressKey struct {
	channel channels.Name
	hash    channels.AddressHash
}

// person is a member and their place in what the import is for: a partnership,
// or the police of a zone.
type person struct {
	subscribers.Member
	role  subscribers.Role // empty: not of it
	left  bool
	was   subscribers.Role      // before the rows; empty: nothing, or they had left
	gone  []subscribers.Contact // that the rows replaced
	dirty bool
}

// take finds or makes the person of a row, and brings them up to date.
func (g *register) take(row MemberRow, consent subscribers.Consent) change {
	p := g.find(row.Member)
	if p == nil && g.hasLeft(row.Member) {
		return hasLeft
	}
	if p == nil {
		p = &person{Member: subscribers.Member{ID: subscribers.NewMemberID(), Name: cleanName(row.Member.Name)}}
	}
	if p.left && !g.returns {
		return hasLeft
	}
	if !p.dirty && !p.left {
		p.was = p.role
	}
	what := p.become(row, consent)
	g.add(p)
	if what != unchanged && !p.dirty {
		p.dirty = true
		g.changed = append(g.changed, p)
	}
	return what
}

func (g *register) find(m subscribers.Member) *person {
	candidates := g.byName[foldName(m.Name)]
	if len(m.Contacts) > 0 {
		candidates = nil
		for _, c := range m.Contacts {
			candidates = append(candidates, g.byAddress[keyOf(c)]...)
		}
	}
	var found *person
	for _, p := range candidates {
		// A member of this partnership comes before a namesake elsewhere.
		if foldName(p.Name) == foldName(m.Name) && (found == nil || found.role == "" && p.role != "") {
			found = p
		}
	}
	return found
}

// hasLeft says whether somebody whom nobody knows any more left this
// partnership: each of their addresses belongs to one who did. Somebody new may
// share one of them, as the telephone at home.
func (g *register) hasLeft(m subscribers.Member) bool {
	return len(m.Contacts) > 0 && !slices.ContainsFunc(m.Contacts, func(c subscribers.Contact) bool { return !g.leavers[keyOf(c).hash] })
}

// add makes a person known to the rows that follow.
func (g *register) add(p *person) {
	if len(p.Contacts) == 0 {
		g.byName[foldName(p.Name)] = addOnce(g.byName[foldName(p.Name)], p)
	}
	for _, c := range p.Contacts {
		g.byAddress[keyOf(c)] = addOnce(g.byAddress[keyOf(c)], p)
	}
}

func addOnce(people []*person, p *person) []*person {
	if slices.Contains(people, p) {
		return people
	}
	return append(people, p)
}

// become takes over what a row says, and says what that changed.
func (p *person) become(row MemberRow, consent subscribers.Consent) change {
	contacts, gone := mergeContacts(p.Contacts, row.Member.Contacts, consent)
	same := p.role == row.Role && !p.left && p.Lang == row.Member.Lang && slices.Equal(p.Contacts, contacts)
	isNew := p.role == ""
	p.left = false
	p.role, p.Lang, p.Contacts, p.gone = row.Role, row.Member.Lang, contacts, append(p.gone, gone...)
	switch {
	case isNew:
		return added
	case same:
		return unchanged
	}
	return updated
}

// mergeContacts puts the row's contacts first, then the earlier ones of
// channels that the row does not name, and those that were stopped or closed,
// for that must not be forgotten. The others are gone.
func mergeContacts(before, row []subscribers.Contact, consent subscribers.Consent) (merged, gone []subscribers.Contact) {
	named := make(map[channels.Name]bool)
	for _, c := range row {
		named[c.Channel] = true
		if holds(merged, c) {
			continue
		}
		kept := subscribers.Contact{Channel: c.Channel, Address: c.Address, State: subscribers.ContactActive, Consent: consent}
		if at := slices.IndexFunc(before, func(b subscribers.Contact) bool { return keyOf(b) == keyOf(c) }); at >= 0 {
			kept = before[at]
		}
		merged = append(merged, kept)
	}
	for _, c := range before {
		switch {
		case holds(merged, c):
		case !named[c.Channel] || c.State != subscribers.ContactActive:
			merged = append(merged, c)
		default:
			gone = append(gone, c)
		}
	}
	return merged, gone
}

func holds(contacts []subscribers.Contact, c subscribers.Contact) bool {
	return slices.ContainsFunc(contacts, func(have subscribers.Contact) bool { return keyOf(have) == keyOf(c) })
}

func keyOf(c subscribers.Contact) addressKey {
	return addressKey{c.Channel, c.Address.Hash(c.Channel)}
}

// cleanName is a name without needless blanks, in one Unicode form: a
// spreadsheet of a Mac writes é as two characters.
func cleanName(name string) string { return norm.NFC.String(strings.Join(strings.Fields(name), " ")) }

// foldName is what two spellings of one name have in common.
func foldName(name string) string { return strings.ToLower(cleanName(name)) }
