package roster

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"relais/broker"
	"relais/channels"
	"relais/subscribers"
)

// Options is what a list does not say itself.
type Options struct {
	DefaultLang broker.Lang // of members whose row names none: the partnership's first
}

// Row is one member as the list has them. The member has no id yet.
type Row struct {
	Line   int
	Member subscribers.Member
	Role   subscribers.Role
}

// Roster is what a list holds: the rows that are good, and what is wrong with
// the others, one fault each.
type Roster struct {
	Rows   []Row
	Faults Faults
}

// list is one file being read.
type list struct {
	options Options
	columns columns
	seen    map[string]int // the line of each person
}

const (
	maxRows = 100_000
	maxName = 120
)

// ReadMembers reads a list of members as a spreadsheet exports it: columns
// apart by semicolon, comma or tab, titled in French, Dutch, German or English.
// An error means that the list as a whole cannot be read; what is wrong with a
// row stands in Roster.Faults.
func ReadMembers(r io.Reader, options Options) (Roster, error) {
	text, err := readText(r)
	if err != nil {
		return Roster{}, err
	}
	records, err := readRecords(text)
	if err != nil {
		return Roster{}, err
	}
	if len(records) == 0 {
		return Roster{}, Faults{{Problem: "the file is empty", Remedy: "export the list with its titles"}}
	}
	if len(records) > maxRows {
		return Roster{}, Faults{{Problem: fmt.Sprintf("the list has more than %d rows", maxRows), Remedy: "split it"}}
	}
	found, err := readColumns(records[0])
	if err != nil {
		return Roster{}, err
	}
	l := &list{options, found, make(map[string]int)}
	return l.rows(records[1:]), nil
}

func (l *list) rows(records []record) (roster Roster) {
	for _, r := range records {
		row, fault := l.row(r)
		if fault != nil {
			roster.Faults = append(roster.Faults, *fault)
			continue
		}
		roster.Rows = append(roster.Rows, row)
	}
	return roster
}

func (l *list) row(r record) (Row, *Fault) {
	row := Row{Line: r.line}
	var fault *Fault
	if row.Member.Name, fault = l.name(r); fault != nil {
		return row, fault
	}
	if row.Member.Lang, fault = l.language(r); fault != nil {
		return row, fault
	}
	if row.Role, fault = l.role(r); fault != nil {
		return row, fault
	}
	if row.Member.Contacts, fault = l.contacts(r); fault != nil {
		return row, fault
	}
	if fault = l.order(r, &row.Member); fault != nil {
		return row, fault
	}
	return row, l.once(row)
}

func (l *list) name(r record) (string, *Fault) {
	name := strings.Join(strings.Fields(l.columns.of(r, colFirst)+" "+l.columns.of(r, colName)), " ")
	switch {
	case name == "":
		return "", &Fault{r.line, string(colName), "is missing", "give the member's name"}
	case utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, unicode.IsControl):
		return "", &Fault{r.line, string(colName), fmt.Sprintf("is longer than %d characters or has control characters", maxName), "shorten it"}
	}
	return name, nil
}

func (l *list) language(r record) (broker.Lang, *Fault) {
	text := heading(l.columns.of(r, colLanguage))
	if text == "" {
		return l.options.DefaultLang, nil
	}
	for lang, words := range map[broker.Lang]string{
		broker.French:  "fr fra f francais frans franzosisch french",
		broker.Dutch:   "nl nld n neerlandais nederlands niederlandisch dutch",
		broker.German:  "de deu d allemand duits deutsch german",
		broker.English: "en eng e anglais engels englisch english",
	} {
		if slices.Contains(strings.Fields(words), text) {
			return lang, nil
		}
	}
	return "", &Fault{r.line, string(colLanguage), "is not known", "write fr, nl, de or en"}
}

func (l *list) role(r record) (subscribers.Role, *Fault) {
	text := heading(l.columns.of(r, colRole))
	if text == "" {
		return subscribers.RoleMember, nil
	}
	for role, words := range map[subscribers.Role]string{
		subscribers.RoleMember:      "member membre lid mitglied",
		subscribers.RoleCoordinator: "coordinator coordinateur coordinatrice koordinator koordinatorin",
		subscribers.RoleDeputy:      "deputy adjoint adjointe coordinateuradjoint adjunct adjunctcoordinator stellvertreter stellvertretenderkoordinator",
		subscribers.RoleCommittee:   "committee comite comitedepilotage stuurgroep lenkungsausschuss",
	} {
		if slices.Contains(strings.Fields(words), text) {
			return role, nil
		}
	}
	return "", &Fault{r.line, string(colRole), "is not known", "write member, coordinator, deputy or committee, or leave it empty"}
}

// order puts the contacts as the member prefers them.
func (l *list) order(r record, m *subscribers.Member) *Fault {
	text := strings.ToLower(l.columns.of(r, colChannels))
	wanted := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '/' || unicode.IsSpace(r) })
	for _, name := range wanted {
		if !reaches(m.Contacts, channels.Name(name)) {
			return &Fault{r.line, string(colChannels), "names a channel for which the row has no address", "use sms, email, voice or push, and give the address"}
		}
	}
	rank := func(c subscribers.Contact) int {
		if i := slices.Index(wanted, string(c.Channel)); i >= 0 {
			return i
		}
		return len(wanted)
	}
	slices.SortStableFunc(m.Contacts, func(a, b subscribers.Contact) int { return rank(a) - rank(b) })
	return nil
}

// once refuses a person who stands in the list twice: same name and address.
func (l *list) once(row Row) *Fault {
	for _, c := range row.Member.Contacts {
		key := strings.ToLower(row.Member.Name) + "\x00" + c.Address.Hash(c.Channel).String()
		if line, twice := l.seen[key]; twice {
			return &Fault{row.Line, "", fmt.Sprintf("the same person stands on line %d already", line), "take one of the two rows out"}
		}
		l.seen[key] = row.Line
	}
	return nil
}
