package metrics

import (
	"fmt"
	"io"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Figures are what a node told in one scrape.
type Figures map[string]*dto.MetricFamily

// Read reads a scraped page.
func Read(page io.Reader) (Figures, error) {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(page)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	return families, nil
}

// Sum adds up a gauge or counter over those of its series that have the label's
// value; over all where label is empty. It is false for what the node does not tell.
func (f Figures) Sum(name, label, value string) (sum float64, told bool) {
	family, told := f[name]
	for _, m := range family.GetMetric() {
		if label == "" || has(m, label, value) {
			sum += m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return sum, told
}

func has(m *dto.Metric, label, value string) bool {
	for _, l := range m.GetLabel() {
		if l.GetName() == label && l.GetValue() == value {
			return true
		}
	}
	return false
}
