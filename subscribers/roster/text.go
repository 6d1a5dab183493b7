package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
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
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		data, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		data = data[3:]
	case !utf8.Valid(data):
		data, err = charmap.Windows1252.NewDecoder().Bytes(data)
	}
	if err != nil {
		return "", Faults{{Problem: "the file is not a text", Remedy: "save it from the spreadsheet as CSV (UTF-8)"}}
	}
	return string(data), nil
}

// record is one row with the line on which it begins.
type record struct {
	line   int
	fields []string
}

// readRecords splits a text into rows. Rows without any text are left out.
func readRecords(text string) ([]record, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	var records []record
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			var parse *csv.ParseError
			if errors.As(err, &parse) {
				return nil, Faults{{Line: parse.StartLine, Problem: "the row cannot be read", Remedy: "check its quotation marks"}}
			}
			return nil, fmt.Errorf("read list: %w", err)
		}
		line, _ := r.FieldPos(0)
		if strings.TrimSpace(strings.Join(fields, "")) != "" {
			records = append(records, record{line, fields})
		}
	}
}

// separator is the one of ; , and tab that the first row has most of.
func separator(text string) rune {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n")
	best := ','
	for _, candidate := range []rune{';', '\t'} {
		if strings.Count(first, string(candidate)) > strings.Count(first, string(best)) {
			best = candidate
		}
	}
	return best
}
