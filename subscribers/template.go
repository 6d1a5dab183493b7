package subscribers

import (
	"time"

	"github.com/google/uuid"

	"relais/broker"
)

// Template is a text that a zone keeps for messages of one kind, to begin with.
// What stands in brackets is for the officer to fill in.
type Template struct {
	ID      TemplateID
	Zone    broker.ZoneID
	Kind    broker.Kind
	Name    string // at most MaxTemplateName characters
	Texts   map[broker.Lang]broker.Text
	Changed time.Time
	By      string // who changed it last
}

// TemplateID names a template.
type TemplateID struct{ uuid.UUID }

// MaxTemplateName is how long a template's name may be, in characters.
const MaxTemplateName = 60
