//go:build linux

package faultdrill

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"relais/channels"
	"relais/channels/sandbox"
)

// TestJudge shows that the judge sees each kind of fault, and lets pass only
// what the design names. It needs no servers.
func TestJudge(t *testing.T) {
	marie := &person{name: "Marie", in: []string{"elm"}, at: map[channels.Name]string{channels.SMS: "+32470000001", channels.Email: "marie@drill.example"}}
	luc := &person{name: "Luc", in: []string{"ash"}, at: map[channels.Name]string{channels.SMS: "+32470000002", channels.Email: "luc@drill.example", channels.Push: "http://sandbox.example/push/luc"}}
	nobody := &person{name: "Nobody", in: []string{"fir"}, at: map[channels.Name]string{channels.SMS: "+32470000003"}}
	alert, appeal := broadcast{"mark1x", "alert"}, broadcast{"mark2x", "appeal"}
	begun := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	sms := func(to *person, b broadcast, of byte, second int) sandbox.Item {
		return sandbox.Item{Channel: channels.SMS, To: to.at[channels.SMS], Text: "Avis " + b.mark, At: begun.Add(time.Duration(second) * time.Second), Delivery: channels.DeliveryID{UUID: uuid.UUID{of}}}
	}
	mail := func(to *person, b broadcast, of byte, second int, ref string) sandbox.Item {
		it := sms(to, b, of, second)
		it.Channel, it.To, it.Ref = channels.Email, to.at[channels.Email], ref
		return it
	}
	// Luc's plan owes him alerts by both.
	right := func() []sandbox.Item {
		return []sandbox.Item{sms(marie, alert, 1, 1), mail(marie, appeal, 2, 1, "m2"), sms(luc, alert, 3, 1), mail(luc, alert, 4, 1, "m4"), mail(luc, appeal, 5, 1, "m5")}
	}
	killed := trouble{from: begun.Add(2 * time.Second), to: begun.Add(3 * time.Second), hides: everyChannel()}
	for _, c := range []struct {
		name                                   string
		items                                  []sandbox.Item
		troubles                               []trouble
		lost, twice, strays, window, collapsed int
	}{
		{name: "everything came once", items: right()},
		{name: "one lost", items: right()[1:], lost: 1},
		{name: "one of two owed channels lost", items: append(right()[:3], right()[4]), lost: 1},
		{name: "the same delivery twice, nothing broken", items: append(right(), sms(marie, alert, 1, 9)), twice: 1},
		{name: "an alert twice around a kill", items: append(right(), sms(marie, alert, 1, 9)), troubles: []trouble{killed}, window: 1},
		{name: "an alert twice before the kill", items: append(right(), sms(marie, alert, 1, 9)), troubles: []trouble{{from: begun.Add(20 * time.Second), to: begun.Add(21 * time.Second), hides: everyChannel()}}, twice: 1},
		{name: "an alert twice around a fault that hides no SMS", items: append(right(), sms(marie, alert, 1, 9)), troubles: []trouble{{killed.from, killed.to, []channels.Name{channels.Email}}}, twice: 1},
		{name: "an appeal by SMS twice around a kill", items: append(right()[:4], sms(luc, appeal, 5, 1), sms(luc, appeal, 5, 9)), troubles: []trouble{killed}, twice: 1},
		{name: "a mail twice with one Message-ID around a kill", items: append(right(), mail(marie, appeal, 2, 9, "m2")), troubles: []trouble{killed}, collapsed: 1},
		{name: "a mail twice with one Message-ID, nothing broken", items: append(right(), mail(marie, appeal, 2, 9, "m2")), twice: 1},
		{name: "a mail twice with two Message-IDs", items: append(right(), mail(marie, appeal, 2, 9, "m9")), troubles: []trouble{killed}, twice: 1},
		{name: "two deliveries to one person", items: append(right(), mail(marie, alert, 7, 9, "m7")), troubles: []trouble{killed}, twice: 1},
		{name: "one to somebody of a partnership that is not launched", items: append(right(), sms(nobody, alert, 8, 1)), strays: 1},
		{name: "one by a channel that is not in the plan", items: append(right(), sandbox.Item{Channel: channels.Push, To: "http://sandbox.example/push/luc", Subject: alert.mark}), strays: 1, twice: 1},
		{name: "one to a number that nobody has", items: append(right(), sandbox.Item{Channel: channels.SMS, To: "+32470999999", Text: "Avis " + alert.mark}), strays: 1},
	} {
		for i := range c.items { // the outbox shows the newest first
			c.items[i].N = i + 1
		}
		slices.Reverse(c.items)
		v := judge(evidence{[]*person{marie, luc, nobody}, []broadcast{alert, appeal}, c.troubles, c.items})
		got := []int{v.owed, len(v.lost), len(v.twice), len(v.strays), v.window, v.collapsed}
		want := []int{4, c.lost, c.twice, c.strays, c.window, c.collapsed}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: owed, lost, twice, strays, window, collapsed are %v, want %v", c.name, got, want)
				break
			}
		}
	}
}
