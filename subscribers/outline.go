package subscribers

import (
	"fmt"
	"slices"
	"strings"
)

// Outline is where a partnership lies, as a GeoJSON polygon writes it (RFC 7946,
// 3.1.6): positions of longitude and latitude (WGS 84), the last like the first.
type Outline struct {
	Type        string        `yaml:"type"` // Polygon
	Coordinates [][][]float64 `yaml:"coordinates"`
}

// MaxCorners is the most positions of an outline: it stands in pages.
const MaxCorners = 200

// Fault says what is wrong with an outline; empty: nothing is.
func (o Outline) Fault() (problem, remedy string) {
	switch {
	case o.Type != "Polygon":
		return fmt.Sprintf("has the type %q", o.Type), "use a GeoJSON Polygon"
	case len(o.Coordinates) != 1:
		return "has not exactly one ring", "draw one polygon without holes"
	}
	ring := o.Coordinates[0]
	if len(ring) < 4 || len(ring) > MaxCorners {
		return fmt.Sprintf("has %d positions", len(ring)), fmt.Sprintf("draw 3 to %d corners, and end with the first", MaxCorners-1)
	}
	for _, at := range ring {
		if len(at) < 2 || at[0] < -180 || at[0] > 180 || at[1] < -90 || at[1] > 90 {
			return fmt.Sprintf("has the position %v", at), "write each as [longitude, latitude] in degrees"
		}
	}
	first, last := ring[0], ring[len(ring)-1]
	if first[0] != last[0] || first[1] != last[1] {
		return "is not closed", "end with the first position"
	}
	return "", ""
}

// Ring is the one line that it has; none: nil.
func (o *Outline) Ring() [][]float64 {
	if o == nil || len(o.Coordinates) == 0 {
		return nil
	}
	return o.Coordinates[0]
}

// InStreet returns those of the partnerships in which a street lies, or a house
// of it, as somebody typed it: "rue Haute", "r. Haute 12".
func InStreet(typed string, all []Partnership) []Partnership {
	words := strings.Fields(typed)
	number := slices.IndexFunc(words, func(word string) bool { return houseNumber(word) > 0 })
	home := Home{Street: typed}
	if number > 0 {
		home = Home{Street: strings.Join(words[:number], " "), Number: words[number]}
	}
	return slices.DeleteFunc(slices.Clone(all), func(p Partnership) bool {
		return !slices.ContainsFunc(p.Streets, func(s Street) bool {
			return s.named(home.Street) && (home.Number == "" || s.holdsNumber(houseNumber(home.Number)))
		})
	})
}
