package config

import (
	"encoding"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// key is one thing that can be set: a field of Config, or of a channel's own
// configuration, that is not itself a group of keys.
type key struct {
	name  string // "web.listen"
	help  string
	value reflect.Value // settable
}

// origin is where a value came from that is not the default.
type origin struct {
	source string // the file or the variable
	line   int
}

// envPrefix begins every variable that is Relais's.
const envPrefix = "RELAIS_"

// envName returns the variable of a key: web.public_url is RELAIS_WEB_PUBLIC_URL.
func envName(name string) string {
	return envPrefix + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(name))
}

// keysOf lists the keys of a struct that into points to, in their order. The
// names begin with prefix.
func keysOf(prefix string, into any) []key {
	return appendKeys(nil, prefix, reflect.ValueOf(into).Elem())
}

func appendKeys(keys []key, prefix string, group reflect.Value) []key {
	for i := range group.NumField() {
		field := group.Type().Field(i)
		tag, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if !field.IsExported() || tag == "-" || field.Type == reflect.TypeFor[map[string]yaml.Node]() {
			continue
		}
		if tag == "" {
			tag = strings.ToLower(field.Name)
		}
		switch {
		case strings.Contains(options, "inline"):
			keys = appendKeys(keys, prefix, group.Field(i))
		case isGroup(field.Type):
			keys = appendKeys(keys, prefix+tag+".", group.Field(i))
		default:
			keys = append(keys, key{name: prefix + tag, help: field.Tag.Get("help"), value: group.Field(i)})
		}
	}
	return keys
}

// isGroup says whether a field holds keys rather than one value.
func isGroup(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// namesAndGroups lists what may stand in the file: web as well as web.listen.
func namesAndGroups(keys []key) []string {
	out := []string{"channels"}
	for _, k := range keys {
		for i := range k.name {
			if group := k.name[:i]; k.name[i] == '.' && !slices.Contains(out, group) {
				out = append(out, group)
			}
		}
		out = append(out, k.name)
	}
	return out
}

func envNames(keys []key) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = envName(k.name)
	}
	return out
}
