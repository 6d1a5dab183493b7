package main

import (
	_ "embed"
	"fmt"
	"strings"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

//go:embed demo/partnerships.yaml
var demoPartnerships string

// demoPerson is one inhabitant of the demonstration's zone.
type demoPerson struct {
	name     string
	lang     broker.Lang
	contacts []subscribers.Contact
	roles    map[broker.PartnershipID]subscribers.Role // where they belong
}

const (
	membersEach = 60
	sharedEach  = 5 // belong to the next partnership as well: home and shop

	landlineMember = 8 // of each partnership has a landline alone, and is called
)

// demoVillage makes the same people at every start: a coordinator, a deputy
// and members on mixed channels in each partnership. subscribe makes a push
// subscription at the stand-in.
func demoVillage(subscribe func() (string, error)) ([]demoPerson, error) {
	places := []struct {
		id    broker.PartnershipID
		lang  broker.Lang
		first []string
		last  []string
	}{
		{"plp-tilleuls", broker.French, []string{"Marie", "Luc", "Anne", "Jean", "Colette", "Paul", "Monique", "André"}, []string{"Lambert", "Dubois", "Renard", "Collard", "Gérard", "Noël", "Thiry", "Hubert"}},
		{"bin-langeveld", broker.Dutch, []string{"An", "Jan", "Els", "Wim", "Godelieve", "Piet", "Lieve", "Jef"}, []string{"Peeters", "Janssens", "Maes", "Claes", "Wouters", "Goossens", "De Smet", "Mertens"}},
		{"lpp-eupen-unterstadt", broker.German, []string{"Ursula", "Karl", "Renate", "Josef", "Helga", "Dieter", "Gisela", "Heinz"}, []string{"Schmitz", "Müller", "Hamacher", "Kever", "Radermacher", "Pauly", "Lennertz", "Breuer"}},
	}
	var people []demoPerson
	for p, place := range places {
		next := places[(p+1)%len(places)].id
		for i := range membersEach {
			n := p*membersEach + i
			person := demoPerson{
				name:  place.first[i%8] + " " + place.last[(i/8+i)%8],
				lang:  place.lang,
				roles: map[broker.PartnershipID]subscribers.Role{place.id: demoRole(i)},
			}
			if i >= membersEach-sharedEach {
				person.roles[next] = subscribers.RoleMember
			}
			var err error
			if person.contacts, err = demoContacts(n, person, subscribe); err != nil {
				return nil, err
			}
			people = append(people, person)
		}
	}
	return people, nil
}

func demoRole(i int) subscribers.Role {
	switch i {
	case 0:
		return subscribers.RoleCoordinator
	case 1:
		return subscribers.RoleDeputy
	}
	return subscribers.RoleMember
}

// demoContacts mixes the channels as a neighbourhood does: nearly everybody
// has a mobile or an email address, many both, some take push, one has only a landline.
func demoContacts(n int, person demoPerson, subscribe func() (string, error)) ([]subscribers.Contact, error) {
	sms := subscribers.Contact{Channel: channels.SMS, Address: channels.NewAddress(fmt.Sprintf("+3247%07d", 1000000+n*137)), State: subscribers.ContactActive}
	email := subscribers.Contact{Channel: channels.Email, Address: channels.NewAddress(fmt.Sprintf("%s.%d@example.be", mailName(person.name), n)), State: subscribers.ContactActive}
	if n%membersEach == landlineMember {
		return []subscribers.Contact{{Channel: channels.Voice, Address: channels.NewAddress(fmt.Sprintf("+3287%06d", 550000+n)), State: subscribers.ContactActive}}, nil
	}
	switch n % 6 {
	case 0, 1: // the coordinator and the deputy are of these
		return []subscribers.Contact{sms, email}, nil
	case 2:
		return []subscribers.Contact{sms}, nil
	case 3:
		return []subscribers.Contact{email}, nil
	}
	subscription, err := subscribe()
	if err != nil {
		return nil, fmt.Errorf("make push subscription: %w", err)
	}
	push := subscribers.Contact{Channel: channels.Push, Address: channels.NewAddress(subscription), State: subscribers.ContactActive}
	if n%6 == 4 {
		return []subscribers.Contact{push, email}, nil
	}
	return []subscribers.Contact{push}, nil
}

func mailName(name string) string {
	plain := strings.NewReplacer("é", "e", "ë", "e", "ü", "u", " ", ".").Replace(strings.ToLower(name))
	return strings.Trim(plain, ".")
}

// demoAlert is what the police write when it is urgent, in the zone's languages.
func demoAlert() broker.Message {
	return broker.Message{
		Zone: "demo", Author: "Insp. Delvaux", Kind: broker.Alert,
		Severity: broker.SeveritySevere, Certainty: broker.CertaintyObserved,
		Texts: map[broker.Lang]broker.Text{
			broker.French: {Title: "Cambriolage en cours, rue du Moulin", Body: "Deux personnes en vêtements sombres sont parties à pied vers la gare. N'intervenez pas vous-même. Fermez portes et fenêtres."},
			broker.Dutch:  {Title: "Inbraak bezig in de Molenstraat", Body: "Twee personen in donkere kleding zijn te voet weg naar het station. Kom zelf niet tussen. Sluit deuren en ramen."},
			broker.German: {Title: "Einbruch in der Mühlenstraße", Body: "Zwei dunkel gekleidete Personen sind zu Fuß Richtung Bahnhof unterwegs. Greifen Sie nicht selbst ein. Schließen Sie Türen und Fenster."},
		},
	}
}

// demoTip goes with the infoflash.
func demoTip() broker.Message {
	return broker.Message{
		Zone: "demo", Author: "Insp. Delvaux", Kind: broker.Prevention,
		Texts: map[broker.Lang]broker.Text{
			broker.French: {Title: "Faux employés de banque au téléphone", Body: "Votre banque ne vous demande jamais votre code. Raccrochez et appelez vous-même le numéro de votre banque."},
			broker.Dutch:  {Title: "Valse bankbedienden aan de telefoon", Body: "Uw bank vraagt nooit uw code. Leg de telefoon neer en bel zelf het nummer van uw bank."},
			broker.German: {Title: "Falsche Bankangestellte am Telefon", Body: "Ihre Bank fragt nie nach Ihrem Code. Legen Sie auf und rufen Sie selbst die Nummer Ihrer Bank an."},
		},
	}
}

// in says whether a person belongs to a partnership.
func (p demoPerson) in(id broker.PartnershipID) bool {
	_, ok := p.roles[id]
	return ok
}
