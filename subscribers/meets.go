package subscribers

import (
	"math"
	"slices"

	"relais/broker"
)

// kmPerDegree is the length of a degree of latitude. A zone is a few kilometres
// wide, so it is taken as flat (decision 0062).
const kmPerDegree = 111.2

// Meeting returns those of the partnerships whose outline meets one of the areas:
// it overlaps it, holds it or lies within it. A partnership without an outline
// meets none, for nobody knows where it lies.
func Meeting(areas []broker.Area, all []Partnership) []Partnership {
	return slices.DeleteFunc(slices.Clone(all), func(p Partnership) bool {
		return !slices.ContainsFunc(areas, p.meets)
	})
}

// Addressed returns those of a zone's partnerships that a message is for: those
// that it names and those that its areas meet; with neither, all. Missing is the
// place of the first name that is none of the zone's; -1: there is no such.
func Addressed(m broker.Message, zone []Partnership) (found []Partnership, missing int) {
	if len(m.Partnerships) == 0 && len(m.Area) == 0 {
		return zone, -1
	}
	for i, id := range m.Partnerships {
		at := slices.IndexFunc(zone, func(p Partnership) bool { return p.ID == id })
		if at < 0 {
			return nil, i
		}
		found = append(found, zone[at])
	}
	for _, p := range Meeting(m.Area, zone) {
		if !slices.Contains(m.Partnerships, p.ID) {
			found = append(found, p)
		}
	}
	return found, -1
}

func (p Partnership) meets(a broker.Area) bool {
	var own []broker.Point
	for _, at := range p.Outline.Ring() {
		own = append(own, broker.Point{Lat: at[1], Lon: at[0]})
	}
	if len(own) == 0 {
		return false
	}
	return slices.ContainsFunc(a.Polygons(), func(other []broker.Point) bool { return ringsMeet(own, other) }) ||
		slices.ContainsFunc(a.Circles(), func(c broker.Circle) bool { return circleMeets(c, own) })
}

// xy is a place on a flat map, in kilometres from its middle.
type xy struct{ x, y float64 }

// flat lays a ring on the map around a point, a degree of longitude shortened by
// the cosine of the latitude.
func flat(ring []broker.Point, around broker.Point) []xy {
	out := make([]xy, len(ring))
	for i, at := range ring {
		out[i] = xy{(at.Lon - around.Lon) * kmPerDegree * math.Cos(around.Lat*math.Pi/180), (at.Lat - around.Lat) * kmPerDegree}
	}
	return out
}

// ringsMeet says whether two areas have a place in common: their lines cross, or
// one holds the other, and with it each of its corners.
func ringsMeet(first, second []broker.Point) bool {
	a, b := flat(first, first[0]), flat(second, first[0])
	if within(a[0], b) || within(b[0], a) {
		return true
	}
	for i := 1; i < len(a); i++ {
		for j := 1; j < len(b); j++ {
			if cross(a[i-1], a[i], b[j-1], b[j]) {
				return true
			}
		}
	}
	return false
}

func circleMeets(c broker.Circle, ring []broker.Point) bool {
	around, middle := flat(ring, c.Middle), xy{}
	if within(middle, around) {
		return true
	}
	for i := 1; i < len(around); i++ {
		if distance(middle, around[i-1], around[i]) <= c.Radius {
			return true
		}
	}
	return false
}

// within says whether a place lies in a ring: a line from it to the east crosses
// the ring an odd number of times.
func within(at xy, ring []xy) bool {
	inside := false
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if (a.y > at.y) != (b.y > at.y) && at.x < a.x+(at.y-a.y)*(b.x-a.x)/(b.y-a.y) {
			inside = !inside
		}
	}
	return inside
}

// cross says whether two lines have a place in common: the ends of each lie on
// different sides of the other, or on it.
func cross(a, b, c, d xy) bool {
	if max(a.x, b.x) < min(c.x, d.x) || max(c.x, d.x) < min(a.x, b.x) || max(a.y, b.y) < min(c.y, d.y) || max(c.y, d.y) < min(a.y, b.y) {
		return false
	}
	return side(a, b, c)*side(a, b, d) <= 0 && side(c, d, a)*side(c, d, b) <= 0
}

// side is above zero on one side of a line, below it on the other.
func side(a, b, at xy) float64 { return (b.x-a.x)*(at.y-a.y) - (b.y-a.y)*(at.x-a.x) }

// distance is how far a place is from a line, in kilometres.
func distance(at, a, b xy) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	part := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		part = min(max(((at.x-a.x)*dx+(at.y-a.y)*dy)/length, 0), 1)
	}
	return math.Hypot(at.x-a.x-part*dx, at.y-a.y-part*dy)
}
