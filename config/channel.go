package config

import (
	"errors"
	"slices"
	"strings"
)

// channelPart is a channel's configuration as its own package has it.
type channelPart struct {
	name string
	into any
}

// Channel reads a channel's own part of the file, and its variables
// RELAIS_CHANNELS_<NAME>_… over it, into a pointer to the channel's Config
// that already holds its defaults. A channel is present when it has a part in
// the file, be it empty, or any variable. The error is Faults.
func (c *Config) Channel(name string, into any) (present bool, err error) {
	if !c.Configured(name) {
		return false, nil
	}
	node, inFile := c.Channels[name]
	prefix := "channels." + name + "."
	vars := c.channelVariables(name)
	keys := keysOf(prefix, into)
	var faults Faults
	if inFile {
		p := part{file: c.file, keys: keys, origins: c.origins}
		faults = p.apply(prefix, &node)
	}
	faults = append(faults, applyEnv(keys, vars, c.origins)...)
	faults = append(faults, unknownVariables(envName(prefix), keys, vars)...)
	c.remember(name, into)
	return true, faults.orNil()
}

// Configured says whether a channel has a part in the file or any variable.
func (c *Config) Configured(name string) bool {
	_, inFile := c.Channels[name]
	return inFile || len(c.channelVariables(name)) > 0
}

func (c *Config) channelVariables(name string) map[string]string {
	out := make(map[string]string)
	for variable, value := range c.environ {
		if strings.HasPrefix(variable, envName("channels."+name+".")) {
			out[variable] = value
		}
	}
	return out
}

func (c *Config) remember(name string, into any) {
	for i := range c.decoded {
		if c.decoded[i].name == name {
			c.decoded[i].into = into
			return
		}
	}
	c.decoded = append(c.decoded, channelPart{name, into})
}

// Check returns everything that is wrong: in the reading, in the values, with
// the parts of channels that nobody knows, and what each known channel says,
// by its name. A channel reads its part with Channel and then looks at it;
// what it returns besides Faults becomes one.
func (c *Config) Check(known map[string]func(*Config) error) Faults {
	faults := c.Problems()
	for _, name := range sortedNames(known) {
		faults = append(faults, c.asFaults(name, known[name](c))...)
	}
	return append(faults, c.unknownChannels(sortedNames(known))...)
}

func (c *Config) asFaults(channel string, err error) Faults {
	var several Faults
	var one Fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &several):
		return several
	case errors.As(err, &one):
		return Faults{one}
	}
	f := Fault{Key: "channels." + channel, Problem: "is not right: " + err.Error()}
	if line, ok := c.channels[channel]; ok {
		f.Source, f.Line = c.file, line
	}
	return Faults{f}
}

func (c *Config) unknownChannels(known []string) (faults Faults) {
	for _, name := range sortedNames(c.Channels) {
		if !slices.Contains(known, name) {
			faults = append(faults, Fault{Key: "channels." + name, Source: c.file, Line: c.channels[name], Problem: "is not a channel", Remedy: oneOf(name, known)})
		}
	}
	for _, variable := range sortedNames(c.environ) {
		name, ok := strings.CutPrefix(variable, channelsPrefix)
		if !ok {
			continue
		}
		if !slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(variable, envName("channels."+k+".")) }) {
			channel, _, _ := strings.Cut(strings.ToLower(name), "_")
			faults = append(faults, Fault{Source: variable, Problem: "sets nothing", Remedy: oneOf(channel, known)})
		}
	}
	return faults
}

func oneOf(name string, known []string) string {
	if len(known) == 0 {
		return "take it out"
	}
	if remedy := didYouMean(name, known); strings.HasPrefix(remedy, "did") {
		return remedy
	}
	return "use one of " + strings.Join(known, ", ")
}
