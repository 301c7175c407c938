# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by `dev`: the suites of `./dev test`, and the count of what passed.

PASSED=0
FAILED=0
LOGS=

step() { printf '\n== %s\n' "$*"; }
pass() { PASSED=$((PASSED + 1)); }
fail() {
	FAILED=$((FAILED + 1))
	echo "FAILED: $*"
}

# quietly NAME COMMAND...: one line when it works, the end of its log when not
quietly() {
	local name=$1 log
	shift
	log=$LOGS/${name//[^a-z0-9]/-}.log
	if "$@" >"$log" 2>&1; then
		pass
		echo "ok: $name"
	else
		tail -n 40 "$log"
		fail "$name (log: ${log#"$TOP/"})"
		return 1
	fi
}

# Sanitizers of clang 14 want the address space layout of older kernels.
no_aslr() { [ "$1" != build ] && setarch -R true 2>/dev/null && echo "setarch -R"; }

# meson_count DIR: add meson's results; a test that skips counts as failed
meson_count() {
	local ok bad
	ok=$(grep -c '"result": "OK"' "$1/meson-logs/testlog.json")
	bad=$(grep -vc '"result": "OK"' "$1/meson-logs/testlog.json")
	PASSED=$((PASSED + ok))
	FAILED=$((FAILED + bad))
	echo "$1: $ok passed, $bad failed"
}

# meson_tests DIR [ARG...]
meson_tests() {
	local dir=$1 status
	shift
	rm -f "$dir/meson-logs/testlog.json"
	# shellcheck disable=SC2046
	$(no_aslr "$dir") meson test -C "$dir" --no-rebuild --print-errorlogs --num-processes "$JOBS" "$@"
	status=$?
	if [ -s "$dir/meson-logs/testlog.json" ]; then
		meson_count "$dir"
		[ "$status" = 0 ] || return 1
	else
		fail "$dir: meson ran no test"
	fi
}

suite_gcc() {
	step "gcc: build, unit tests, vectors, simulator"
	quietly "build with gcc" build_into build && meson_tests build
}

suite_asan() {
	step "clang with address and undefined-behaviour sanitizers: the same tests"
	quietly "build with clang asan ubsan" \
		build_clang_into build-asan -Db_sanitize=address,undefined -Dbuildtype=debugoptimized &&
		UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
			meson_tests build-asan --timeout-multiplier 3
}

suite_tsan() {
	step "clang with the thread sanitizer: the engine"
	quietly "build with clang tsan" \
		build_clang_into build-tsan -Db_sanitize=thread -Dbuildtype=debugoptimized &&
		TSAN_OPTIONS=halt_on_error=1 \
			meson_tests build-tsan --timeout-multiplier 5 --suite engine
}

suite_lint() {
	step "lint, and the tests of the tools that judge"
	quietly "lint" lint
	quietly "lint finds what it is for" tests/lint_test.sh
	quietly "mutate tells a tested check from an untested one" tests/mutate_test.sh
	quietly "bench report" "$PYTHON" bench/report_test.py
}

# fuzz_one SECONDS TARGET: what it finds new goes into the build directory
fuzz_one() {
	local seconds=$1 target=$2 name
	name=$(basename "$target")
	mkdir -p "build-fuzz/corpus/$name"
	set -- "build-fuzz/corpus/$name"
	[ ! -d "tests/fuzz/corpus/${name#fuzz_}" ] || set -- "$@" "tests/fuzz/corpus/${name#fuzz_}"
	# shellcheck disable=SC2046
	quietly "$name for $seconds s" $(no_aslr build-fuzz) "$target" -max_total_time="$seconds" \
		-timeout=10 -rss_limit_mb=2048 -print_final_stats=1 "-artifact_prefix=build-fuzz/" "$@"
}

# fuzz_each SECONDS [NAME...]: these targets, or all of them, each counted
fuzz_each() {
	local seconds=$1 target names=("${@:2}") found=0
	while IFS= read -r target; do
		[ ${#names[@]} = 0 ] || [[ " ${names[*]} " == *" $(basename "$target") "* ]] || continue
		found=$((found + 1))
		fuzz_one "$seconds" "$target"
	done < <(find build-fuzz -type f -name 'fuzz_*' -perm -100 | sort)
	[ "$found" -gt 0 ] || fail "no fuzz target ${names[*]}"
}

suite_fuzz() {
	step "fuzz: each target for 5 seconds"
	quietly "build the fuzz targets" build_clang_into build-fuzz -Dfuzz=true &&
		fuzz_each 5
}

fuzz() {
	packages_install build test || return 1
	LOGS=$TOP/build-fuzz
	build_clang_into build-fuzz -Dfuzz=true || return 1
	fuzz_each "${1:-60}" "${@:2}"
	[ "$FAILED" = 0 ]
}

INTEROP_LIMIT=1800 # seconds; pytest ends a test that hangs long before

# Everything that pytest does to the network happens in namespaces of its own,
# and what is left of it dies with them.
interop_run() {
	local name settings=(ADIT="$TOP/build/src/cmd/adit" ADIT_CACHE="$CACHE" PYTHONDONTWRITEBYTECODE=1)
	for name in ADIT_TEST_SECONDS ADIT_SOAK_MINUTES ADIT_GUEST_KVM ADIT_SEED; do
		[ -z "${!name:-}" ] || settings+=("$name=${!name}") # sudo passes none on
	done
	as_root timeout --foreground -k 5 "$INTEROP_LIMIT" env "${settings[@]}" \
		unshare --mount --net --pid --fork --kill-child --mount-proc \
		sh -c 'mount -t tmpfs tmpfs /run && exec "$@"' sh "$PYTHON" -m pytest -p no:cacheprovider -q --durations=8 "$@"
}

# pytest_counted NAME ARG...
pytest_counted() {
	local report=$LOGS/$1.xml counts
	as_root rm -f "$report"
	interop_run --junitxml="$report" "${@:2}"
	counts=$("$PYTHON" "$TOP/packaging/dev/junit_counts.py" "$report") ||
		{ fail "pytest left no report of $1"; return; }
	PASSED=$((PASSED + ${counts% *}))
	FAILED=$((FAILED + ${counts#* }))
}

suite_interop() {
	step "privileges: what root's processes may do, and what they leave when killed"
	quietly "build adit" build_into build || return
	pytest_counted priv tests/priv
	step "interop: this machine's kernel, and a stock Debian kernel under QEMU"
	pytest_counted interop tests/interop
}

run_tests() {
	local suite needs_kernel suites=()
	while [ $# -gt 0 ]; do
		case $1 in
		--offline) export OFFLINE=1 ;;
		gcc | asan | tsan | lint | fuzz | interop) suites+=("$1") ;;
		*) echo "dev: no suite $1 (gcc asan tsan lint fuzz interop)" >&2; return 2 ;;
		esac
		shift
	done
	[ ${#suites[@]} -gt 0 ] || suites=(gcc asan tsan lint fuzz interop)
	LOGS=$TOP/build/test-logs
	needs_kernel=
	[[ " ${suites[*]} " != *" interop "* ]] || needs_kernel=1
	[ -z "$needs_kernel" ] || kernel_announce
	packages_install build demo test || fail "packages"
	[ -z "$needs_kernel" ] || kernel_fetch || fail "peer kernel"
	if [ "$FAILED" = 0 ]; then
		[ -f build/build.ninja ] || meson setup build >/dev/null || fail "meson setup"
		mkdir -p "$LOGS"
		for suite in "${suites[@]}"; do
			"suite_$suite"
		done
	fi
	printf '\n%d passed, %d failed\n' "$PASSED" "$FAILED"
	[ "$FAILED" = 0 ]
}
