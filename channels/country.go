package channels

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Countries are those whose numbers are texted and called, as ISO 3166 codes.
// Whoever gets numbers of their own choice written to is paid for each SMS
// (SMS pumping): so no other country, and no number that costs extra (decision
// 0028). Empty: DefaultCountries.
type Countries []string

// DefaultCountries are Belgium and its neighbours, where members work and move to.
func DefaultCountries() Countries { return Countries{"BE", "FR", "NL", "DE", "LU"} }

// orDefault is what an empty list means.
func (c Countries) orDefault() Countries {
	if len(c) == 0 {
		return DefaultCountries()
	}
	return c
}

// String lists them as a sentence does.
func (c Countries) String() string { return strings.Join(c.orDefault(), ", ") }

// Validate says which code is not a country's.
func (c Countries) Validate() error {
	for _, code := range c {
		if phonenumbers.GetCountryCodeForRegion(code) == 0 {
			return fmt.Errorf("countries has %.10q; write ISO codes in capitals, as [BE, FR, NL, DE, LU]", code)
		}
	}
	return nil
}

// ForeignError is a number that is not written to. It does not hold the number.
type ForeignError struct {
	Country string // its ISO code; empty: of no country, as a satellite's
	Dear    bool   // it costs extra, wherever it is
}

func (e *ForeignError) Error() string {
	switch {
	case e.Dear:
		return "is a number that costs extra"
	case e.Country == "":
		return "is a number of no country, as those of satellites"
	}
	return "is a number of a country that is not written to (" + e.Country + ")"
}

// Check returns a *ForeignError for a number in E.164 that must not be written
// to. Whether somebody has the number it does not know.
func (c Countries) Check(number string) error {
	if belgianMobile(number) && slices.Contains(c.orDefault(), "BE") {
		return nil
	}
	parsed, err := phonenumbers.Parse(number, "ZZ") // ZZ: only with its prefix
	if err != nil {
		return &ForeignError{}
	}
	country := phonenumbers.GetRegionCodeForNumber(parsed)
	switch {
	case country == "" || country == "001": // +870 to +979: satellites and services
		return &ForeignError{}
	case !slices.Contains(c.orDefault(), country):
		return &ForeignError{Country: country}
	}
	switch phonenumbers.GetNumberType(parsed) {
	case phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST, phonenumbers.PAGER, phonenumbers.UAN:
		return &ForeignError{Country: country, Dear: true}
	}
	return nil
}

// belgianMobile knows most numbers that are texted without the library, which
// takes as long as a third of the call: +324, then 5 to 9, then seven digits
// (PLP.md, "Belgium in practice").
func belgianMobile(number string) bool {
	const begin, length = "+324", len("+32470123456")
	if len(number) != length || !strings.HasPrefix(number, begin) || number[len(begin)] < '5' {
		return false
	}
	for _, digit := range []byte(number[len(begin):]) {
		if digit < '0' || digit > '9' {
			return false
		}
	}
	return true
}
