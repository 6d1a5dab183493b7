package store_test

import (
	"testing"
	"time"

	"relais/broker"
	"relais/subscribers"
)

// BenchmarkSearch looks through 100,000 messages of a zone, for what is common,
// for what one of them says, and for what none does.
func BenchmarkSearch(b *testing.B) {
	for name, fresh := range engines() {
		s := open(b, fresh(b))
		for i := range 100_000 {
			m := message(broker.NewMessageID(), 1)
			if i == 1000 {
				m.Texts = titled("Église ouverte")
			}
			must(b, s.Open(b.Context(), m, noon.Add(time.Duration(i)*time.Minute), nil, nil, nil))
		}
		for what, words := range map[string]string{"newest": "", "common": "cambriolage", "one": "eglise", "none": "inondation"} {
			b.Run(name+"/"+what, func(b *testing.B) {
				for b.Loop() {
					_, _, err := s.Search(b.Context(), subscribers.Search{Zone: "demo", Words: subscribers.NewWords(words), Limit: 25})
					must(b, err)
				}
			})
		}
	}
}
