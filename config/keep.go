package config

// Keep says for how many days things are kept (PLP.md, "Retention").
type Keep struct {
	Members    int `yaml:"members" help:"days that the data of somebody who has left everything are kept"`
	Consent    int `yaml:"consent" help:"days that the proof of their consent is kept from then on, without their address"`
	Deliveries int `yaml:"deliveries" help:"days that a row is kept for each delivery; counts stay as long as the message"`
	Journal    int `yaml:"journal" help:"days that messages and the decisions about them are kept"`
	Missing    int `yaml:"missing" help:"days that the texts of a disappearance are kept once it is closed"`
}

// longest keeps nonsense out, and what is longer than a time.Duration.
const longest = 100 * 366

func (c *Config) checkKeep() (faults Faults) {
	k := c.Keep
	for _, key := range []struct {
		name string
		days int
	}{{"keep.members", k.Members}, {"keep.consent", k.Consent}, {"keep.deliveries", k.Deliveries}, {"keep.journal", k.Journal}, {"keep.missing", k.Missing}} {
		if key.days < 1 || key.days > longest {
			faults = append(faults, c.fault(key.name, "is not a number of days from 1 on", "docs/install.md has the usual ones"))
		}
	}
	if k.Journal < k.Deliveries {
		faults = append(faults, c.fault("keep.journal", "is shorter than keep.deliveries", "a delivery needs its message: keep the journal at least as long"))
	}
	return faults
}
