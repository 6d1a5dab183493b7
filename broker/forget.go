package broker

// WithoutTexts is the message when its texts have to be forgotten: each of its
// languages says that there was one, so that what shows a message still can.
func (m Message) WithoutTexts() Message {
	erased := map[Lang]Text{
		French:  {Title: "(texte effacé)", Body: "Ce texte a été effacé, car le délai de conservation est passé."},
		Dutch:   {Title: "(tekst gewist)", Body: "Deze tekst werd gewist, want de bewaartermijn is voorbij."},
		German:  {Title: "(Text gelöscht)", Body: "Dieser Text wurde gelöscht, denn die Aufbewahrungsfrist ist vorbei."},
		English: {Title: "(text erased)", Body: "This text was erased, for the time to keep it is over."},
	}
	texts := make(map[Lang]Text, len(m.Texts))
	for lang := range m.Texts {
		texts[lang] = erased[lang]
	}
	m.Texts = texts
	return m
}
