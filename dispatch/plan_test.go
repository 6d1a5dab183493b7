package dispatch_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
	"relais/dispatch"
	"relais/subscribers"
)

// pages notes how many members the planner asks for at a time.
type pages struct {
	dispatch.Directory
	asked []int
}

func (p *pages) Members(ctx context.Context, a subscribers.Audience, after subscribers.MemberID, limit int) ([]subscribers.Member, error) {
	p.asked = append(p.asked, limit)
	return p.Directory.Members(ctx, a, after, limit)
}

// busy announces the approval again while the first page is read.
type busy struct {
	dispatch.Directory
	again func()
	reads int
}

func (b *busy) Members(ctx context.Context, a subscribers.Audience, after subscribers.MemberID, limit int) ([]subscribers.Member, error) {
	b.reads++
	if b.reads == 1 {
		b.again()
	}
	return b.Directory.Members(ctx, a, after, limit)
}

// The sweep announces what is not planned yet, also what is being planned.
func TestAPlanThatRunsIsNotBegunAgain(t *testing.T) {
	w := newWorld(t, 1)
	w.partnership("home", cappedPlan)
	w.people("home", 0, 12)
	read := &busy{Directory: w.planner.Directory}
	read.again = func() {
		w.now = w.now.Add(time.Minute)
		w.must(w.sweeper.Sweep(t.Context()))
		w.settle()
	}
	w.planner.Directory = read
	m := w.publish(broker.Message{Kind: broker.Alert})
	if got := len(w.reached(m.ID)); got != 12 || read.reads != 2 {
		t.Errorf("%d of 12 were reached, with %d pages; want 2", got, read.reads)
	}
}

// The first members are called while the last are still being read, so the
// first page is the smallest.
func TestAPlanBeginsWithASmallPage(t *testing.T) {
	w := newWorld(t, 1)
	w.partnership("home", cappedPlan)
	w.people("home", 0, 250)
	read := &pages{Directory: w.planner.Directory}
	w.planner.Directory, w.planner.Page = read, 200
	m := w.publish(broker.Message{Kind: broker.Alert})
	if got := len(w.reached(m.ID)); got != 250 {
		t.Errorf("%d of 250 were reached", got)
	}
	if diff := cmp.Diff([]int{20, 160, 200}, read.asked); diff != "" {
		t.Error("pages (-want +got):\n" + diff)
	}
}
