#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# House rules over the tracked files: lint.sh [DIRECTORY]. Findings are `file:line: what; what to do`.
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "${1:-$here/..}" && pwd) || exit 2
failed=0

/usr/bin/python3 "$here/lint.py" "$root" || failed=1

cd "$root" || exit 2
mapfile -d '' c_files < <(git ls-files -z '*.c' '*.h')
if [ ${#c_files[@]} -gt 0 ] && [ -f .clang-format ]; then
	if ! command -v clang-format >/dev/null; then
		echo "lint: clang-format is not installed; apt-get install clang-format"
		failed=1
	else
		unformatted=$(clang-format --dry-run "${c_files[@]}" 2>&1 |
			grep -oE '^[^ ]+:[0-9]+:[0-9]+: warning' | awk -F: '!seen[$1]++ { print $1 ":" $2 }')
		for place in $unformatted; do
			echo "$place: not formatted; clang-format -i ${place%%:*}"
			failed=1
		done
	fi
fi

if command -v shellcheck >/dev/null; then
	scripts=()
	while IFS= read -r -d '' file; do
		[ -f "$file" ] || continue
		if [[ $file == *.sh ]] || head -c 64 "$file" | head -n 1 | grep -qE '^#!.*\b(ba|da|)sh\b'; then
			scripts+=("$file")
		fi
	done < <(git ls-files -z)
	# parts that others source have no first line that names a shell, and set what others use
	for file in "${scripts[@]}"; do
		if head -n 1 "$file" | grep -q '^#!'; then
			shellcheck -x -S warning -e SC2187 -f gcc "$file" || failed=1
		else
			shellcheck -x -S warning -s bash -e SC2034 -f gcc "$file" || failed=1
		fi
	done
else
	echo "lint: note: shellcheck is not installed, scripts were not checked"
fi

exit $failed
