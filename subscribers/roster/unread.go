package roster

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"

	"relais/broker"
)

// unread is one way in which a file is no YAML, or holds what does not belong there.
type unread string

// The ways.
const (
	unreadEmpty    unread = "empty"
	unreadMore     unread = "more"     // it goes on after ---
	unreadKey      unread = "key"      // that is not known
	unreadTwice    unread = "twice"    // a key that stands there already
	unreadKind     unread = "kind"     // a list for a word, a word for a list
	unreadDuration unread = "duration" // that is none
	unreadValue    unread = "value"    // that does not do
	unreadTab      unread = "tab"
	unreadColon    unread = "colon"
	unreadQuote    unread = "quote"
	unreadBracket  unread = "bracket"
	unreadIndent   unread = "indent"
	unreadSign     unread = "sign" // with which nothing can begin
	unreadOther    unread = "other"
)

// unreadWords say what is wrong, and what to do.
type unreadWords struct{ problem, remedy string }

// unreadable is a fault in the reader's language, else in English.
func unreadable(what unread, line int, lang broker.Lang) Fault {
	said := unreadEnglish()
	switch lang {
	case broker.French:
		said = unreadFrench()
	case broker.Dutch:
		said = unreadDutch()
	case broker.German:
		said = unreadGerman()
	}
	return Fault{Line: line, Problem: said[what].problem, Remedy: said[what].remedy}
}

// yamlFaults turns the decoder's errors into ours.
func yamlFaults(data []byte, err error, lang broker.Lang) Faults {
	var several *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case errors.Is(err, io.EOF):
		return Faults{unreadable(unreadEmpty, 0, lang)}
	case errors.As(err, &several):
		var faults Faults
		for _, e := range several.Errors {
			faults = append(faults, valueFault(e, lang))
		}
		return faults
	case errors.As(err, &one):
		return Faults{unreadable(signFault(data, one), one.Mark.Line, lang)}
	}
	return Faults{unreadable(unreadOther, 0, lang)}
}

// valueFault reads what the decoder says of a value: it names Go's types.
func valueFault(e *yaml.LoadError, lang broker.Lang) Fault {
	rest, unknown := strings.CutPrefix(e.Message, "field ")
	if unknown {
		f := unreadable(unreadKey, e.Mark.Line, lang)
		f.Field, _, _ = strings.Cut(rest, " ")
		return f
	}
	what := unreadValue
	switch {
	case strings.HasSuffix(e.Message, "into time.Duration"):
		what = unreadDuration
	case strings.HasPrefix(e.Message, "cannot construct"):
		what = unreadKind
	case strings.Contains(e.Message, "already defined"):
		what = unreadTwice
	}
	f := unreadable(what, e.Mark.Line, lang)
	if what == unreadValue && (lang == broker.English || lang == "") {
		f.Problem = e.Message // a noun's own sentence, as of a time of day
	}
	return f
}

// signFault reads what the decoder says of signs and indentation.
func signFault(data []byte, e *yaml.LoadError) unread {
	lines := bytes.Split(data, []byte("\n"))
	if n := e.Mark.Line; n > 0 && n <= len(lines) {
		indent := lines[n-1][:len(lines[n-1])-len(bytes.TrimLeft(lines[n-1], " \t"))]
		if bytes.ContainsRune(indent, '\t') {
			return unreadTab
		}
	}
	switch {
	case strings.Contains(e.Message, "mapping values are not allowed"):
		return unreadColon
	case strings.Contains(e.Message, "unexpected end of stream"):
		return unreadQuote
	case strings.Contains(e.Message, "did not find expected ','"):
		return unreadBracket
	case strings.Contains(e.Message, "did not find expected"):
		return unreadIndent
	case strings.Contains(e.Message, "cannot start any token"), strings.Contains(e.Message, "unknown anchor"), strings.Contains(e.Message, "unknown directive"):
		return unreadSign
	}
	return unreadOther
}
