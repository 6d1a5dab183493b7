package dispatch_test

import (
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

// A message keeps the plan that routed it, to the end: its ladder, channels and
// quiet hours. What is published afterwards goes by the new one.
func TestAPlanThatIsEditedMeanwhile(t *testing.T) {
	w := newWorld(t, 1)
	before := strings.Replace(townPlan, "  - approval: {by: coordinator, within: 24h}\n    channels: {first: [email, sms]}", "  - approval: {by: coordinator, within: 24h}\n    channels: {first: [sms]}", 1)
	w.partnership("home", before)
	w.people("home", 0, 12)
	w.now = time.Date(2026, 11, 23, 20, 30, 0, 0, time.UTC) // 21:30
	m := w.publish(broker.Message{Kind: broker.Appeal})
	w.partnership("home", strings.Replace(townPlan, `quiet_hours: {from: "22:00", to: "07:00"}`, "", 1))
	w.now = w.now.Add(time.Hour) // 22:30, when the old plan sleeps
	w.approve(m, "home")
	next := w.publish(broker.Message{Kind: broker.Appeal})
	w.approve(next, "home")
	w.pass(time.Hour, time.Minute)
	old, edited := w.status(m).Partnerships[0], w.status(next).Partnerships[0]
	if old.PlanVersion != 1 || edited.PlanVersion != 2 {
		t.Errorf("plan versions %d and %d, want 1 and 2", old.PlanVersion, edited.PlanVersion)
	}
	if got := w.sentOn(channels.SMS); got != 0 {
		t.Errorf("%d SMS at night of the message that the old plan holds until morning", got)
	}
	if got := w.sentOn(channels.Email); got != 12 {
		t.Errorf("%d emails by the new plan, want 12", got)
	}
	w.pass(9*time.Hour, 10*time.Minute)
	if got := w.sentOn(channels.SMS); got != 12 {
		t.Errorf("%d SMS in the morning by the old plan, want 12", got)
	}
}
