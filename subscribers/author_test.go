package subscribers

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/broker"
)

// PLP.md, rule 5: by who they are where both are known, else by name.
func TestTheApproverIsNeverTheAuthor(t *testing.T) {
	anne, bram := NewMemberID(), NewMemberID()
	for _, test := range []struct {
		name     string
		authorID uuid.UUID
		d        Decision
		refused  bool
	}{
		{"the same person", anne.UUID, Decision{By: "Anne", Account: anne}, true},
		{"the same person under another name", anne.UUID, Decision{By: "A. Delvaux", Account: anne}, true},
		{"the same person by a link", anne.UUID, Decision{By: "A. Delvaux", Member: anne}, true},
		{"a namesake", anne.UUID, Decision{By: "Anne", Account: bram}, false},
		{"a namesake by a link", anne.UUID, Decision{By: "Anne", Member: bram}, false},
		{"somebody else", anne.UUID, Decision{By: "Bram", Account: bram}, false},
		{"a name, where the author has signed in", anne.UUID, Decision{By: "Anne"}, true},
		{"the name of a message from a program", uuid.UUID{}, Decision{By: "Anne", Account: bram}, true},
		{"another name", uuid.UUID{}, Decision{By: "Bram", Account: bram}, false},
	} {
		m := broker.Message{Author: "Anne", AuthorID: test.authorID, Expires: passNoon.Add(time.Hour)}
		test.d.To, test.d.At, test.d.How = ApprovalApproved, passNoon, HowLink
		_, err := Approval{State: ApprovalPending}.Apply(test.d, m)
		var refused *RefusedMoveError
		if got := errors.As(err, &refused) && refused.Why == FaultAuthor; got != test.refused || err != nil && !got {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}
