package broker

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Area is where a message is of use, as CAP 1.2 (3.2.4, area) describes it. What is
// in either list counts; an area without both says nothing that a program can use.
type Area struct {
	Desc    string   `json:"areaDesc,omitempty"` // in words, for people
	Polygon []string `json:"polygon,omitempty"`  // "50.62,6.02 50.62,6.04 50.63,6.04 50.62,6.02": latitude,longitude (WGS 84), the last like the first
	Circle  []string `json:"circle,omitempty"`   // "50.62,6.02 1.5": its middle, and its radius in kilometres
}

// Point is a place on the earth (WGS 84), in degrees.
type Point struct{ Lat, Lon float64 }

// Circle is all that lies within Radius kilometres of a point.
type Circle struct {
	Middle Point
	Radius float64
}

const (
	maxAreas  = 20  // of a message
	maxShapes = 20  // of one area, of each form
	maxPoints = 500 // of a polygon
	maxRadius = 100 // kilometres
)

// Polygons returns the rings of the area; what is malformed is left out, for
// Validate refuses it.
func (a Area) Polygons() (rings [][]Point) {
	for _, text := range a.Polygon {
		if ring, problem := readPolygon(text); problem == "" {
			rings = append(rings, ring)
		}
	}
	return rings
}

// Circles does so for circles.
func (a Area) Circles() (circles []Circle) {
	for _, text := range a.Circle {
		if circle, problem := readCircle(text); problem == "" {
			circles = append(circles, circle)
		}
	}
	return circles
}

func readPolygon(text string) (ring []Point, problem string) {
	pairs := strings.Fields(text)
	if len(pairs) < 4 || len(pairs) > maxPoints {
		return nil, fmt.Sprintf("has %d positions and not 4 to %d", len(pairs), maxPoints)
	}
	for _, pair := range pairs {
		at, ok := readPoint(pair)
		if !ok {
			return nil, "has a position that is none"
		}
		ring = append(ring, at)
	}
	if ring[0] != ring[len(ring)-1] {
		return nil, "does not end where it begins"
	}
	return ring, ""
}

func readCircle(text string) (c Circle, problem string) {
	middle, radius, _ := strings.Cut(strings.TrimSpace(text), " ")
	at, ok := readPoint(middle)
	km, known := readNumber(strings.TrimSpace(radius), maxRadius)
	if !ok || !known || km < 0 {
		return c, fmt.Sprintf("is not a position and a radius of at most %d kilometres", maxRadius)
	}
	return Circle{at, km}, ""
}

func readPoint(pair string) (at Point, ok bool) {
	lat, lon, _ := strings.Cut(pair, ",")
	if at.Lat, ok = readNumber(lat, 90); !ok {
		return at, false
	}
	at.Lon, ok = readNumber(lon, 180)
	return at, ok
}

// readNumber reads a plain decimal number of at most most, above or below zero.
func readNumber(text string, most float64) (float64, bool) {
	if !regexp.MustCompile(`^-?[0-9]{1,3}(\.[0-9]{1,15})?$`).MatchString(text) {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && math.Abs(n) <= most
}

func checkArea(m Message) *Fault {
	const how = "write latitude,longitude in degrees as CAP 1.2 does"
	if len(m.Area) > maxAreas {
		return &Fault{"area", fmt.Sprintf("has %d areas", len(m.Area)), fmt.Sprintf("give at most %d", maxAreas)}
	}
	for i, a := range m.Area {
		field := fmt.Sprintf("area[%d]", i)
		switch {
		case len(a.Polygon)+len(a.Circle) == 0:
			return &Fault{field, "has neither a polygon nor a circle", how}
		case len(a.Polygon) > maxShapes || len(a.Circle) > maxShapes:
			return &Fault{field, "has too many shapes", fmt.Sprintf("give at most %d of each form", maxShapes)}
		case a.Desc != "" && !plainLine(a.Desc, 250):
			return &Fault{field + ".areaDesc", "is longer than 250 characters or not one plain line", "shorten it, or leave it out"}
		}
		for n, text := range a.Polygon {
			if _, problem := readPolygon(text); problem != "" {
				return &Fault{fmt.Sprintf("%s.polygon[%d]", field, n), problem, how}
			}
		}
		for n, text := range a.Circle {
			if _, problem := readCircle(text); problem != "" {
				return &Fault{fmt.Sprintf("%s.circle[%d]", field, n), problem, how}
			}
		}
	}
	return nil
}
