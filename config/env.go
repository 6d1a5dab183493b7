package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// channelsPrefix begins the variables of channels: RELAIS_CHANNELS_SMS_….
const channelsPrefix = envPrefix + "CHANNELS_"

// fileVariable names the configuration file when the command line does not.
const fileVariable = envPrefix + "CONFIG"

// reserved says whether a variable belongs to the test suites or to Load itself.
func reserved(variable string) bool {
	return variable == fileVariable || variable == envPrefix+"SEED" || strings.HasPrefix(variable, envPrefix+"TEST_")
}

// variables picks what is Relais's out of an environment of name=value pairs.
// An empty value counts as not set.
func variables(environ []string) map[string]string {
	out := make(map[string]string)
	for name, value := range env.ToMap(environ) {
		if strings.HasPrefix(name, envPrefix) && value != "" {
			out[name] = value
		}
	}
	return out
}

// applyEnv sets keys from their variables.
func applyEnv(keys []key, vars map[string]string, origins map[string]origin) (faults Faults) {
	for _, k := range keys {
		variable := envName(k.name)
		value, set := vars[variable]
		if !set {
			continue
		}
		if err := setFromText(k.value, value); err != nil {
			problem, remedy := wanted(k.value.Type())
			faults = append(faults, Fault{Key: k.name, Source: variable, Problem: problem, Remedy: remedy})
			continue
		}
		origins[k.name] = origin{source: variable}
	}
	return faults
}

// setFromText reads one variable into a field of any type that caarlos0/env
// knows. The library reads structs, so the field gets one of its own.
func setFromText(field reflect.Value, text string) error {
	one := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Value", Type: field.Type(), Tag: `env:"VALUE"`}}))
	err := env.ParseWithOptions(one.Interface(), env.Options{Environment: map[string]string{"VALUE": text}})
	if err != nil {
		return fmt.Errorf("read variable: %w", err)
	}
	field.Set(one.Elem().Field(0))
	return nil
}

// unknownVariables finds those of vars that begin with prefix and set none of keys.
func unknownVariables(prefix string, keys []key, vars map[string]string) (faults Faults) {
	known := envNames(keys)
	for _, variable := range sortedNames(vars) {
		if strings.HasPrefix(variable, prefix) && !slices.Contains(known, variable) && !reserved(variable) {
			faults = append(faults, Fault{Source: variable, Problem: "sets nothing", Remedy: didYouMean(variable, known)})
		}
	}
	return faults
}

func sortedNames[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
