package web

import (
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"time"

	"relais/broker"
)

// maxUpload is the longest form that brings a picture as a telephone made it,
// in bytes, beside the one that the form kept before.
const maxUpload = maxBody + broker.MaxPictureFile

// uploadPatience is how long such a form may take to arrive.
const uploadPatience = 2 * time.Minute

// most is the longest body that is read of a request, in bytes.
func (row route) most(r *http.Request) int64 {
	switch row.pattern {
	case "POST /messages", "POST /messages/preview", "POST /messages/picture":
		if bringsFiles(r) {
			return maxUpload
		}
	}
	return maxBody
}

func bringsFiles(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && media == "multipart/form-data"
}

// readFields reads a form, and the files that it brings into memory: no part
// of a message may stay behind on a disk.
func readFields(r *http.Request) error {
	if bringsFiles(r) {
		return r.ParseMultipartForm(maxUpload)
	}
	return r.ParseForm()
}

// readCompose reads the form for a message with its picture: the one that is
// chosen now, else the one that the page kept.
func (s *server) readCompose(r *http.Request) (form, error) {
	if err := readFields(r); err != nil {
		return form{}, err
	}
	f := readForm(r.PostForm)
	if !f.Kind.MayShowPicture() || r.PostForm.Get("nopicture") != "" {
		return f, nil
	}
	if kept := r.PostForm.Get("picture"); kept != "" {
		var err error
		if f.Picture, err = base64.StdEncoding.DecodeString(kept); err != nil {
			f.Picture, f.Unusable = nil, true
		}
	}
	chosen, err := s.fitted(r)
	switch {
	case errors.Is(err, broker.ErrPicture):
		f.Unusable = true
	case err != nil:
		return f, err
	case chosen != nil:
		f.Picture = chosen
	}
	return f, nil
}

// fitted makes a picture of the file that was chosen; nil: none was. One at a
// time, for a telephone's takes a quarter of a gigabyte while it is open.
func (s *server) fitted(r *http.Request) ([]byte, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 || r.MultipartForm.File["file"][0].Size == 0 {
		return nil, nil
	}
	file, err := r.MultipartForm.File["file"][0].Open()
	if err != nil {
		return nil, fmt.Errorf("open the picture: %w", err)
	}
	defer file.Close()
	select {
	case s.fitting <- struct{}{}:
		defer func() { <-s.fitting }()
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return broker.FitPicture(file)
}

// picture is the one of the form's message; nil: none.
func (f form) picture() *broker.Picture {
	if len(f.Picture) == 0 {
		return nil
	}
	p := &broker.Picture{JPEG: f.Picture, Alt: make(map[broker.Lang]string)}
	for lang := range f.Texts {
		if alt := f.Alt[lang]; alt != "" {
			p.Alt[lang] = alt
		}
	}
	return p
}

// judgePicture says what is wrong with the picture and with the words for it.
func (f form) judgePicture(m broker.Message, wrong faults) {
	if f.Unusable {
		wrong["picture"] = "fault.picture"
	}
	if m.Picture == nil {
		return
	}
	for lang, text := range m.Texts {
		alone := m
		alone.Texts = map[broker.Lang]broker.Text{lang: text}
		alone.Picture = &broker.Picture{JPEG: m.Picture.JPEG, Alt: make(map[broker.Lang]string)}
		if alt, said := m.Picture.Alt[lang]; said {
			alone.Picture.Alt[lang] = alt
		}
		wrong.note(alone.Validate())
	}
}

// unusable is what is wrong with the form's picture, while nothing else is asked.
func (f form) unusable() faults {
	if !f.Unusable {
		return nil
	}
	return faults{"picture": "fault.picture"}
}

// fillPicture shows the picture that the form has.
func (p *composePage) fillPicture() {
	p.MayShow = p.Form.Kind.MayShowPicture()
	p.Face = len(p.Form.Picture) > 0 && p.Form.Kind != broker.Missing
	if len(p.Form.Picture) == 0 {
		return
	}
	m := broker.Message{Picture: &broker.Picture{JPEG: p.Form.Picture, Alt: map[broker.Lang]string{p.Lang: p.T("compose.picture.seen")}}}
	p.Shown = newPicture(m, p.Lang)
	p.Kept = base64.StdEncoding.EncodeToString(p.Form.Picture)
	p.KeptSize = p.T("compose.picture.kept", "size", (len(p.Form.Picture)+999)/1000)
}
