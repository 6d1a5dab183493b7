package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// maxFile is the largest list that is read, in bytes: about 200,000 members.
const maxFile = 32 << 20

// readText returns a file's text whatever the spreadsheet wrote it in: UTF-8
// or UTF-16 with its mark, else UTF-8, else Windows-1252.
func readText(r io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return "", fmt.Errorf("read list: %w", err)
	}
	if len(data) > maxFile {
		return "", Faults{{Problem: "the file is larger than 32 MB", Remedy: "split it"}}
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0}) {
		return "", Faults{{Problem: "the file is a workbook, not a list", Remedy: "save it from the spreadsheet as CSV (UTF-8)"}}
	}
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		data, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		data = data[3:]
	case !utf8.Valid(data):
		data, err = charmap.Windows1252.NewDecoder().Bytes(data)
	}
	if err != nil || bytes.IndexByte(data, 0) >= 0 {
		return "", Faults{{Problem: "the file is not a text", Remedy: "save it from the spreadsheet as CSV (UTF-8)"}}
	}
	return string(data), nil
}

// record is one row with the line on which it begins.
type record struct {
	line   int
	fields []string
}

// readRecords splits a text into rows. Rows without any text are left out; one
// whose quotation marks do not match is a fault, for it may have swallowed others.
func readRecords(text string) (records []record, faults Faults) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	comma, text := separator(text)
	r := csv.NewReader(strings.NewReader(unguard(text)))
	r.Comma = comma
	r.FieldsPerRecord = -1
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return records, faults
		}
		if err != nil {
			faults = append(faults, quoteFault(err))
			continue // with the line after the one that it stopped at
		}
		line, _ := r.FieldPos(0)
		if strings.TrimSpace(strings.Join(fields, "")) != "" {
			records = append(records, record{line, fields})
		}
	}
}

func quoteFault(err error) Fault {
	const remedy = "double the quotation marks within a cell, or take them out"
	var parse *csv.ParseError
	switch {
	case !errors.As(err, &parse):
		return Fault{Problem: "the list cannot be read", Remedy: remedy} // a string has no other errors
	case parse.Line > parse.StartLine:
		return Fault{Line: parse.StartLine, Problem: fmt.Sprintf("a quotation mark is not closed, so that lines %d to %d cannot be read", parse.StartLine, parse.Line), Remedy: remedy}
	}
	return Fault{Line: parse.StartLine, Problem: "a quotation mark stands in the wrong place", Remedy: remedy}
}

// unguard takes off the sign by which some spreadsheets keep a number a text:
// ="0470123456".
func unguard(text string) string {
	return regexp.MustCompile(`(?m)(^|[;,\t])="([^"\n]*)"`).ReplaceAllString(text, `$1"$2"`)
}

// separator returns the one of ; , and tab that the first row has most of. A
// row "sep=;", which some spreadsheets write first, decides; it becomes empty.
func separator(text string) (rune, string) {
	first, rest, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n")
	if named, ok := strings.CutPrefix(strings.Trim(strings.ToLower(first), `"`), "sep="); ok && (named == ";" || named == "," || named == "\t") {
		blank := strings.Repeat("\n", strings.Count(text, "\n")-strings.Count(rest, "\n"))
		return rune(named[0]), blank + rest
	}
	first = regexp.MustCompile(`"[^"]*"`).ReplaceAllString(first, "") // "Nom, prénom" is one title
	best := ','
	for _, candidate := range []rune{';', '\t'} {
		if strings.Count(first, string(candidate)) > strings.Count(first, string(best)) {
			best = candidate
		}
	}
	return best, text
}
