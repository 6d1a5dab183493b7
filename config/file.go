package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// part is one group of the file on its way into keys.
type part struct {
	file    string
	keys    []key
	origins map[string]origin
}

// parse reads one YAML document. The error is a Fault that names the line.
func parse(file string, data []byte) (*yaml.Node, error) {
	var documents []yaml.Node
	err := yaml.Load(data, &documents, yaml.WithAllDocuments())
	var loadErr *yaml.LoadError
	switch {
	case errors.As(err, &loadErr):
		return nil, Fault{Source: file, Line: loadErr.Mark.Line, Problem: "is not YAML: " + loadErr.Message, Remedy: "look at the indentation and the quotes around this line"}
	case err != nil:
		return nil, Fault{Source: file, Problem: fmt.Sprintf("cannot be read: %v", err)}
	case len(documents) > 1:
		return nil, Fault{Source: file, Line: documents[1].Line, Problem: "begins a second document", Remedy: "take out the line ---"}
	case len(documents) == 0 || len(documents[0].Content) == 0:
		return &yaml.Node{Kind: yaml.MappingNode}, nil
	}
	return documents[0].Content[0], nil
}

// apply sets the keys below prefix from a mapping of the file.
func (p part) apply(prefix string, node *yaml.Node) (faults Faults) {
	node = resolve(node)
	if isNull(node) {
		return nil
	}
	if node.Kind != yaml.MappingNode {
		return Faults{p.fault(strings.TrimSuffix(prefix, "."), node, "is not a group of keys", "write each key on its own line, as name: value")}
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := prefix+node.Content[i].Value, node.Content[i+1]
		if seen[name] {
			faults = append(faults, p.fault(name, node.Content[i], "stands here a second time", "keep one of the two"))
			continue
		}
		seen[name] = true
		faults = append(faults, p.set(name, node.Content[i], value)...)
	}
	return faults
}

func (p part) set(name string, at, value *yaml.Node) Faults {
	for _, k := range p.keys {
		switch {
		case k.name == name:
			return p.setKey(k, at, value)
		case strings.HasPrefix(k.name, name+"."):
			return p.apply(name+".", value)
		}
	}
	return Faults{p.fault(name, at, "is not a key", didYouMean(name, namesAndGroups(p.keys)))}
}

func (p part) setKey(k key, at, value *yaml.Node) Faults {
	value = resolve(value)
	if isNull(value) {
		return nil // "key:" with nothing after it leaves the default
	}
	if err := value.Load(k.value.Addr().Interface(), yaml.WithKnownFields()); err != nil {
		problem, remedy := wanted(k.value.Type())
		return Faults{p.fault(k.name, at, problem, remedy)}
	}
	p.origins[k.name] = origin{source: p.file, line: at.Line}
	return nil
}

func (p part) fault(name string, at *yaml.Node, problem, remedy string) Fault {
	return Fault{Key: name, Source: p.file, Line: at.Line, Problem: problem, Remedy: remedy}
}

func resolve(node *yaml.Node) *yaml.Node {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	return node
}

func isNull(node *yaml.Node) bool {
	return node.Kind == 0 || node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}

// wanted says what a value of type t should have been.
func wanted(t reflect.Type) (problem, remedy string) {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "is not a length of time", "write it with its unit, as 90s, 1m30s or 36h"
	case t.Kind() == reflect.Bool:
		return "is neither true nor false", "write true or false"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		return "is not a whole number", "write digits only"
	case t.Kind() == reflect.Float32, t.Kind() == reflect.Float64:
		return "is not a number", "write it as 0.055"
	case t.Kind() == reflect.Slice:
		return "is not a list of allowed values", "write it as [first, second]; in the environment as first,second"
	}
	return "has a value that is not allowed", "docs/install.md says what it can be"
}
