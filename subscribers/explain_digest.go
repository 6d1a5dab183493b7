package subscribers

import (
	"strconv"
	"strings"
	"time"

	"relais/broker"
)

// Explain says in a sentence when the infoflash goes, and who reads it first.
// An unknown language reads English.
func (d DigestPlan) Explain(lang broker.Lang) string {
	w := planWordsIn(lang)
	days, at := d.days(w, digestWordsIn(lang))
	said := strings.NewReplacer("{day}", days, "{at}", at.String()).Replace(w.digest)
	if d.Preview > 0 {
		said += " " + strings.ReplaceAll(digestWordsIn(lang).preview, "{time}", explainWordsIn(lang).duration(d.Preview))
	}
	return said
}

// days says on which days it goes, and at what time.
func (d DigestPlan) days(w planWords, dw digestWords) (string, ClockTime) {
	switch {
	case d.Every == ByCron:
		c, _ := parseCron(d.Cron)
		return c.explain(d.Cron, w, dw), c.at
	case d.Every == Weekly && d.Weekday >= time.Sunday && d.Weekday <= time.Saturday:
		return w.every + w.weekdays[d.Weekday], d.At
	}
	return w.everyDay, d.At
}

// explain says in words on which days; what has no short words stands as it is.
func (c cronDays) explain(expression string, w planWords, dw digestWords) string {
	days, dates := c.weekdays(), c.daysOfMonth()
	switch {
	case c.anyDOM && c.anyDOW && c.anyMonth, len(days) == 7:
		return w.everyDay
	case onWorkdays(days):
		return dw.workdays
	case len(days) > 0:
		names := make([]string, len(days))
		for i, day := range days {
			names[i] = w.weekdays[day]
		}
		return w.every + join(names, dw.and)
	case len(dates) > 0 && len(dates) <= maxDates:
		return strings.ReplaceAll(dw.dates, "{dates}", join(dw.ordinals(dates), dw.and))
	}
	return strings.ReplaceAll(dw.cron, "{cron}", strings.TrimSpace(expression))
}

// maxDates is how many days of the month still read well in a sentence.
const maxDates = 6

// digestWords are what sentences about an infoflash need in one language.
type digestWords struct {
	workdays string
	and      string
	dates    string
	ordinal  func(day int) string
	cron     string
	preview  string
}

func (w digestWords) ordinals(days []int) []string {
	said := make([]string, len(days))
	for i, day := range days {
		said[i] = w.ordinal(day)
	}
	return said
}

func digestWordsIn(lang broker.Lang) digestWords {
	switch lang {
	case broker.French:
		return digestWords{
			workdays: "du lundi au vendredi", and: " et ", dates: "{dates} du mois", ordinal: frenchDay,
			cron:    "aux jours que donne « {cron} »",
			preview: "Le coordinateur peut le lire {time} avant, y ajouter un mot ou le retenir.",
		}
	case broker.Dutch:
		return digestWords{
			workdays: "van maandag tot vrijdag", and: " en ", dates: "op {dates} van de maand", ordinal: dutchDay,
			cron:    "op de dagen volgens “{cron}”",
			preview: "De coördinator kan hem {time} vooraf lezen, er een woordje aan toevoegen of hem tegenhouden.",
		}
	case broker.German:
		return digestWords{
			workdays: "von Montag bis Freitag", and: " und ", dates: "am {dates} des Monats",
			ordinal: func(day int) string { return strconv.Itoa(day) + "." },
			cron:    "an den Tagen nach „{cron}“",
			preview: "Der Koordinator kann ihn {time} vorher lesen, ein Wort hinzufügen oder ihn zurückhalten.",
		}
	}
	return digestWords{
		workdays: "every weekday", and: " and ", dates: "on the {dates} of the month", ordinal: englishDay,
		cron:    "on the days of “{cron}”",
		preview: "The coordinator can read it {time} before, add a word or hold it.",
	}
}

// frenchDay: only the first is an ordinal (le 1er, le 2).
func frenchDay(day int) string {
	if day == 1 {
		return "le 1er"
	}
	return "le " + strconv.Itoa(day)
}

// dutchDay: 1ste, 8ste, 20ste and above; else de (taaladvies.net).
func dutchDay(day int) string {
	if day == 1 || day == 8 || day >= 20 {
		return "de " + strconv.Itoa(day) + "ste"
	}
	return "de " + strconv.Itoa(day) + "de"
}

func englishDay(day int) string {
	ending := "th"
	if day/10 != 1 {
		switch day % 10 {
		case 1:
			ending = "st"
		case 2:
			ending = "nd"
		case 3:
			ending = "rd"
		}
	}
	return strconv.Itoa(day) + ending
}
