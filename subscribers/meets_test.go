package subscribers

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"relais/broker"
)

// square is a partnership a bit more than a kilometre wide, with its corner there.
func square(id broker.PartnershipID, lat, lon float64) Partnership {
	const wide = 0.01
	return Partnership{ID: id, Outline: &Outline{Type: "Polygon", Coordinates: [][][]float64{{
		{lon, lat}, {lon + wide, lat}, {lon + wide, lat + wide}, {lon, lat + wide}, {lon, lat},
	}}}}
}

func TestAreasMeetOutlines(t *testing.T) {
	zone := []Partnership{square("west", 50.60, 6.00), square("east", 50.60, 6.02), {ID: "nowhere"}}
	for name, c := range map[string]struct {
		area broker.Area
		want []broker.PartnershipID
	}{
		"over a corner":        {broker.Area{Polygon: []string{"50.595,5.995 50.605,5.995 50.605,6.005 50.595,6.005 50.595,5.995"}}, []broker.PartnershipID{"west"}},
		"inside":               {broker.Area{Polygon: []string{"50.603,6.023 50.605,6.023 50.605,6.025 50.603,6.023"}}, []broker.PartnershipID{"east"}},
		"around both":          {broker.Area{Polygon: []string{"50,5 51,5 51,7 50,7 50,5"}}, []broker.PartnershipID{"west", "east"}},
		"across, no corner in": {broker.Area{Polygon: []string{"50.604,5.99 50.606,5.99 50.606,6.04 50.604,6.04 50.604,5.99"}}, []broker.PartnershipID{"west", "east"}},
		"between":              {broker.Area{Polygon: []string{"50.60,6.012 50.61,6.012 50.61,6.018 50.60,6.012"}}, nil},
		"circle inside":        {broker.Area{Circle: []string{"50.605,6.005 0"}}, []broker.PartnershipID{"west"}},
		"circle between":       {broker.Area{Circle: []string{"50.605,6.015 0.3"}}, nil},
		"circle to both":       {broker.Area{Circle: []string{"50.605,6.015 0.4"}}, []broker.PartnershipID{"west", "east"}},
		"circle around":        {broker.Area{Circle: []string{"50.605,6.015 50"}}, []broker.PartnershipID{"west", "east"}},
		"in the south":         {broker.Area{Polygon: []string{"-50,5 -51,5 -51,7 -50,5"}}, nil},
	} {
		var got []broker.PartnershipID
		for _, p := range Meeting([]broker.Area{c.area}, zone) {
			got = append(got, p.ID)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A message is for those that it names and those that its areas meet.
func TestAddressed(t *testing.T) {
	zone := []Partnership{square("west", 50.60, 6.00), square("east", 50.60, 6.02), {ID: "nowhere"}}
	west := []broker.Area{{Circle: []string{"50.605,6.005 0.1"}}}
	for name, c := range map[string]struct {
		m       broker.Message
		want    []broker.PartnershipID
		missing int
	}{
		"neither":      {broker.Message{}, []broker.PartnershipID{"west", "east", "nowhere"}, -1},
		"named":        {broker.Message{Partnerships: []broker.PartnershipID{"nowhere"}}, []broker.PartnershipID{"nowhere"}, -1},
		"an area":      {broker.Message{Area: west}, []broker.PartnershipID{"west"}, -1},
		"both":         {broker.Message{Partnerships: []broker.PartnershipID{"nowhere", "west"}, Area: west}, []broker.PartnershipID{"nowhere", "west"}, -1},
		"another zone": {broker.Message{Partnerships: []broker.PartnershipID{"west", "south"}, Area: west}, nil, 1},
	} {
		found, missing := Addressed(c.m, zone)
		var got []broker.PartnershipID
		for _, p := range found {
			got = append(got, p.ID)
		}
		if diff := cmp.Diff(c.want, got); diff != "" || missing != c.missing {
			t.Errorf("%s: missing %d (-want +got):\n%s", name, missing, diff)
		}
	}
}
