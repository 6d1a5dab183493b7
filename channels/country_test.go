package channels

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

func TestCountries(t *testing.T) {
	for name, tc := range map[string]struct {
		allowed Countries
		number  string
		want    *ForeignError
	}{
		"mobile":                {nil, "+32470123456", nil},
		"landline":              {nil, "+3227931000", nil},
		"France":                {nil, "+33612345678", nil},
		"Netherlands":           {nil, "+31612345678", nil},
		"Germany":               {nil, "+4915112345678", nil},
		"Luxembourg":            {nil, "+352621123456", nil},
		"Britain":               {nil, "+447400123456", &ForeignError{Country: "GB"}},
		"Britain, allowed":      {Countries{"BE", "GB"}, "+447400123456", nil},
		"France, not allowed":   {Countries{"BE"}, "+33612345678", &ForeignError{Country: "FR"}},
		"Latvia":                {nil, "+37121234567", &ForeignError{Country: "LV"}},
		"Réunion is not France": {nil, "+262692123456", &ForeignError{Country: "RE"}},
		"United States":         {nil, "+12015550123", &ForeignError{Country: "US"}},
		"Iridium":               {nil, "+881612345678", &ForeignError{}},
		"Inmarsat":              {nil, "+870773111632", &ForeignError{}},
		"international premium": {nil, "+979123456789", &ForeignError{}},
		"Belgian premium":       {nil, "+3290612345", &ForeignError{Country: "BE", Dear: true}},
		"French premium":        {nil, "+33897123456", &ForeignError{Country: "FR", Dear: true}},
		"German premium":        {nil, "+499001234567", &ForeignError{Country: "DE", Dear: true}},
		"no prefix":             {nil, "0470123456", &ForeignError{}},
		"short":                 {nil, "8850", &ForeignError{}},
		"no number":             {nil, "marie", &ForeignError{}},
	} {
		err := tc.allowed.Check(tc.number)
		var got *ForeignError
		if errors.As(err, &got); (got == nil) != (tc.want == nil) || got != nil && *got != *tc.want {
			t.Errorf("%s: got %+v, want %+v", name, err, tc.want)
		}
		if err != nil && strings.Contains(err.Error(), tc.number[1:]) {
			t.Errorf("%s: the error holds the number", name)
		}
	}
	if err := DefaultCountries().Validate(); err != nil {
		t.Errorf("the default: %v", err)
	}
	for _, bad := range []string{"be", "Belgium", "+32", "", "XX"} {
		if (Countries{"BE", bad}).Validate() == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

// TestBelgianMobilesAreWhatTheLibrarySays asks it about numbers of every beginning.
func TestBelgianMobilesAreWhatTheLibrarySays(t *testing.T) {
	for begin := range 10_000 {
		for _, number := range []string{fmt.Sprintf("+324%04d0123", begin), fmt.Sprintf("+324%04d9999", begin)} {
			if !belgianMobile(number) {
				continue
			}
			parsed, err := phonenumbers.Parse(number, "ZZ")
			if err != nil {
				t.Fatal(err)
			}
			country, kind := phonenumbers.GetRegionCodeForNumber(parsed), phonenumbers.GetNumberType(parsed)
			if country != "BE" || kind != phonenumbers.MOBILE {
				t.Errorf("%s is of %q, type %d", number, country, kind)
			}
		}
	}
	for _, number := range []string{"+3247012345", "+324701234567", "+3247012345x", "+32420123456", "+33470123456", "", "+324"} {
		if belgianMobile(number) {
			t.Errorf("%q is none", number)
		}
	}
}
