package roster

import (
	"io"
	"slices"
	"strings"
	"unicode"

	"relais/subscribers"
)

// OfficerRow is one officer as the list has them.
type OfficerRow struct {
	Line   int
	Member subscribers.Member
	Role   subscribers.OfficerRole
}

// ReadOfficers reads a list of a zone's officers, in the form of ReadMembers.
func ReadOfficers(r io.Reader, options Options) (List[OfficerRow], error) {
	return readList(r, options, (*list).officer)
}

func (l *list) officer(r record) (OfficerRow, *Fault) {
	row := OfficerRow{Line: r.line}
	var fault *Fault
	if row.Member.Name, fault = l.name(r); fault != nil {
		return row, fault
	}
	if row.Member.Lang, fault = l.language(r); fault != nil {
		return row, fault
	}
	if row.Role, fault = l.officerRole(r); fault != nil {
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

func (l *list) officerRole(r record) (subscribers.OfficerRole, *Fault) {
	text := l.columns.of(r, colRole)
	if !strings.ContainsFunc(text, unicode.IsLetter) {
		return subscribers.RoleOfficer, nil
	}
	for role, words := range map[subscribers.OfficerRole]string{
		subscribers.RoleOfficer: "officer policier policiere agent inspecteur inspectrice politieambtenaar politieman politievrouw beamter beamtin polizeibeamter polizeibeamtin",
		subscribers.RoleMandated: "mandated mandatedofficer mandate mandatee fonctionnairemandate fonctionnairedepolicemandate " +
			"gemandateerd gemandateerde gemandateerdpolitieambtenaar beauftragt beauftragter beauftragte beauftragterpolizeibeamter",
		subscribers.RoleAdmin: "admin administrator administrateur administratrice beheerder beheerster verwalter verwalterin",
	} {
		if slices.Contains(strings.Fields(words), heading(text)) {
			return role, nil
		}
	}
	return "", &Fault{r.line, string(colRole), "is not known", "write officer, mandated or admin, or leave it empty"}
}
