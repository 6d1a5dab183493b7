package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"relais/subscribers"
)

// chart is a picture of bars with its table, and in words what it shows.
type chart struct {
	ID, Title string
	Said      string // what it comes to, in a sentence
	Few       string // why there is no picture; empty: there is one
	Means     string // how the figures are counted
	Bars      []chartBar
	Columns   []string // of the table; the first names its rows
	Rows      []chartRow
}

// chartBar is one bar below its name. Lengths are percents and ems: the picture
// is as wide as there is room, and as high as the letters are.
type chartBar struct {
	Name, Value  string
	Class        string // good, poor or empty
	Width        string // of the bar
	Text, Middle string // where the name stands, and the value
	Top          string // of the bar
}

// chartRow is what the table says of one bar, for reading and as plain numbers.
type chartRow struct {
	Name  string
	Cells []chartCell
}

type chartCell struct{ Text, Raw string }

// Height is that of the picture.
func (c chart) Height() string { return ems(barRoom * float64(len(c.Bars))) }

const (
	barRoom  = 3.1 // ems from one bar to the next
	barMost  = 62  // percent: the value stands behind the longest bar
	barLeast = 0.4 // percent, so that little is not nothing
)

func ems(n float64) string { return strconv.FormatFloat(n, 'f', 2, 64) + "em" }

// bar adds one of a length, compared with the longest.
func (c *chart) bar(name, value, class string, length, longest float64) {
	top := barRoom * float64(len(c.Bars))
	width := 0.0
	if length > 0 && longest > 0 {
		width = max(length/longest*barMost, barLeast)
	}
	c.Bars = append(c.Bars, chartBar{
		Name: name, Value: value, Class: class, Width: fmt.Sprintf("%.2f%%", width),
		Text: ems(top + 1.1), Top: ems(top + 1.5), Middle: ems(top + 2.4),
	})
}

func (c *chart) row(name string, cells ...chartCell) { c.Rows = append(c.Rows, chartRow{name, cells}) }

// number is a count as the reader's language writes it.
func (v view) number(n int) chartCell {
	return chartCell{message.NewPrinter(language.Make(string(v.Lang))).Sprintf("%d", n), strconv.Itoa(n)}
}

// share is how many percent n are of all.
func (v view) share(n, all int) chartCell {
	if all == 0 {
		return v.untold()
	}
	percent := float64(n) * 100 / float64(all)
	return chartCell{message.NewPrinter(language.Make(string(v.Lang))).Sprintf("%.0f", percent) + "\u00a0%", fmt.Sprintf("%.1f", percent)}
}

// decimal has one figure behind the point or comma.
func (v view) decimal(n float64) chartCell {
	return chartCell{message.NewPrinter(language.Make(string(v.Lang))).Sprintf("%.1f", n), fmt.Sprintf("%.1f", n)}
}

// took is a duration; plainly it is minutes.
func (v view) took(d time.Duration) chartCell {
	return chartCell{v.lasting(d), fmt.Sprintf("%.1f", d.Minutes())}
}

// untold stands where nothing can be said.
func (v view) untold() chartCell { return chartCell{"–", ""} }

// lasting says how long something takes, in its two largest units.
func (v view) lasting(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < time.Minute:
		return v.T("lasting.seconds", "n", int(d.Seconds()+0.5))
	case d < time.Hour:
		return v.T("lasting.minutes", "n", int(d.Minutes()+0.5))
	case d < 24*time.Hour:
		d = d.Round(time.Minute)
		if d%time.Hour == 0 {
			return v.T("lasting.hours.even", "n", int(d.Hours()))
		}
		return v.T("lasting.hours", "h", int(d.Hours()), "m", int(d.Minutes())%60)
	}
	d = d.Round(time.Hour)
	if d%(24*time.Hour) == 0 {
		return v.N("span.days", int(d.Hours())/24)
	}
	return v.T("lasting.days", "d", int(d.Hours())/24, "h", int(d.Hours())%24)
}

// few says that nothing can be said, where there are too few.
func (v view) few(n int) string {
	if n >= subscribers.FewestFigures {
		return ""
	}
	return v.T("figures.few", "fewest", subscribers.FewestFigures)
}

// columns are named in one sentence, with semicolons.
func (v view) columns(key string) []string { return strings.Split(v.T(key), ";") }
