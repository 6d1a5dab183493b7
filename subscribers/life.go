package subscribers

import (
	"errors"
	"time"
)

// StageMove is one step in the life of a partnership: who took it, when, why.
type StageMove struct {
	From, To Stage
	By       string // empty: the import of a file
	At       time.Time
	Why      string // empty for an import
}

// PlanVersion is one version of a partnership's plan (PLP.md, rule 4: each
// message names the one that routed it).
type PlanVersion struct {
	Version int
	YAML    string
	Created time.Time
	By      string // empty: the import of a file
	Why     string // empty for an import
}

// Overview is a partnership with how many people it has in each role.
type Overview struct {
	Partnership Partnership
	People      map[Role]int
}

// Members counts everybody.
func (o Overview) Members() int {
	n := 0
	for _, of := range o.People {
		n += of
	}
	return n
}

// Missing lists what keeps the partnership from being sent for at an instant.
func (o Overview) Missing(at time.Time) []Gap {
	var approvers []Approver
	for role := range o.People {
		approvers = append(approvers, Approver{Role: role})
	}
	return o.Partnership.Missing(approvers, at)
}

// ErrOutdated is returned when what somebody changed is not any more as they
// saw it.
var ErrOutdated = errors.New("somebody has changed it in the meantime")

// MaxWhy is the longest reason for a change, in characters.
const MaxWhy = 300
