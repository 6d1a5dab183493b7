package web

import (
	"time"

	"relais/subscribers"
)

// answerChart shows how long approvers took.
func (v view) answerChart(a subscribers.Answering) chart {
	all := a.N + a.Unanswered
	c := chart{ID: "answers", Title: v.T("figures.answers"), Means: v.T("figures.answers.means"), Few: v.few(all), Columns: v.columns("figures.answers.columns")}
	if a.Enough() {
		c.Said = v.T("figures.answers.said", "half", v.lasting(a.Half), "most", v.lasting(a.Most))
	}
	longest := float64(a.Unanswered)
	for _, w := range a.Within {
		longest = max(longest, float64(w.N))
	}
	before := time.Duration(0)
	for _, w := range a.Within {
		name := v.T("figures.answers.between", "from", v.lasting(before), "to", v.lasting(w.Limit))
		switch {
		case before == 0:
			name = v.T("figures.answers.within", "to", v.lasting(w.Limit))
		case w.Limit == 0:
			name = v.T("figures.answers.over", "from", v.lasting(before))
		}
		before = w.Limit
		c.bar(name, v.number(w.N).Text, "", float64(w.N), longest)
		c.row(name, v.number(w.N), v.share(w.N, all))
	}
	c.bar(v.T("figures.answers.none"), v.number(a.Unanswered).Text, "poor", float64(a.Unanswered), longest)
	c.row(v.T("figures.answers.none"), v.number(a.Unanswered), v.share(a.Unanswered, all))
	return c
}

// paceChart shows how fast messages reached people, by urgency.
func (v view) paceChart(all []subscribers.Reaching) chart {
	c := chart{ID: "pace", Title: v.T("figures.pace"), Means: v.T("figures.pace.means"), Columns: v.columns("figures.pace.columns")}
	longest := time.Duration(0)
	for _, one := range all {
		if one.First.Enough() {
			longest = max(longest, one.First.Half, one.Last.Half)
		}
	}
	for _, one := range all {
		name := v.T("figures.pace." + string(one.Urgency))
		if !one.First.Enough() {
			c.row(name, v.number(one.First.N), v.untold(), v.untold())
			continue
		}
		c.row(name, v.number(one.First.N), v.took(one.First.Half), v.took(one.Last.Half))
		c.bar(v.T("figures.pace.half", "urgency", name), v.lasting(one.First.Half), "", one.First.Half.Seconds(), longest.Seconds())
		c.bar(v.T("figures.pace.most", "urgency", name), v.lasting(one.Last.Half), "", one.Last.Half.Seconds(), longest.Seconds())
	}
	if len(c.Bars) == 0 {
		c.Few = v.few(0)
	}
	return c
}

// reachChart shows by which channel people were reached.
func (v view) reachChart(sent []subscribers.Sending) chart {
	by, missed, messages := subscribers.ReachOf(sent)
	c := chart{ID: "reach", Title: v.T("figures.reach"), Means: v.T("figures.reach.means"), Few: v.few(messages), Columns: v.columns("figures.reach.columns")}
	all, longest := missed, missed
	for _, one := range by {
		all, longest = all+one.N, max(longest, one.N)
	}
	if c.Few == "" && all > 0 {
		c.Said = v.T("figures.reach.said", "share", v.share(all-missed, all).Text)
	}
	for _, one := range by {
		name := v.T("channel." + string(one.Channel))
		c.bar(name, v.number(one.N).Text, "good", float64(one.N), float64(longest))
		c.row(name, v.number(one.N), v.share(one.N, all))
	}
	c.bar(v.T("figures.reach.missed"), v.number(missed).Text, "poor", float64(missed), float64(longest))
	c.row(v.T("figures.reach.missed"), v.number(missed), v.share(missed, all))
	return c
}

// leavingChart shows after which kinds of message members left.
func (v view) leavingChart(all []subscribers.Leaving) chart {
	c := chart{ID: "leaving", Title: v.T("figures.leaving"), Means: v.T("figures.leaving.means"), Columns: v.columns("figures.leaving.columns")}
	most := 0.0
	for _, one := range all {
		if one.Messages >= subscribers.FewestFigures {
			most = max(most, one.PerThousand())
		}
	}
	for _, one := range all {
		name := v.words.Kinds[one.Kind]
		if one.Messages < subscribers.FewestFigures {
			c.row(name, v.number(one.Messages), v.number(one.Reached), v.number(one.Left), v.untold())
			continue
		}
		c.bar(name, v.decimal(one.PerThousand()).Text, "poor", one.PerThousand(), most)
		c.row(name, v.number(one.Messages), v.number(one.Reached), v.number(one.Left), v.decimal(one.PerThousand()))
	}
	if len(c.Bars) == 0 {
		c.Few = v.few(0)
	}
	return c
}

// owingChart shows how the police kept their word.
func (v view) owingChart(o subscribers.Owing) chart {
	c := chart{ID: "owing", Title: v.T("figures.owing"), Means: v.T("figures.owing.means"), Few: v.few(o.N()), Columns: v.columns("figures.owing.columns")}
	if c.Few == "" {
		c.Said = v.T("figures.owing.said", "n", v.number(o.OnTime).Text, "all", v.number(o.N()).Text)
	}
	longest := float64(max(o.OnTime, o.Late, o.Overdue, o.NotYet))
	for _, part := range []struct {
		key, class string
		n          int
	}{{"figures.owing.ontime", "good", o.OnTime}, {"figures.owing.late", "", o.Late}, {"figures.owing.overdue", "poor", o.Overdue}, {"figures.owing.notyet", "", o.NotYet}} {
		c.bar(v.T(part.key), v.number(part.n).Text, part.class, float64(part.n), longest)
		c.row(v.T(part.key), v.number(part.n))
	}
	return c
}
