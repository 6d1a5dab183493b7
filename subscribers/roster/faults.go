package roster

import (
	"fmt"
	"strings"
)

// Fault is one thing that is wrong in a file. It never holds an address.
type Fault struct {
	Line    int    // from 1; 0 if unknown
	Field   string // the key or column
	Problem string
	Remedy  string
}

func (f Fault) Error() string {
	sentence := f.Problem + "; " + f.Remedy
	if f.Field != "" {
		sentence = f.Field + " " + sentence
	}
	if f.Line == 0 {
		return sentence
	}
	return fmt.Sprintf("line %d: %s", f.Line, sentence)
}

// Faults is everything that is wrong in a file, in the order of its lines.
type Faults []Fault

func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}
