package config

import (
	"fmt"
	"strings"
)

// Fault is one thing that is wrong with a configuration. It never holds a
// value, for the value may be a secret.
type Fault struct {
	Key     string // "web.listen"
	Source  string // the file, or the environment variable; empty: a default
	Line    int    // in the file; 0: not from a file
	Problem string // "is not a host and port"
	Remedy  string // "write it as 127.0.0.1:8080"
}

// Error names place, key, problem and remedy in one line.
func (f Fault) Error() string {
	var place string
	switch {
	case f.Line > 0:
		place = fmt.Sprintf("%s:%d: ", f.Source, f.Line)
	case f.Source != "":
		place = f.Source + ": "
	}
	text := place + strings.TrimSpace(f.Key+" "+f.Problem)
	if f.Remedy == "" {
		return text
	}
	return text + "; " + f.Remedy
}

// Faults is everything that is wrong with a configuration, in the order of
// reading. It is never empty as an error.
type Faults []Fault

// Error has one line for each fault.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// orNil keeps an empty list from becoming an error that is not nil.
func (fs Faults) orNil() error {
	if len(fs) == 0 {
		return nil
	}
	return fs
}

// didYouMean returns the remedy for a name that nobody knows.
func didYouMean(name string, known []string) string {
	best, least := "", len(name)/3+1
	for _, candidate := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d <= least && (best == "" || d < least) {
			best, least = candidate, d
		}
	}
	if best == "" {
		return "take it out; docs/install.md lists what can be set"
	}
	return fmt.Sprintf("did you mean %s?", best)
}

// distance counts the letters to insert, delete or replace (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
