// Package config reads what an operator sets: defaults, then a YAML file,
// then the environment, each over the one before it. It is imported by cmd
// only; every other package is handed the values that it needs.
//
// A key such as web.listen stands in the file as
//
//	web:
//	  listen: 127.0.0.1:8080
//
// and in the environment as RELAIS_WEB_LISTEN. An empty variable counts as
// not set. What nobody knows is an error in both places, for a misspelt key
// must not be lost in silence.
//
// Channels are not known here: each reads its own part with Config.Channel.
package config
