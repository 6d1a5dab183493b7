package web

import (
	"encoding/base64"
	"strings"
	"testing"

	"relais/broker"
	"relais/subscribers"
)

// Who decides and who receives see the picture, in a page that the content
// policy lets show it, with what it shows in their language.
func TestPagesShowThePicture(t *testing.T) {
	w := newWorld(t)
	tip := w.messages[tipID]
	alt := make(map[broker.Lang]string)
	for lang := range tip.Texts {
		alt[lang] = `Une fausse lettre "de la banque"`
	}
	tip.Picture = &broker.Picture{JPEG: []byte("\xFF\xD8 a picture"), Alt: alt}
	w.messages[tipID] = tip
	want := `<img src="data:image/jpeg;base64,` + base64.StdEncoding.EncodeToString(tip.Picture.JPEG) + `" alt="Une fausse lettre &#34;de la banque&#34;" />`
	for name, path := range map[string]string{
		"infoflash": w.link(subscribers.CanOpen, digestID),
		"progress":  "/messages/" + tipID.String(),
	} {
		answer := w.get(path)
		body := strings.ReplaceAll(answer.Body.String(), "&#43;", "+") // how html/template writes it
		if !strings.Contains(body, want) {
			t.Errorf("%s does not show the picture", name)
		}
		if policy := answer.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "img-src 'self' data:;") {
			t.Errorf("%s: the policy %q keeps it from being shown", name, policy)
		}
	}
}
