# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by `dev`: meson build directories.

# build_into DIR [MESON-OPTION...]: configure once, then build what changed
build_into() {
	local dir=$1
	shift
	if [ ! -f "$dir/build.ninja" ]; then
		meson setup "$dir" "$@" || return 1
	fi
	ninja -C "$dir" -j "$JOBS"
}

build_clang_into() {
	local dir=$1
	shift
	CC=clang build_into "$dir" -Db_lundef=false "$@"
}
