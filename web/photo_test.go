package web

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"relais/broker"
)

// testPicture is a JPEG of noise, as a camera would make one.
func testPicture(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	seed := uint32(1)
	for y := range height {
		for x := range width {
			seed = seed*1664525 + 1013904223
			img.Set(x, y, color.RGBA{R: uint8(x), G: uint8(y), B: uint8(seed >> 27), A: 255}) //nolint:gosec // a pattern
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// missingForm is the form for somebody who is missing, with a picture that it kept.
func missingForm(jpeg []byte) url.Values {
	return with(goodForm(), "kind", "missing", "clearance", "TDG 12/2026", "title.fr", "Disparition inquiétante", "body.fr", "Si vous la voyez, appelez le 101.",
		"alt.fr", "Portrait de Louise", "picture", base64.StdEncoding.EncodeToString(jpeg))
}

// uploaded sends a form with a file, as a browser does.
func (w *world) uploaded(path string, form url.Values, file []byte, header map[string]string) (code int, body string) {
	w.t.Helper()
	var out bytes.Buffer
	parts := multipart.NewWriter(&out)
	for name, values := range form {
		for _, value := range values {
			if err := parts.WriteField(name, value); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	part, err := parts.CreateFormFile("file", "IMG_2041.jpg")
	if err != nil {
		w.t.Fatal(err)
	}
	_, _ = part.Write(file)
	if err := parts.Close(); err != nil {
		w.t.Fatal(err)
	}
	answer := w.do(request{method: http.MethodPost, path: path, body: out.String(), contentType: parts.FormDataContentType(), header: header})
	return answer.Code, strings.ReplaceAll(answer.Body.String(), "&#43;", "+")
}

// A picture as a telephone made it goes with the message, made to fit.
func TestPictureFromTheDesk(t *testing.T) {
	w := newWorld(t)
	file := testPicture(t, 2400, 1600)
	code, body := w.uploaded("/messages?lang=fr", with(missingForm(nil), "picture", ""), file, nil)
	if code != http.StatusSeeOther || len(w.published) != 1 {
		t.Fatalf("got %d\n%s", code, body)
	}
	m := w.published[0]
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
	if m.Picture == nil || len(m.Picture.JPEG) > broker.MaxPicture || m.Picture.Alt[broker.French] != "Portrait de Louise" {
		t.Errorf("got %v", m.Picture)
	}
}

// Over a refusal the form keeps the picture, as all that was typed, and what is
// sent then is the same message as if the file had been chosen again.
func TestTheFormKeepsThePicture(t *testing.T) {
	w := newWorld(t)
	file := testPicture(t, 800, 600)
	form := with(missingForm(nil), "picture", "", "alt.fr", "")
	code, body := w.uploaded("/messages?lang=fr", form, file, nil)
	if code != http.StatusUnprocessableEntity || !strings.Contains(body, `id="alt.fr-fault">Dites en une phrase`) || !strings.Contains(body, `<img src="data:image/jpeg;base64,`) {
		t.Fatalf("got %d\n%s", code, body)
	}
	_, kept, _ := strings.Cut(body, `name="picture" value="`)
	kept, _, _ = strings.Cut(kept, `"`)
	if got := w.post("/messages", with(form, "alt.fr", "Portrait", "picture", kept)); got.Code != http.StatusSeeOther {
		t.Fatalf("got %d\n%s", got.Code, got.Body)
	}
	w.uploaded("/messages", with(form, "alt.fr", "Portrait"), file, nil)
	if len(w.published) != 2 || w.published[0].ID != w.published[1].ID || w.published[0].Picture == nil {
		t.Errorf("got %v", w.published)
	}
}

// What may point at a person needs its reason; where nobody may be shown there
// is no picture at all (PLP.md, rule 2; decisions 0029 and 0030).
func TestWhereAPictureMayStand(t *testing.T) {
	w := newWorld(t)
	if body := w.get("/messages/new?kind=alert&zone=demo").Body.String(); strings.Contains(body, `type="file"`) {
		t.Error("the form for an alert offers a picture")
	}
	file := testPicture(t, 320, 240)
	w.uploaded("/messages", goodForm(), file, nil)
	if len(w.published) != 1 || w.published[0].Picture != nil {
		t.Errorf("a hazard took a picture along: %v", w.published)
	}
	tip := with(missingForm(file), "kind", "prevention", "clearance", "", "urgency", "future")
	answer := w.post("/messages?lang=fr", tip)
	if !strings.Contains(answer.Body.String(), "Une photo peut montrer quelqu’un") || answer.Code != http.StatusUnprocessableEntity {
		t.Errorf("a tip with a picture and no reason: got %d", answer.Code)
	}
	if got := w.post("/messages", with(tip, "override", "montre une fausse lettre")); got.Code != http.StatusSeeOther || w.published[1].Picture == nil {
		t.Errorf("with its reason: got %d", got.Code)
	}
	if got := w.post("/messages", with(tip, "nopicture", "1")); got.Code != http.StatusSeeOther || w.published[2].Picture != nil {
		t.Errorf("without the picture: got %d", got.Code)
	}
}

// A file that is none is refused beside its field; the picture before it stays.
func TestBadPictures(t *testing.T) {
	w := newWorld(t)
	for name, file := range map[string][]byte{"a text": []byte("hello"), "half a picture": testPicture(t, 320, 240)[:700]} {
		code, body := w.uploaded("/messages?lang=en", missingForm(testPicture(t, 32, 32)), file, nil)
		if code != http.StatusUnprocessableEntity || !strings.Contains(body, `id="file-fault">This file cannot be used.`) || !strings.Contains(body, `name="picture" value="/9j/`) {
			t.Errorf("%s: got %d\n%s", name, code, body)
		}
	}
	if got := w.post("/messages", with(missingForm(nil), "picture", base64.StdEncoding.EncodeToString([]byte("made up")))); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("made up: got %d", got.Code)
	}
	if code, _ := w.uploaded("/messages", missingForm(nil), make([]byte, maxUpload), nil); code != http.StatusRequestEntityTooLarge {
		t.Errorf("too long: got %d, want 413", code)
	}
	if len(w.published) != 0 {
		t.Errorf("%d were published", len(w.published))
	}
}

// A script gets the part of the form back with the picture in it; the text, the
// reason and everything else stay where they are.
func TestPictureByScript(t *testing.T) {
	w := newWorld(t)
	code, body := w.uploaded("/messages/picture?lang=en", with(missingForm(nil), "picture", "", "kind", "info"), testPicture(t, 320, 240), map[string]string{"HX-Request": "true"})
	for _, want := range []string{`name="picture" value="/9j/`, `<div id="shown" hx-swap-oob="innerHTML">`, `<img src="data:`, `name="override"`} {
		if !strings.Contains(body, want) {
			t.Errorf("got %d, lacks %s:\n%s", code, want, body)
		}
	}
	if strings.Contains(body, "<html") {
		t.Error("it is a whole page")
	}
}

// A correction of a message with a picture begins with it.
func TestCorrectionKeepsThePicture(t *testing.T) {
	w := newWorld(t)
	m := w.messages[tipID]
	m.Picture = &broker.Picture{JPEG: testPicture(t, 32, 32), Alt: map[broker.Lang]string{broker.Dutch: "Valse brief"}}
	w.messages[tipID] = m
	body := w.get("/messages/new?kind=prevention&type=update&ref=" + tipID.String()).Body.String()
	if !strings.Contains(body, `value="Valse brief"`) || !strings.Contains(body, `name="picture" value="/9j/`) {
		t.Error("the picture is lost")
	}
}
