package broker

// Kind says what a message is about (PLP.md, "Kinds of message").
type Kind string

// The kinds of message that a communication plan has rules for.
const (
	Alert      Kind = "alert"      // burglary in progress, suspicious vehicle
	Missing    Kind = "missing"    // disquieting disappearance; needs a clearance reference
	Hazard     Kind = "hazard"     // fire: close windows; road blocked
	Appeal     Kind = "appeal"     // late finding, call for information
	Prevention Kind = "prevention" // scams, burglary season
	Feedback   Kind = "feedback"   // what came of an alert
	Closing    Kind = "closing"    // all clear, found, solved
	Info       Kind = "info"       // meeting, newsletter
	Test       Kind = "test"       // monthly test of the chain
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{Alert, Missing, Hazard, Appeal, Prevention, Feedback, Closing, Info, Test}
}

// MsgType is the nature of a message towards those it refers to (CAP 1.2, 3.2.1, msgType).
type MsgType string

// The three of CAP's message types that reach members.
const (
	TypeAlert  MsgType = "alert"  // something new
	TypeUpdate MsgType = "update" // corrects or adds to what it references
	TypeCancel MsgType = "cancel" // withdraws what it references
)

// Urgency is how soon a member should act (CAP 1.2, 3.2.2, urgency).
type Urgency string

// The urgencies that a communication plan has rules for.
const (
	Immediate Urgency = "immediate"
	Expected  Urgency = "expected"
	Future    Urgency = "future"
)

// Severity is how grave the event is (CAP 1.2, 3.2.2, severity).
type Severity string

// The severities of CAP 1.2.
const (
	SeverityExtreme  Severity = "extreme"
	SeveritySevere   Severity = "severe"
	SeverityModerate Severity = "moderate"
	SeverityMinor    Severity = "minor"
	SeverityUnknown  Severity = "unknown"
)

// Certainty is how sure the police are (CAP 1.2, 3.2.2, certainty).
type Certainty string

// The certainties of CAP 1.2.
const (
	CertaintyObserved Certainty = "observed"
	CertaintyLikely   Certainty = "likely"
	CertaintyPossible Certainty = "possible"
	CertaintyUnlikely Certainty = "unlikely"
	CertaintyUnknown  Certainty = "unknown"
)

// UsualUrgency is what a message of this kind has when its author names none
// (PLP.md, "Kinds of message").
func (k Kind) UsualUrgency() Urgency {
	switch k {
	case Alert, Missing, Hazard:
		return Immediate
	case Appeal, Feedback, Closing:
		return Expected
	}
	return Future
}

// AnswersAnother says whether a message of this kind must reference the one it answers.
func (k Kind) AnswersAnother() bool { return k == Feedback || k == Closing }
