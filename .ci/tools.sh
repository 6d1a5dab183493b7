# shellcheck shell=bash
# What the check needs besides Go, git and make; sourced by .ci/check.

linter_version=v2.15.0

# need_tools installs what is missing, or says what to install and fails.
need_tools() {
	local missing=()
	has_c_compiler || missing+=(gcc libc6-dev)
	command -v redis-server >/dev/null || missing+=(redis-server)
	postgres_bin >/dev/null || missing+=(postgresql)
	command -v node >/dev/null || missing+=(nodejs)
	command -v npm >/dev/null || missing+=(npm)
	chromium_path >/dev/null || missing+=(chromium)
	command -v postfix >/dev/null || missing+=(postfix)
	if [ ${#missing[@]} -eq 0 ]; then
		echo "C compiler, redis-server, PostgreSQL, node, npm, Chromium and Postfix are here"
		return
	fi
	local sudo
	if ! command -v apt-get >/dev/null || ! sudo=$(how_to_be_root); then
		echo "Please install ${missing[*]} (Debian's names), then run make check again:" >&2
		echo "    sudo apt-get install ${missing[*]}" >&2
		exit 1
	fi
	echo "installing ${missing[*]}"
	install_packages "$sudo" "${missing[@]}"
	has_c_compiler && command -v redis-server >/dev/null && command -v node >/dev/null && command -v npm >/dev/null &&
		command -v postfix >/dev/null && postgres_bin >/dev/null && chromium_path >/dev/null
}

# The C compiler is for the race detector.
has_c_compiler() {
	local compiler
	compiler=$(go env CC)
	command -v "${compiler%% *}" >/dev/null && echo '#include <stdlib.h>' | $compiler -E - >/dev/null 2>&1
}

# how_to_be_root prints nothing or sudo, and fails when neither will do.
how_to_be_root() {
	if [ "$(id -u)" -eq 0 ]; then
		return 0
	fi
	sudo -n true 2>/dev/null && echo "sudo -n"
}

# install_packages keeps the packages from starting servers of their own: a
# policy-rc.d that answers 101 forbids it for as long as the installation runs.
install_packages() {
	local sudo=$1 policy=/usr/sbin/policy-rc.d ours=no
	shift
	if [ ! -e $policy ]; then
		printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
		$sudo chmod 755 $policy
		ours=yes
	fi
	local failed=0
	{ $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null; } || failed=1
	[ $ours = no ] || $sudo rm -f $policy
	return $failed
}

# postgres_bin prints the folder of initdb and postgres, the newest there is.
postgres_bin() {
	local folder
	for folder in "$(pg_config --bindir 2>/dev/null)" $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) ${PATH//:/ }; do
		if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && [ -x "$folder/pg_ctl" ]; then
			readlink -f "$folder"
			return
		fi
	done
	return 1
}

# chromium_path prints the browser that shows pages in the tests.
chromium_path() {
	command -v chromium || command -v chromium-browser || command -v google-chrome
}

# install_npm FOLDER puts what its package-lock.json locks, checked against its
# hashes, into .cache, once for each version of the lock, and sets $npm_modules.
# No script of a package runs.
install_npm() {
	local lock=$1/package-lock.json
	npm_modules=$PWD/.cache/npm-$(sha256sum "$lock" | cut -c1-12)/node_modules
	if [ -d "$npm_modules" ]; then
		return
	fi
	echo "installing what $lock locks"
	rm -rf .cache/npm-new
	mkdir -p .cache/npm-new
	cp "$1/package.json" "$lock" .cache/npm-new
	(cd .cache/npm-new && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
	mv .cache/npm-new "${npm_modules%/node_modules}"
}

# install_linter builds golangci-lint into .cache (about 4 minutes, once for
# each version of it and of Go) and sets $linter.
install_linter() {
	linter=$PWD/.cache/bin/golangci-lint-$linter_version-$(go env GOVERSION)
	if [ -x "$linter" ]; then
		return
	fi
	echo "building golangci-lint $linter_version, once"
	GOBIN=$PWD/.cache/build go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$linter_version"
	mkdir -p .cache/bin
	mv .cache/build/golangci-lint "$linter"
}

# go_files lists our Go files, those not yet committed too, each ended by NUL.
go_files() {
	git ls-files --cached --others --exclude-standard -z -- '*.go' | while IFS= read -r -d '' file; do
		[ ! -f "$file" ] || printf '%s\0' "$file"
	done
}
