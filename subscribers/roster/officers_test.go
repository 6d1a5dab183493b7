package roster

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
)

func TestReadOfficers(t *testing.T) {
	const text = "Nom;Rôle;Langue;E-mail;GSM\n" +
		"Insp. Delvaux;;fr;delvaux@police.example;0470 12 34 56\n" +
		"CP Maes;gemandateerd;nl;maes@police.example;\n" +
		"Beamter Kever;beauftragter;de;;0470 12 34 57\n" +
		"ICT;admin;;ict@police.example;\n" +
		"Insp. Muet;officer;fr;;\n" +
		"Insp. Rose;coordinateur;fr;rose@police.example;\n" +
		"insp. delvaux;;fr;delvaux@police.example;\n"
	read, err := ReadOfficers(strings.NewReader(text), Options{DefaultLang: broker.French})
	if err != nil {
		t.Fatal(err)
	}
	var rows, faults []string
	for _, row := range read.Rows {
		rows = append(rows, fmt.Sprintf("%d %s %s %s %d", row.Line, row.Member.Name, row.Role, row.Member.Lang, len(row.Member.Contacts)))
	}
	for _, f := range read.Faults {
		faults = append(faults, f.Error())
	}
	wantRows := []string{"2 Insp. Delvaux officer fr 2", "3 CP Maes mandated nl 1", "4 Beamter Kever mandated de 1", "5 ICT admin fr 1"}
	if diff := cmp.Diff(wantRows, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	wantFaults := []string{
		"line 6: the row has neither phone nor email; give at least one, or keep this person on paper",
		"line 7: role is not known; write officer, mandated or admin, or leave it empty",
		"line 8: the same person stands on line 2 already; take one of the two rows out",
	}
	if diff := cmp.Diff(wantFaults, faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
