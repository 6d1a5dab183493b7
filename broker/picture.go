package broker

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"io"
	"log/slog"
	"slices"
	"strings"
)

// Picture shows what words cannot: who is missing, how a fraud looks. It goes
// with the emails and pages of a message, never by SMS, push or voice, so the
// text must be enough without it. It does not print itself (PLP.md, rule 12).
type Picture struct {
	JPEG []byte          `json:"jpeg"` // base64 in JSON; at most MaxPicture bytes, MaxPictureSide pixels a side, without metadata
	Alt  map[Lang]string `json:"alt"`  // what it shows, in each language of the texts, for who cannot see it; one line, at most MaxAlt characters
}

// What Validate lets pass of a picture. A broadcast carries it once for every
// email, and NATS carries a message of at most a megabyte.
const (
	MaxPicture     = 120 << 10 // bytes
	MaxPictureSide = 1280      // pixels
	MaxAlt         = 200       // characters
)

// Format writes a placeholder for every verb.
func (Picture) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[picture]") }

// LogValue keeps the picture out of structured logs.
func (Picture) LogValue() slog.Value { return slog.StringValue("[picture]") }

// MayShowPicture says whether a message of this kind may carry a picture: the
// face of somebody who is missing, for whom there is a clearance, and what
// shows nobody in particular. One of a suspect is ruled out (PLP.md, rule 2).
func (k Kind) MayShowPicture() bool {
	return slices.Contains([]Kind{Missing, Prevention, Info}, k)
}

func checkPicture(m Message) *Fault {
	if m.Picture == nil {
		return nil
	}
	const field, again = "picture.jpeg", "publish it with relais publish --picture, which makes it fit"
	size, err := jpeg.DecodeConfig(bytes.NewReader(m.Picture.JPEG))
	switch {
	case !m.Kind.MayShowPicture():
		return &Fault{"picture", "does not go with the kind " + string(m.Kind), "leave it out: only missing, prevention and info may show one"}
	case err != nil:
		return &Fault{field, "is not a JPEG", again}
	case len(m.Picture.JPEG) > MaxPicture:
		return &Fault{field, fmt.Sprintf("is larger than %d bytes", MaxPicture), again}
	case size.Width > MaxPictureSide || size.Height > MaxPictureSide:
		return &Fault{field, fmt.Sprintf("is wider or higher than %d pixels", MaxPictureSide), again}
	case tells(m.Picture.JPEG):
		return &Fault{field, "holds more than the picture, such as where and when it was taken", again}
	}
	return checkAlt(m)
}

func checkAlt(m Message) *Fault {
	for lang := range m.Texts {
		field := "picture.alt." + string(lang)
		alt := m.Picture.Alt[lang]
		switch {
		case strings.TrimSpace(alt) == "":
			return &Fault{field, "is missing", "say in a sentence what the picture shows, for who cannot see it"}
		case !plainLine(alt, MaxAlt):
			return &Fault{field, fmt.Sprintf("is longer than %d characters or not one plain line", MaxAlt), "shorten it, and take out line breaks and control characters"}
		}
	}
	for lang := range m.Picture.Alt {
		if _, ok := m.Texts[lang]; !ok {
			return &Fault{"picture.alt", "has a language that texts has not", "leave that language out, or write the text in it"}
		}
	}
	return nil
}

// tells says whether a JPEG holds anything but the picture: application data
// other than JFIF and Adobe's colour transform, which decoders need, a comment,
// or what follows the picture's end (ITU-T T.81, annex B; Exif is APP1). What
// cannot be followed counts as telling.
func tells(data []byte) bool {
	const soi, sos, eoi, app0, app14, app15, com = 0xD8, 0xDA, 0xD9, 0xE0, 0xEE, 0xEF, 0xFE
	if len(data) < 2 || data[1] != soi {
		return true
	}
	for rest := data[2:]; len(rest) >= 4 && rest[0] == 0xFF; {
		marker, length := rest[1], 2+int(rest[2])<<8+int(rest[3])
		if marker == com || marker > app0 && marker <= app15 && marker != app14 {
			return true
		}
		if marker == sos { // the scan runs to the end
			end := bytes.Index(rest, []byte{0xFF, eoi})
			return end < 0 || end+2 != len(rest)
		}
		if length > len(rest) {
			return true
		}
		rest = rest[length:]
	}
	return true
}
