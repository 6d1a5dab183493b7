package broker

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// halves is a picture whose left half is red and whose right half is blue.
func halves(width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{R: 255, A: 255}
			if x >= width/2 {
				c = color.RGBA{B: 255, A: 255}
			}
			img.Set(x, y, c)
		}
	}
	return img
}

func jpegOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// byTelephone is a JPEG with an Exif segment that says that it lies on its
// side (orientation 6: turn it to the right), and a place.
func byTelephone(t *testing.T, img image.Image) []byte {
	t.Helper()
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x02")
	tiff = append(tiff, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0)                     // Orientation
	tiff = append(tiff, 0x01, 0x0E, 0, 2, 0, 0, 0, 16, 0, 0, 0, 38)                   // ImageDescription
	tiff = append(append(tiff, 0, 0, 0, 0), []byte("50.6326N 5.5797E")...)            // where it was taken
	exif := append([]byte("Exif\x00\x00"), tiff...)                                   //
	segment := binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(exif)+2)) //nolint:gosec // short
	return bytes.Join([][]byte{{0xFF, 0xD8}, segment, exif, jpegOf(t, img)[2:]}, nil)
}

func TestFitPictureTurnsItUprightAndForgetsThePlace(t *testing.T) {
	taken := byTelephone(t, halves(400, 300))
	if !bytes.Contains(taken, []byte("50.6326N")) || !tells(taken) {
		t.Fatal("the file of this test says no place")
	}
	got, err := FitPicture(bytes.NewReader(taken))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(got, []byte("50.6326N")) || bytes.Contains(got, []byte("Exif")) || tells(got) {
		t.Error("it still says where it was taken")
	}
	img, err := jpeg.Decode(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds(); size.Dx() != 300 || size.Dy() != 400 {
		t.Errorf("%v, want 300 by 400: it lay on its side", size)
	}
	if r, _, b, _ := img.At(150, 20).RGBA(); r < b {
		t.Error("its left is not its top")
	}
}

func TestFitPictureMakesItSmall(t *testing.T) {
	noise := image.NewRGBA(image.Rect(0, 0, 1400, 700))
	rng := rand.NewChaCha8([32]byte{1})
	if _, err := rng.Read(noise.Pix); err != nil {
		t.Fatal(err)
	}
	got, err := FitPicture(bytes.NewReader(jpegOf(t, noise)))
	if err != nil {
		t.Fatal(err)
	}
	m := pictured(got)
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
}

func TestWhatIsTransparentBecomesWhite(t *testing.T) {
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewNRGBA(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	got, err := FitPicture(&file)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := img.At(20, 20).RGBA(); r < 0xF000 || g < 0xF000 || b < 0xF000 {
		t.Errorf("got colour %x %x %x, want white", r, g, b)
	}
}

func TestFitPictureRefuses(t *testing.T) {
	var bomb bytes.Buffer
	if err := png.Encode(&bomb, image.NewGray(image.Rect(0, 0, 10_000, 10_000))); err != nil {
		t.Fatal(err)
	}
	whole := jpegOf(t, halves(100, 100))
	for name, data := range map[string][]byte{
		"nothing": nil, "a text": []byte("GIF89a"), "a cut one": whole[:len(whole)/3],
		"too many pixels": bomb.Bytes(), "too large": append(bytes.Clone(whole), make([]byte, MaxPictureFile)...),
	} {
		if _, err := FitPicture(bytes.NewReader(data)); !errors.Is(err, ErrPicture) || !strings.Contains(err.Error(), "; ") {
			t.Errorf("%s: got %v, want ErrPicture with what to do", name, err)
		}
	}
}

// pictured is a tip with a picture.
func pictured(data []byte) Message {
	sent := time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)
	return Message{
		ID: NewMessageID(), Zone: "demo", Override: "A false letter, nobody is on it", Author: "Insp. Delvaux", Sent: sent, Expires: sent.Add(time.Hour), Kind: Prevention,
		Texts:   map[Lang]Text{French: {Title: "Titre", Body: "Texte"}, Dutch: {Title: "Titel", Body: "Tekst"}},
		Picture: &Picture{JPEG: data, Alt: map[Lang]string{French: "Une fausse lettre", Dutch: "Een valse brief"}},
	}.WithUsual()
}

func TestPicturesThatDoNotGo(t *testing.T) {
	good := jpegOf(t, halves(60, 40))
	for _, tc := range []struct {
		name, field string
		change      func(m *Message)
	}{
		{"as it should be", "", func(*Message) {}},
		{"of a suspect", "picture", func(m *Message) { m.Kind = Alert }},
		{"of an appeal", "picture", func(m *Message) { m.Kind = Appeal }},
		{"of who is missing", "", func(m *Message) { m.Kind, m.Clearance = Missing, "2026/117" }},
		{"no JPEG", "picture.jpeg", func(m *Message) { m.Picture.JPEG = []byte("\x89PNG\r\n") }},
		{"empty", "picture.jpeg", func(m *Message) { m.Picture.JPEG = nil }},
		{"with its place", "picture.jpeg", func(m *Message) { m.Picture.JPEG = byTelephone(t, halves(60, 40)) }},
		{"with something behind it", "picture.jpeg", func(m *Message) { m.Picture.JPEG = append(bytes.Clone(good), "more"...) }},
		{"too wide", "picture.jpeg", func(m *Message) { m.Picture.JPEG = jpegOf(t, halves(MaxPictureSide+1, 10)) }},
		{"too large", "picture.jpeg", func(m *Message) { m.Picture.JPEG = append(bytes.Clone(good), make([]byte, MaxPicture)...) }},
		{"not said in Dutch", "picture.alt.nl", func(m *Message) { delete(m.Picture.Alt, Dutch) }},
		{"said in two lines", "picture.alt.fr", func(m *Message) { m.Picture.Alt[French] = "a\nb" }},
		{"said at length", "picture.alt.fr", func(m *Message) { m.Picture.Alt[French] = strings.Repeat("é", MaxAlt+1) }},
		{"said in a language without text", "picture.alt", func(m *Message) { m.Picture.Alt[German] = "Ein Brief" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := pictured(bytes.Clone(good))
			tc.change(&m)
			var fault *Fault
			err := m.Validate()
			errors.As(err, &fault)
			if got := fieldOf(fault); got != tc.field {
				t.Errorf("got %v, want a fault of %q", err, tc.field)
			}
		})
	}
}

func fieldOf(f *Fault) string {
	if f == nil {
		return ""
	}
	return f.Field
}
