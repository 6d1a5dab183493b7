package subscribers

import (
	"strings"
	"testing"
	"time"

	"relais/broker"
	"relais/channels"
)

func TestExplainCron(t *testing.T) {
	for _, tc := range []struct {
		cron string
		lang broker.Lang
		want string
	}{
		{"0 18 * * *", broker.English, "every day at 18:00"},
		{"0 18 * * 1-5", broker.English, "every weekday at 18:00"},
		{"0 18 * * MON-FRI", broker.French, "du lundi au vendredi à 18:00"},
		{"0 18 * * 1-5", broker.Dutch, "van maandag tot vrijdag om 18:00 uur"},
		{"0 18 * * 1-5", broker.German, "von Montag bis Freitag um 18:00 Uhr"},
		{"30 7 * * 2,5", broker.English, "every Tuesday and Friday at 07:30"},
		{"30 7 * * 2,5", broker.French, "chaque mardi et vendredi à 07:30"},
		{"30 7 * * 0,3,6", broker.Dutch, "elke woensdag, zaterdag en zondag om 07:30 uur"},
		{"30 7 * * 2,5", broker.German, "jeden Dienstag und Freitag um 07:30 Uhr"},
		{"0 17 1,15 * *", broker.English, "on the 1st and 15th of the month at 17:00"},
		{"0 17 2,3,11,22 * *", broker.English, "on the 2nd, 3rd, 11th and 22nd of the month at 17:00"},
		{"0 17 1,15 * *", broker.French, "le 1er et le 15 du mois à 17:00"},
		{"0 17 1,8,15,20 * *", broker.Dutch, "op de 1ste, de 8ste, de 15de en de 20ste van de maand om 17:00 uur"},
		{"0 17 1,15 * *", broker.German, "am 1. und 15. des Monats um 17:00 Uhr"},
		{"0 17 1 */3 *", broker.English, "on the days of “0 17 1 */3 *” at 17:00"},
		{"0 17 13 * 5", broker.French, "aux jours que donne « 0 17 13 * 5 » à 17:00"},
		{"0 17 */2 * *", broker.German, "an den Tagen nach „0 17 */2 * *“ um 17:00 Uhr"},
	} {
		got := DigestPlan{Every: ByCron, Cron: tc.cron}.Explain(tc.lang)
		if !strings.Contains(got, tc.want) {
			t.Errorf("%s in %s: got %q, want %q in it", tc.cron, tc.lang, got, tc.want)
		}
	}
}

func TestExplainPreview(t *testing.T) {
	d := DigestPlan{Every: Daily, At: ClockTime{18, 0}, Preview: 2 * time.Hour}
	for lang, want := range map[broker.Lang]string{
		broker.French:  "Le coordinateur peut le lire 2 heures avant, y ajouter un mot ou le retenir.",
		broker.Dutch:   "De coördinator kan hem 2 uur vooraf lezen, er een woordje aan toevoegen of hem tegenhouden.",
		broker.German:  "Der Koordinator kann ihn 2 Stunden vorher lesen, ein Wort hinzufügen oder ihn zurückhalten.",
		broker.English: "The coordinator can read it 2 hours before, add a word or hold it.",
	} {
		if got := d.Explain(lang); !strings.HasSuffix(got, want) {
			t.Errorf("%s: got %q, want it to end in %q", lang, got, want)
		}
	}
}

func TestDigestFaults(t *testing.T) {
	cron := func(expression string) DigestPlan { return DigestPlan{Every: ByCron, Cron: expression} }
	for _, tc := range []struct {
		name        string
		plan        DigestPlan
		where, what string // nothing: no fault
	}{
		{"weekdays", cron("0 18 * * 1-5"), "", ""},
		{"names", cron("15 7 * JAN,jul SUN"), "", ""},
		{"leap day", cron("0 8 29 2 *"), "", ""},
		{"either day", cron("0 8 30 2 1"), "", ""},
		{"preview", DigestPlan{Every: Daily, Preview: 24 * time.Hour}, "", ""},
		{"empty", cron(" "), "digest.cron", "is missing"},
		{"several minutes", cron("0,30 18 * * *"), "digest.cron", "several times on one day; give one minute and one hour"},
		{"every minute", cron("* 18 * * *"), "digest.cron", "several times"},
		{"several hours", cron("0 8-10 * * *"), "digest.cron", "several times"},
		{"seconds", cron("0 0 18 * * *"), "digest.cron", "has 6 fields; give five fields"},
		{"short form", cron("@daily"), "digest.cron", `"@daily"; write it out`},
		{"every so often", cron("@every 1h"), "digest.cron", "write it out"},
		{"zone", cron("TZ=Asia/Tokyo 0 18 * * *"), "digest.cron", "time zone; take it out"},
		{"zone alone", cron("CRON_TZ=x"), "digest.cron", "time zone"},
		{"Sunday as 7", cron("0 18 * * 7"), "digest.cron", "0 for Sunday"},
		{"nonsense", cron("a b c d e"), "digest.cron", "cannot be read"},
		{"30 February", cron("0 8 30 2 *"), "digest.cron", "no month has"},
		{"31st of short months", cron("0 8 31 4,6 *"), "digest.cron", "no month has"},
		{"hour twice", DigestPlan{Every: ByCron, Cron: "0 18 * * *", At: ClockTime{18, 0}}, "digest.at", "digest.cron says when"},
		{"weekday twice", DigestPlan{Every: ByCron, Cron: "0 18 * * *", Weekday: 5}, "digest.weekday", "digest.cron"},
		{"cron unused", DigestPlan{Every: Daily, Cron: "0 18 * * *"}, "digest.cron", "no effect; take it out, or use every: cron"},
		{"negative preview", DigestPlan{Every: Daily, Preview: -time.Hour}, "digest.preview", "negative"},
		{"long preview", DigestPlan{Every: Daily, Preview: 25 * time.Hour}, "digest.preview", "longer than a day"},
	} {
		faults := Plan{Digest: tc.plan}.digestFaults()
		switch {
		case tc.where == "" && len(faults) == 0:
		case tc.where == "" || len(faults) != 1 || faults[0].Where != tc.where || !strings.Contains(faults[0].Error(), tc.what):
			t.Errorf("%s: got %v, want one at %q about %q", tc.name, faults, tc.where, tc.what)
		}
	}
}

func TestCronSlots(t *testing.T) {
	p := Partnership{ID: "p"}
	for _, tc := range []struct {
		name, cron, from, to, want string
	}{
		{"weekdays", "0 18 * * 1-5", "2026-11-20T00:00:00Z", "2026-11-25T00:00:00Z", "2026-11-20T18:00+01:00 2026-11-23T18:00+01:00 2026-11-24T18:00+01:00"},
		{"1st and 15th", "0 17 1,15 * *", "2026-11-20T00:00:00Z", "2026-12-31T00:00:00Z", "2026-12-01T17:00+01:00 2026-12-15T17:00+01:00"},
		{"either day", "0 17 13 * 5", "2026-11-09T00:00:00Z", "2026-11-21T00:00:00Z", "2026-11-13T17:00+01:00 2026-11-20T17:00+01:00"},
		{"both days, by the star", "0 17 */2 * 5", "2026-11-01T00:00:00Z", "2026-11-09T00:00:00Z", "2026-11-01T17:00+01:00 2026-11-03T17:00+01:00 2026-11-05T17:00+01:00 2026-11-06T17:00+01:00 2026-11-07T17:00+01:00"},
		{"spring gap", "30 2 * * *", "2027-03-27T12:00:00+01:00", "2027-03-29T12:00:00+02:00", "2027-03-28T03:00+02:00 2027-03-29T02:30+02:00"},
		{"autumn fold", "30 2 * * *", "2026-10-24T12:00:00+02:00", "2026-10-26T12:00:00+01:00", "2026-10-25T02:30+02:00 2026-10-26T02:30+01:00"},
		{"midnight in autumn", "0 0 * * 0", "2026-10-24T12:00:00+02:00", "2026-10-26T12:00:00+01:00", "2026-10-25T00:00+02:00"},
		{"last minute in spring", "59 23 * * *", "2027-03-27T12:00:00+01:00", "2027-03-29T12:00:00+02:00", "2027-03-27T23:59+01:00 2027-03-28T23:59+02:00"},
		{"never more often than once", "0,30 18 * * *", "2026-11-20T00:00:00Z", "2026-11-25T00:00:00Z", ""},
	} {
		var got []string
		for _, slot := range (DigestPlan{Every: ByCron, Cron: tc.cron}).Slots(p, instant(t, tc.from), instant(t, tc.to)) {
			got = append(got, slot.DueAt.In(p.Location()).Format("2006-01-02T15:04-07:00"))
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s: got  %s\nwant %s", tc.name, strings.Join(got, " "), tc.want)
		}
	}
}

func TestNextSlotIsFarAway(t *testing.T) {
	slot, found := DigestPlan{Every: ByCron, Cron: "0 8 29 2 *"}.Next(Partnership{ID: "p"}, instant(t, "2096-03-01T00:00:00Z"))
	if want := (Date{2104, time.February, 29}); !found || slot.Date != want {
		t.Errorf("got %s, %t, want %s", slot.Date, found, want)
	}
}

// Whatever channel it would go by, a person has one digest on a day.
func TestDigestIsOneForPersonAndDay(t *testing.T) {
	who, now := NewMemberID(), instant(t, "2026-11-23T17:00:00Z")
	slot := Slot{Partnership: "p", Date: Date{2026, time.November, 23}, DueAt: now}
	by := func(on channels.Name, p broker.PartnershipID) DigestPerson {
		return DigestPerson{Member: who, Items: []Entry{{Channel: on, Partnership: p, Member: who}}}
	}
	first := slot.Digest(by(channels.Email, "p"), now)
	other := slot
	other.Partnership = "q"
	if second := other.Digest(by(channels.SMS, "q"), now); second.ID != first.ID {
		t.Error("two digests on one day: by email for one partnership, by SMS for another")
	}
	next := slot
	next.Date = slot.Date.AddDays(1)
	if next.Digest(by(channels.Email, "p"), now).ID == first.ID {
		t.Error("the next day's digest has the same id")
	}
	if slot.Digest(DigestPerson{Member: NewMemberID(), Items: []Entry{{}}}, now).ID == first.ID {
		t.Error("another person's digest has the same id")
	}
}
