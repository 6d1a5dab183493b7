package config

import (
	"fmt"
	"os"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Load reads defaults, then the file at path (or at RELAIS_CONFIG when path is
// empty; none is fine), then environ (as os.Environ returns it), and validates.
// When something is wrong with the content the error is Faults, all of them,
// and the Config is returned too, so that Check can add what the channels
// find. When the file cannot be read the Config is nil.
func Load(path string, environ []string) (*Config, error) {
	c := Default()
	c.environ = variables(environ)
	if path == "" {
		path = c.environ[fileVariable]
	}
	if path != "" {
		if err := c.readFile(path); err != nil {
			return nil, err
		}
	}
	c.readEnvironment()
	c.derive()
	return c, c.Problems().orNil()
}

// File is where the configuration was read from; empty: from no file.
func (c *Config) File() string { return c.file }

// Problems returns what was wrong in the reading and what Validate finds.
func (c *Config) Problems() Faults {
	return append(append(Faults{}, c.faults...), c.Validate()...)
}

func (c *Config) readFile(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	c.file = path
	root, err := parse(path, data)
	if err != nil {
		return err
	}
	p := part{file: path, keys: keysOf("", c), origins: c.origins}
	c.faults = append(c.faults, p.apply("", c.takeChannels(root))...)
	return nil
}

// takeChannels keeps the channels' parts undecoded and returns the rest.
func (c *Config) takeChannels(root *yaml.Node) *yaml.Node {
	root = resolve(root)
	if root.Kind != yaml.MappingNode {
		return root
	}
	rest := *root
	rest.Content = nil
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == "channels" {
			c.keepChannels(root.Content[i], resolve(root.Content[i+1]))
			continue
		}
		rest.Content = append(rest.Content, root.Content[i], root.Content[i+1])
	}
	return &rest
}

func (c *Config) keepChannels(at, group *yaml.Node) {
	if isNull(group) {
		return
	}
	if group.Kind != yaml.MappingNode {
		c.faults = append(c.faults, Fault{Key: "channels", Source: c.file, Line: at.Line, Problem: "is not a group of channels", Remedy: "write each channel's name on its own line, its keys below it"})
		return
	}
	for i := 0; i+1 < len(group.Content); i += 2 {
		name, line := group.Content[i].Value, group.Content[i].Line
		if _, twice := c.Channels[name]; twice {
			c.faults = append(c.faults, Fault{Key: "channels." + name, Source: c.file, Line: line, Problem: "stands here a second time", Remedy: "keep one of the two"})
			continue
		}
		c.Channels[name] = *group.Content[i+1]
		c.channels[name] = line
	}
}

func (c *Config) readEnvironment() {
	keys := keysOf("", c)
	c.faults = append(c.faults, applyEnv(keys, c.environ, c.origins)...)
	rest := make(map[string]string)
	for name, value := range c.environ {
		if !strings.HasPrefix(name, channelsPrefix) { // Check knows which channels there are
			rest[name] = value
		}
	}
	c.faults = append(c.faults, unknownVariables(envPrefix, keys, rest)...)
}

// derive fills in what follows from other keys.
func (c *Config) derive() {
	if c.NATS.Listen == "off" {
		c.NATS.Listen = ""
	}
	if _, set := c.origins["web.public_url"]; !set || c.Web.PublicURL == "" {
		c.Web.PublicURL = urlOf(c.Web.Listen)
	}
	c.Web.PublicURL = strings.TrimRight(c.Web.PublicURL, "/")
}
