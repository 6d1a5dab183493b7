.DEFAULT_GOAL := help
.PHONY: icons screens help check test demo bench faults soak lighthouse

help: ## Show these lines
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

check: ## Everything: format, lint, demo and tests, on embedded and on real servers
	@.ci/check

test: ## The tests on the embedded servers only, quickly
	go test ./...

demo: ## Show Relais at work on this machine
	go run ./cmd/relais demo

faults: ## Break real nodes and servers at random for half an hour: nothing lost, nothing twice
	@.ci/faults

soak: ## Keep a node busy for half an hour: memory, goroutines and files stay flat
	go build -o .cache/bin/relais-soak ./cmd/relais
	.cache/bin/relais-soak soak

bench: ## Measure the pipeline
	go test -run '^$$' -bench . -benchmem ./...
	go run ./cmd/relais bench

icons: ## Draw the icons of the inbox from web/static/relais.svg (needs Chromium)
	RELAIS_TEST_ICONS=$(CURDIR)/web/static go test -count=1 -run TestIcons ./web

lighthouse: ## Have Lighthouse look at every page: accessibility 100 (needs Chromium, node, npm)
	@.ci/lighthouse

screens: ## Write a picture of each page into docs/screens (needs Chromium)
	RELAIS_TEST_SCREENS=$(CURDIR)/docs/screens go test -count=1 -run '^TestScreens$$' ./web ./cmd/relais
