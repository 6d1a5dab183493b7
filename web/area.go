package web

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"relais/subscribers"
)

// maxShapes is how many areas a form draws: more are no map but a carpet, and
// would make the page long.
const maxShapes = 150

// areaMap is the partnerships' own outlines, as a picture: no tiles from elsewhere.
type areaMap struct {
	Width, Height int
	Shapes        []areaShape
}

type areaShape struct {
	ID, Name, Points string
	X, Y             float64 // where its name stands
	On               bool
}

// streets lists those of a zone, each once, in order.
func streets(all []subscribers.Partnership) []string {
	var names []string
	for _, p := range all {
		for _, street := range p.Streets {
			names = append(names, street.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// findStreet ticks the partnerships of the street that was typed; what no
// partnership has stays in its field, with a fault beside it.
func (p *composePage) findStreet(all []subscribers.Partnership) {
	if p.Form.Street == "" {
		return
	}
	found := subscribers.InStreet(p.Form.Street, all)
	for _, one := range found {
		if !p.Form.has(one.ID) {
			p.Form.Partnerships = append(p.Form.Partnerships, string(one.ID))
		}
	}
	if len(found) == 0 {
		p.explain(faults{"street": "fault.street"})
		return
	}
	p.Form.Street = ""
}

// newAreaMap draws those that have an outline; nil: none has, or too many have.
func newAreaMap(all []subscribers.Partnership, f form) *areaMap {
	drawn := slices.DeleteFunc(slices.Clone(all), func(p subscribers.Partnership) bool { return len(p.Outline.Ring()) == 0 })
	if len(drawn) == 0 || len(drawn) > maxShapes {
		return nil
	}
	on := frameOf(drawn)
	m := &areaMap{Width: mapWidth, Height: on.height()}
	for _, p := range drawn {
		shape := areaShape{ID: string(p.ID), Name: p.Name, On: f.has(p.ID)}
		var points []string
		left, right, top, bottom := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
		for _, at := range p.Outline.Ring() {
			x, y := on.place(at)
			left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
			points = append(points, fmt.Sprintf("%.0f,%.0f", x, y))
		}
		shape.Points, shape.X, shape.Y = strings.Join(points, " "), math.Round((left+right)/2), math.Round((top+bottom)/2)
		m.Shapes = append(m.Shapes, shape)
	}
	return m
}

const (
	mapWidth  = 800 // of the drawing's own units
	mapMargin = 20
)

// frame is what a map shows: longitudes and latitudes in degrees.
type frame struct{ west, south, east, north float64 }

func frameOf(drawn []subscribers.Partnership) frame {
	f := frame{west: 180, south: 90, east: -180, north: -90}
	for _, p := range drawn {
		for _, at := range p.Outline.Ring() {
			f.west, f.east = min(f.west, at[0]), max(f.east, at[0])
			f.south, f.north = min(f.south, at[1]), max(f.north, at[1])
		}
	}
	return f
}

// scale is the drawing's units for a degree of longitude and of latitude. A zone
// is small enough to be drawn flat; a degree of longitude is shorter by the
// cosine of its latitude.
func (f frame) scale() (x, y float64) {
	squeeze := math.Cos((f.south + f.north) / 2 * math.Pi / 180)
	wide := max((f.east-f.west)*squeeze, f.north-f.south, 1e-6)
	return (mapWidth - 2*mapMargin) / wide * squeeze, (mapWidth - 2*mapMargin) / wide
}

func (f frame) height() int {
	_, y := f.scale()
	return int(math.Ceil((f.north-f.south)*y)) + 2*mapMargin
}

func (f frame) place(at []float64) (x, y float64) {
	perLong, perLat := f.scale()
	middle := (mapWidth - 2*mapMargin - (f.east-f.west)*perLong) / 2
	return mapMargin + middle + (at[0]-f.west)*perLong, mapMargin + (f.north-at[1])*perLat
}
