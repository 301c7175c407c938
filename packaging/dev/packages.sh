# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by `dev`: Debian packages, and the peer kernel in the cache.

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "dev: this needs root, and sudo is not there: $*" >&2
		return 1
	fi
}

# packages_missing LIST...: the packages of these lists that are not installed
packages_missing() {
	local list name
	for list in "$@"; do
		sed 's/#.*//' "$TOP/packaging/debian-packages-$list.txt"
	done | while read -r name; do
		[ -n "$name" ] || continue
		dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed ||
			echo "$name"
	done
}

# No service of a package that is installed here may start: a policy-rc.d says
# so while apt runs, and is taken away again. One that the user has stays.
apt_install_quietly() {
	as_root env DEBIAN_FRONTEND=noninteractive sh -c '
		policy=/usr/sbin/policy-rc.d
		if [ ! -e $policy ]; then
			trap "rm -f $policy" EXIT INT TERM
			printf "#!/bin/sh\nexit 101\n" >$policy && chmod 755 $policy
		fi
		apt-get install -y -q --no-install-recommends "$@"' sh "$@"
}

# packages_install LIST...: say what is missing, fetch and install it
packages_install() {
	local missing log
	missing=$(packages_missing "$@" | sort -u | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	if [ -n "$OFFLINE" ]; then
		echo "dev: not installed, and --offline was given: $missing" >&2
		return 1
	fi
	command -v apt-get >/dev/null || {
		echo "dev: install these packages (names are Debian's): $missing" >&2
		return 1
	}
	log=$(mktemp) || return 1
	echo "Needed from Debian and not installed:"
	echo "  $missing" | fold -s -w 96 | sed '2,$s/^/  /'
	# shellcheck disable=SC2086
	apt-get install -q --no-install-recommends --print-uris -y $missing >"$log" 2>/dev/null || {
		echo "Refreshing the package lists (apt-get update)"
		as_root apt-get update -q >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; return 1; }
		# shellcheck disable=SC2086
		apt-get install -q --no-install-recommends --print-uris -y $missing >"$log" 2>/dev/null
	}
	awk 'substr($0, 1, 1) == "\047" { n++; b += $3 }
		END { printf "  with what they depend on: %d packages, %.1f MB to fetch\n", n, b / 1e6 }' "$log"
	# shellcheck disable=SC2086
	if ! apt_install_quietly $missing >"$log" 2>&1; then
		as_root apt-get update -q >/dev/null 2>&1
		# shellcheck disable=SC2086
		apt_install_quietly $missing >"$log" 2>&1 || {
			tail -n 20 "$log" >&2
			echo "dev: apt-get could not install: $missing" >&2
			rm -f "$log"
			return 1
		}
	fi
	rm -f "$log"
	echo "Installed."
}

# kernel_cached: the version of the peer kernel that the cache holds
kernel_cached() {
	local deps
	for deps in "$CACHE"/kernel/lib/modules/*/modules.dep; do
		[ -s "$deps" ] && basename "$(dirname "$deps")" && return 0
	done
	return 1
}

# kernel_announce: what kernel_fetch is going to do, before anything is fetched
kernel_announce() {
	kernel_cached >/dev/null || [ -n "$OFFLINE" ] ||
		echo "Needed as a peer: Debian's kernel package (about 70 MB), unpacked into $CACHE (400 MB)."
}

# kernel_fetch: Debian's kernel, unpacked into the cache and installed nowhere
kernel_fetch() {
	local package unpacked
	kernel_cached >/dev/null && return 0
	if [ -n "$OFFLINE" ]; then
		echo "dev: no peer kernel in $CACHE/kernel, and --offline was given" >&2
		return 1
	fi
	package=$(apt-cache depends linux-image-amd64 2>/dev/null |
		sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1)
	[ -n "$package" ] || { echo "dev: apt knows no linux-image-amd64" >&2; return 1; }
	echo "Fetching $package"
	unpacked=$CACHE/kernel.$$
	mkdir -p "$CACHE/debs" "$unpacked" || return 1
	(cd "$CACHE/debs" && apt-get download -q "$package" >apt.log 2>&1) ||
		{ cat "$CACHE/debs/apt.log" >&2; return 1; }
	dpkg-deb -x "$CACHE/debs/$package"_*.deb "$unpacked" &&
		depmod -b "$unpacked" "${package#linux-image-}" &&
		rm -rf "$CACHE/kernel" && mv "$unpacked" "$CACHE/kernel" && rm -rf "$CACHE/debs"
}
