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

	Texted, Called channels.Countries // whose mobiles and landlines are taken (channels.sms.countries, channels.voice.countries)
}

// Row is one member as the list has them. The member has no id yet.
type Row struct {
	Line   int
	Member subscribers.Member
	Role   subscribers.Role
}

// List is what a file holds: the rows that are good, and what is wrong with
// the others, one fault each.
type List[R any] struct {
	Rows    []R
	Faults  Faults
	Ignored []string // titles of the columns that were not read
}

// Roster is a list of members.
type Roster = List[Row]

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
	return readList(r, options, (*list).row)
}

// readList reads a list of people, one row by one.
func readList[R any](r io.Reader, options Options, read func(*list, record) (R, *Fault)) (List[R], error) {
	text, err := readText(r)
	if err != nil {
		return List[R]{}, err
	}
	records, broken := readRecords(text)
	if len(records) == 0 && len(broken) > 0 {
		return List[R]{}, broken
	}
	if len(records) == 0 {
		return List[R]{}, Faults{{Problem: "the file is empty", Remedy: "export the list with its titles"}}
	}
	if len(records) > maxRows {
		return List[R]{}, Faults{{Problem: fmt.Sprintf("the list has more than %d rows", maxRows), Remedy: "split it"}}
	}
	found, ignored, err := readColumns(records[0])
	if err != nil {
		return List[R]{}, err
	}
	l := &list{options, found, make(map[string]int)}
	people := List[R]{Ignored: ignored}
	for _, r := range records[1:] {
		row, fault := read(l, r)
		if fault != nil {
			people.Faults = append(people.Faults, *fault)
			continue
		}
		people.Rows = append(people.Rows, row)
	}
	people.Faults = append(people.Faults, broken...)
	slices.SortStableFunc(people.Faults, func(a, b Fault) int { return a.Line - b.Line })
	return people, nil
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
	return row, l.once(row.Line, row.Member)
}

func (l *list) name(r record) (string, *Fault) {
	name := strings.Join(strings.Fields(l.columns.of(r, colFirst)+" "+l.columns.of(r, colName)), " ")
	switch {
	case name == "":
		return "", &Fault{r.line, string(colName), "is missing", "give the member's name"}
	case utf8.RuneCountInString(name) > maxName || hidden(name):
		return "", &Fault{r.line, string(colName), fmt.Sprintf("is longer than %d characters or has invisible characters", maxName), "shorten it, or type it again"}
	}
	return name, nil
}

// hidden says whether s could make a name look other than it is, or break its line.
func hidden(s string) bool {
	return broker.HasHidden(s) || strings.ContainsAny(s, "\u2028\u2029") || strings.ContainsFunc(s, unicode.IsControl)
}

// language reads fr, FR-BE, French and what the others call it.
func (l *list) language(r record) (broker.Lang, *Fault) {
	full := l.columns.of(r, colLanguage)
	if !strings.ContainsFunc(full, unicode.IsLetter) {
		return l.options.DefaultLang, nil
	}
	before, _, _ := strings.Cut(strings.ReplaceAll(full, "_", "-"), "-")
	text := heading(before)
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
	text := l.columns.of(r, colRole)
	if !strings.ContainsFunc(text, unicode.IsLetter) {
		return subscribers.RoleMember, nil
	}
	for role, words := range map[subscribers.Role]string{
		subscribers.RoleMember:      "member membre lid mitglied",
		subscribers.RoleCoordinator: "coordinator coordinateur coordinatrice koordinator koordinatorin",
		subscribers.RoleDeputy: "deputy deputycoordinator adjoint adjointe coordinateuradjoint coordinatriceadjointe adjunct adjunctcoordinator " +
			"suppleant suppleante coordinateursuppleant coordinatricesuppleante plaatsvervanger plaatsvervangster plaatsvervangendcoordinator " +
			"stellvertreter stellvertreterin stellvertretend stellvertretenderkoordinator stellvertretendekoordinatorin",
		subscribers.RoleCommittee: "committee steeringcommittee comite comitedepilotage stuurgroep lenkungsausschuss",
	} {
		if slices.Contains(strings.Fields(words), heading(text)) {
			return role, nil
		}
	}
	return "", &Fault{r.line, string(colRole), "is not known", "write member, coordinator, deputy or committee, or leave it empty"}
}

// order puts the contacts as the member prefers them.
func (l *list) order(r record, m *subscribers.Member) *Fault {
	var wanted []channels.Name
	for word := range strings.FieldsFuncSeq(l.columns.of(r, colChannels), func(r rune) bool { return strings.ContainsRune(",;/+>|", r) || unicode.IsSpace(r) }) {
		name := channelCalled(heading(word))
		if name == channels.Voice {
			callMobile(m)
		}
		if !reaches(m.Contacts, name) {
			return &Fault{r.line, string(colChannels), "names a channel for which the row has no address", "use sms, email, voice or push, and give the address"}
		}
		wanted = append(wanted, name)
	}
	rank := func(c subscribers.Contact) int {
		if i := slices.Index(wanted, c.Channel); i >= 0 {
			return i
		}
		return len(wanted)
	}
	slices.SortStableFunc(m.Contacts, func(a, b subscribers.Contact) int { return rank(a) - rank(b) })
	return nil
}

// callMobile lets a mobile be called as well, for a member who has no landline
// and names calls among the channels.
func callMobile(m *subscribers.Member) {
	if reaches(m.Contacts, channels.Voice) {
		return
	}
	for _, c := range m.Contacts {
		if c.Channel == channels.SMS {
			m.Contacts = append(m.Contacts, contact(channels.Voice, c.Address.Reveal()))
			return
		}
	}
}

// channelCalled returns the channel that a word means, empty if none.
func channelCalled(word string) channels.Name {
	switch word {
	case "sms", "gsm", "mobile", "handy", "texto":
		return channels.SMS
	case "email", "mail", "courriel":
		return channels.Email
	case "voice", "phone", "telephone", "telefoon", "telefon", "appel", "oproep", "anruf":
		return channels.Voice
	case "push":
		return channels.Push
	}
	return ""
}

// once refuses a person who stands in the list twice: same name and address.
func (l *list) once(line int, who subscribers.Member) *Fault {
	for _, c := range who.Contacts {
		key := strings.ToLower(who.Name) + "\x00" + c.Address.Hash(c.Channel).String()
		if first, twice := l.seen[key]; twice {
			return &Fault{line, "", fmt.Sprintf("the same person stands on line %d already", first), "take one of the two rows out"}
		}
		l.seen[key] = line
	}
	return nil
}
