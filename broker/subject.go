package broker

import (
	"fmt"
	"strings"
)

// Priority orders work within a channel: an alert overtakes a digest.
type Priority string

// The three queues of each channel.
const (
	Urgent Priority = "urgent" // immediate messages, and what approvers are asked
	Normal Priority = "normal" // everything else that goes at once
	Bulk   Priority = "bulk"   // digests
)

// Priorities lists the queues, most pressing first.
func Priorities() []Priority { return []Priority{Urgent, Normal, Bulk} }

// Wildcards that cover each family of subjects.
const (
	AnyMessage  Subject = "relais.message.*"
	AnyApproval Subject = "relais.approval.*"
	AnyWork     Subject = "relais.work.*.*"
)

// MessageSubject is where the police of a zone publish.
func MessageSubject(zone ZoneID) Subject { return Subject("relais.message." + string(zone)) }

// ApprovalSubject announces that an approval was granted and can be planned.
func ApprovalSubject(approval string) Subject { return Subject("relais.approval." + approval) }

// WorkSubject is the queue of one channel and priority.
func WorkSubject(channel string, p Priority) Subject {
	return Subject(fmt.Sprintf("relais.work.%s.%s", channel, p))
}

// Tokens splits a subject at its dots.
func (s Subject) Tokens() []string { return strings.Split(string(s), ".") }
