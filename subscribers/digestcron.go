package subscribers

import (
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// cronDays is a cron expression as the infoflash takes it: some days, and one
// time of day. The library only reads the expression. The slots are counted
// here, day by day: by itself it skips 02:30 in spring and doubles it in autumn.
type cronDays struct {
	at               ClockTime
	dom, month, dow  uint64 // one bit for each value
	anyDOM, anyMonth bool
	anyDOW           bool
}

// What the library's bit fields mean.
const (
	cronFields = 5         // minute hour day month weekday
	starBit    = 1 << 63   // a field that says *
	hourBits   = 1<<24 - 1 // hours 0 to 23
	minuteBits = 1<<60 - 1 // minutes 0 to 59
)

// parseCron reads an expression, and says what is wrong with it; nothing: it can be used.
func parseCron(expression string) (cronDays, faultCode) {
	fields := strings.Fields(expression)
	switch {
	case len(fields) == 0:
		return cronDays{}, faultCronEmpty
	case strings.Contains(fields[0], "="):
		return cronDays{}, faultCronZone
	case strings.HasPrefix(fields[0], "@"):
		return cronDays{}, faultCronShort
	case len(fields) != cronFields:
		return cronDays{}, faultCronFields
	}
	schedule, err := cron.ParseStandard(strings.Join(fields, " "))
	spec, ok := schedule.(*cron.SpecSchedule)
	if err != nil || !ok {
		return cronDays{}, faultCronUnread
	}
	minutes, hours := spec.Minute&minuteBits, spec.Hour&hourBits
	if bits.OnesCount64(minutes) != 1 || bits.OnesCount64(hours) != 1 {
		return cronDays{}, faultCronOften
	}
	c := cronDays{
		at:  ClockTime{bits.TrailingZeros64(hours), bits.TrailingZeros64(minutes)},
		dom: spec.Dom, month: spec.Month, dow: spec.Dow,
		anyDOM: spec.Dom&starBit != 0, anyMonth: spec.Month&starBit != 0, anyDOW: spec.Dow&starBit != 0,
	}
	if !c.everFalls() {
		return cronDays{}, faultCronNoSuch
	}
	return c, ""
}

// fallsOn says whether a day is one of the expression's. Where both the day of
// the month and the weekday are given, either is enough (crontab(5)).
func (c cronDays) fallsOn(day Date) bool {
	if c.month>>uint(day.Month)&1 == 0 {
		return false
	}
	dom, dow := c.dom>>uint(day.Day)&1 == 1, c.dow>>uint(day.Weekday())&1 == 1
	if c.anyDOM || c.anyDOW {
		return dom && dow
	}
	return dom || dow
}

// everFalls looks at the longest month lengths there are: 30 February is never.
func (c cronDays) everFalls() bool {
	if !c.anyDOW && !c.anyDOM || c.anyDOM {
		return true // some weekday comes in every month
	}
	for month := time.January; month <= time.December; month++ {
		longest := Date{2028, month + 1, 1}.AddDays(-1).Day // a leap year
		if c.month>>uint(month)&1 == 1 && c.dom&(1<<(longest+1)-2) != 0 {
			return true
		}
	}
	return false
}

// weekdays lists those that the expression names, from Monday; nil: it does not
// go by the weekday alone.
func (c cronDays) weekdays() []time.Weekday {
	if c.anyDOW || !c.anyDOM || !c.anyMonth {
		return nil
	}
	var named []time.Weekday
	for _, day := range []time.Weekday{1, 2, 3, 4, 5, 6, 0} {
		if c.dow>>uint(day)&1 == 1 {
			named = append(named, day)
		}
	}
	return named
}

// daysOfMonth lists those that the expression names; nil: it does not go by the
// day of the month alone.
func (c cronDays) daysOfMonth() []int {
	if c.anyDOM || !c.anyDOW || !c.anyMonth {
		return nil
	}
	var named []int
	for day := 1; day <= 31; day++ {
		if c.dom>>uint(day)&1 == 1 {
			named = append(named, day)
		}
	}
	return named
}

// onWorkdays says whether the weekdays are Monday to Friday.
func onWorkdays(days []time.Weekday) bool {
	return slices.Equal(days, []time.Weekday{1, 2, 3, 4, 5})
}
