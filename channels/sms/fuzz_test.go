package sms

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// The seeds run with every go test. For longer, say an hour for one target:
//
//	go test ./channels/sms -run '^$' -fuzz FuzzParts -fuzztime 1h
func seedTexts(f *testing.F) {
	f.Helper()
	for _, text := range []string{
		"", "a", "Véhicule suspect", "l’été", "€[]", "🚨🚨", "\xff\x00", "e\u0301e\u0302", "\u1100\u1161\u11a8", "ﬁ ½ №",
		"Пожар à l’œuvre", "\u202eabc\u200d", strings.Repeat("€a", 200), strings.Repeat("a", 160), strings.Repeat("a", 161),
		strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), strings.Repeat("ê", 66) + "🚨" + strings.Repeat("ê", 66),
		strings.Repeat("ê", 70), strings.Repeat("ê", 71), strings.Repeat("~", 77) + "a" + strings.Repeat("|", 40),
		"e" + strings.Repeat("\u0301", 40),
	} {
		f.Add(text)
	}
}

// The counter against its own inverse: what a phone puts together from the
// parts, each read on its own, is the text.
func FuzzParts(f *testing.F) {
	f.Logf("longer: go test ./channels/sms -run '^$' -fuzz FuzzParts -fuzztime 1h")
	seedTexts(f)
	f.Fuzz(func(t *testing.T, text string) {
		counted, parts := Count(text), Split(text)
		if len(parts) != counted.Parts || strings.Join(parts, "") != text {
			t.Fatalf("%d parts that hold %q, want %d that hold %q", len(parts), strings.Join(parts, ""), counted.Parts, text)
		}
		var received strings.Builder
		units := 0
		for i, part := range parts {
			onAir := transmit(counted.Encoding, part)
			if limit := limitOf(counted.Encoding, len(parts)); len(onAir) > limit || len(onAir) == 0 {
				t.Errorf("part %d takes %d units, want 1 to %d", i+1, len(onAir), limit)
			}
			read, whole := receive(counted.Encoding, onAir)
			if !whole {
				t.Errorf("part %d ends within a character", i+1)
			}
			units += len(onAir)
			received.WriteString(read)
		}
		if want := string([]rune(text)); received.String() != want { // what is not UTF-8 travels as U+FFFD
			t.Errorf("a phone reads %q, want %q", received.String(), want)
		}
		if units != counted.Units {
			t.Errorf("%d units on the air, counted %d", units, counted.Units)
		}
		leastParts(t, counted, text)
	})
}

// leastParts checks that no smaller number of parts would do: each wastes at
// most the one unit before a character that takes two.
func leastParts(t *testing.T, counted Segments, text string) {
	t.Helper()
	part := limitOf(counted.Encoding, 2)
	if counted.Parts > 1 && counted.Units <= (counted.Parts-1)*(part-1) {
		t.Errorf("%+v for %q: fewer parts would do", counted, text)
	}
	if counted.Parts > 1 && counted.Units <= limitOf(counted.Encoding, 1) {
		t.Errorf("%+v: fits into one", counted)
	}
}

func limitOf(e Encoding, parts int) int {
	switch {
	case e == GSM7 && parts == 1:
		return 160
	case e == GSM7:
		return 153
	case parts == 1:
		return 70
	}
	return 67
}

// transmit is a part as it travels: septets of 3GPP TS 23.038, 6.2.1 (the
// extension behind 0x1B), or 16-bit units. Written for this test alone.
func transmit(e Encoding, text string) []uint16 {
	if e == UCS2 {
		return utf16.Encode([]rune(text))
	}
	var onAir []uint16
	for _, r := range text {
		if place := slices.Index(basicTable(), r); place >= 0 {
			onAir = append(onAir, uint16(place))
			continue
		}
		onAir = append(onAir, 0x1b, extensionPlaces()[r])
	}
	return onAir
}

// receive reads a part on its own, and says whether its last character is whole.
func receive(e Encoding, onAir []uint16) (text string, whole bool) {
	if e == UCS2 {
		read := utf16.Decode(onAir)
		last := onAir[len(onAir)-1]
		return string(read), !utf16.IsSurrogate(rune(last)) || last >= 0xdc00 && len(onAir) > 1 && !utf16.IsSurrogate(read[len(read)-1])
	}
	var b strings.Builder
	for i := 0; i < len(onAir); i++ {
		if onAir[i] != 0x1b {
			b.WriteRune(basicTable()[onAir[i]])
			continue
		}
		if i++; i == len(onAir) {
			return b.String(), false
		}
		for r, place := range extensionPlaces() {
			if place == onAir[i] {
				b.WriteRune(r)
			}
		}
	}
	return b.String(), true
}

// basicTable has each character at its place; 0x1B is the escape.
func basicTable() []rune {
	table := []rune(gsmBasic)
	return slices.Insert(table, 0x1b, utf8.MaxRune)
}

// extensionPlaces is the table of 3GPP TS 23.038, 6.2.1.1.
func extensionPlaces() map[rune]uint16 {
	return map[rune]uint16{
		'\f': 0x0a, '^': 0x14, '{': 0x28, '}': 0x29, '\\': 0x2f, '[': 0x3c, '~': 0x3d, ']': 0x3e, '|': 0x40, '€': 0x65,
	}
}

// Transliteration can be undone, changes nothing that GSM-7 has, and done twice
// is done once.
func FuzzTransliterate(f *testing.F) {
	f.Logf("longer: go test ./channels/sms -run '^$' -fuzz FuzzTransliterate -fuzztime 1h")
	seedTexts(f)
	f.Fuzz(func(t *testing.T, text string) {
		written, changes := TransliterateVisibly(text)
		if got := Restore(written, changes); got != text {
			t.Errorf("restored %q, want %q", got, text)
		}
		if got := Transliterate(written); got != written {
			t.Errorf("twice: got %q, want %q", got, written)
		}
		if Count(text).Encoding == GSM7 && (written != text || len(changes) > 0) {
			t.Errorf("changed %q, which GSM-7 has", text)
		}
		for _, c := range changes {
			if c.At < 0 || c.At+len(c.To) > len(written) || written[c.At:c.At+len(c.To)] != c.To || c.From == c.To {
				t.Errorf("%+v is not where it says", c)
			}
		}
	})
}

// What is sent to a phone is never more than Twilio takes, whatever is written.
func FuzzClean(f *testing.F) {
	f.Logf("longer: go test ./channels/sms -run '^$' -fuzz FuzzClean -fuzztime 1h")
	seedTexts(f)
	f.Fuzz(func(t *testing.T, text string) {
		cleaned := clean(text)
		if again := clean(cleaned); again != cleaned {
			t.Errorf("twice: got %q, want %q", again, cleaned)
		}
		if strings.ContainsAny(cleaned, "\x00\x1b\r\u202e\u2066\ufeff") || !utf8.ValidString(cleaned) {
			t.Errorf("left in: %q", cleaned)
		}
		if strings.Contains(line(text), "\n") {
			t.Errorf("a line of two lines: %q", line(text))
		}
	})
}
