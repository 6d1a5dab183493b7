package web

import (
	"strings"

	"relais/broker"
)

// oneLine makes one plain line of what somebody typed: blanks and line breaks
// become one blank, and what cannot be seen goes.
func oneLine(s string) string {
	return strings.Join(strings.Fields(broker.Legible(s)), " ")
}

// unixLines undoes the line breaks that a browser sends (HTML, form submission).
func unixLines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
