package config

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Print writes the configuration that holds, as YAML, with secrets and the
// passwords in URLs hidden. A comment says where each value comes from that is
// not the default. Of the channels it shows those that Channel has read.
func (c *Config) Print(w io.Writer) error {
	root := &yaml.Node{Kind: yaml.MappingNode}
	keys := keysOf("", c)
	for _, channel := range c.decoded {
		keys = append(keys, keysOf("channels."+channel.name+".", channel.into)...)
	}
	for _, k := range keys {
		value, err := shown(k.value)
		if err != nil {
			return fmt.Errorf("print %s: %w", k.name, err)
		}
		value.LineComment = c.origins[k.name].comment()
		put(root, strings.Split(k.name, "."), value)
	}
	out, err := yaml.Dump(root, yaml.WithLineWidth(-1))
	if err != nil {
		return fmt.Errorf("print configuration: %w", err)
	}
	if _, err := w.Write(out); err != nil {
		return fmt.Errorf("print configuration: %w", err)
	}
	return nil
}

func (o origin) comment() string {
	switch {
	case o.source == "":
		return ""
	case o.line == 0:
		return "# " + o.source
	}
	return fmt.Sprintf("# %s:%d", o.source, o.line)
}

// shown turns a value into YAML without what must not be seen: Secret and URL
// see to themselves, a plain string may still be a URL with a password.
func shown(value reflect.Value) (*yaml.Node, error) {
	node := new(yaml.Node)
	if d, ok := value.Interface().(time.Duration); ok {
		node.SetString(short(d))
		return node, nil
	}
	if err := node.Dump(value.Interface()); err != nil {
		return nil, err
	}
	hideIn(node)
	return node, nil
}

func hideIn(node *yaml.Node) {
	if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, "://") {
		node.Value = hidePasswords(node.Value)
	}
	for _, child := range node.Content {
		hideIn(child)
	}
}

// short writes 36h instead of 36h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// put places a value below the groups that path names, and makes those that are missing.
func put(group *yaml.Node, path []string, value *yaml.Node) {
	if len(path) == 1 {
		group.Content = append(group.Content, scalar(path[0]), value)
		return
	}
	for i := 0; i+1 < len(group.Content); i += 2 {
		if group.Content[i].Value == path[0] {
			put(group.Content[i+1], path[1:], value)
			return
		}
	}
	below := &yaml.Node{Kind: yaml.MappingNode}
	group.Content = append(group.Content, scalar(path[0]), below)
	put(below, path[1:], value)
}

func scalar(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }
