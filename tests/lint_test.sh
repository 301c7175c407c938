#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Does the lint find what it is for? Plants one violation after another in a small tree of its own.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0
count=0

spdx='/* SPDX-License-Identifier: Apache-2.0 */'

# put FILE: standard input, after the SPDX line, becomes the file
put() {
	mkdir -p "$tree/$(dirname "$1")"
	{ echo "$spdx"; cat; } >"$tree/$1"
}

clean_tree() {
	rm -rf "$tree"
	mkdir -p "$tree"
	git -C "$tree" init -q
	cp "$here/../.clang-format" "$tree/"
	put src/core/pkt.h <<'END'
#ifndef ADIT_PKT_H
#define ADIT_PKT_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
int pkt_len(const char *p);
#ifdef __cplusplus
}
#endif
#endif
END
	put src/net/eth.c <<'END'
#include "core/pkt.h"
#include <string.h>

static const int table[] = { 1, 2 };

/* strcpy() and alloca() in a comment, and sprintf( in a string, are no calls. */
const char *eth_say(void)
{
	return table[0] ? "sprintf(" : "{";
}
END
	printf '#ifndef ADIT_A_H\n#define ADIT_A_H\n#endif\n' | put src/proto/aa/aa.h
	printf '#include "net/eth.h"\n' | put src/proto/bb/bb.c
	printf '#include <sys/socket.h>\n#ifdef SO_MARK\n#endif\n' | put src/io/udp.c
}

lint() {
	git -C "$tree" add -A
	"$here/lint.sh" "$tree" 2>&1
}

# expect TEXT: the tree as it stands is refused with a line that holds TEXT
expect() {
	local out status=0
	count=$((count + 1))
	out=$(lint) || status=$?
	if [ $status -eq 0 ] || ! grep -qF -- "$1" <<<"$out"; then
		echo "not found (status $status): $1"
		printf '%s\n' "$out" | sed 's/^/    /'
		failed=1
	fi
	clean_tree
}

# lines N TEXT
lines() {
	local i
	for ((i = 0; i < $1; i++)); do echo "$2"; done
}

clean_tree
if ! out=$(lint); then
	echo "the clean tree is refused:"
	echo "$out"
	failed=1
fi

printf 'int x;\n' >"$tree/src/core/bare.c"
expect 'src/core/bare.c:1: no SPDX line'
printf '#!/bin/sh\ntrue\n' >"$tree/tool"
expect 'tool:1: no SPDX line'
for part in core net proto/aa lang; do
	printf '#include <sys/socket.h>\n' | put "src/$part/x.c"
	expect "src/$part/x.c:2: ${part%%/*} includes the system header <sys/socket.h>"
done
printf '#include <time.h>\n' | put src/core/x.c
expect 'src/core/x.c:2: core includes the system header <time.h>'
printf '#include "proto/aa/aa.h"\n' | put src/proto/bb/bb.c
expect 'src/proto/bb/bb.c:2: protocol bb includes protocol aa'
printf '#include "../aa/aa.h"\n' | put src/proto/bb/bb.c
expect 'src/proto/bb/bb.c:2: protocol bb includes protocol aa'
printf '#include "proto/aa/aa.h"\n' | put src/core/x.c
expect 'src/core/x.c:2: core includes proto'
printf '#include "proto/aa/aa.h"\n' | put src/lang/x.c
expect 'src/lang/x.c:2: lang includes protocol aa'
printf '#ifndef ADIT_E_H\n#define ADIT_E_H\n#endif\n' | put src/net/eth.h
printf '#include "net/eth.h"\n' | put src/core/x.c
expect 'src/core/x.c:2: core includes net'
printf '#include "../net/eth.h"\n' | put src/core/x.c
printf '#ifndef ADIT_E_H\n#define ADIT_E_H\n#endif\n' | put src/net/eth.h
expect 'src/core/x.c:2: core includes net'
lines 800 'extern int x;' | put src/core/long.c
expect 'src/core/long.c:801: 801 lines, 800 are allowed'
{ printf 'static int long_one(void)\n{\n'; lines 77 '	;'; printf '	return 0;\n}\n'; } | put src/core/f.c
expect 'src/core/f.c:2: long_one has 81 lines, 80 are allowed'
{ printf 'void many(int a, int b, int c, int d, int e, int f, int g, void (*h)(int, int))\n{\n}\n'; } |
	put src/core/f.c
expect 'src/core/f.c:2: many takes 8 parameters, 7 are allowed'
for call in strcpy strcat sprintf atoi strtok alloca gets; do
	printf 'void f(void)\n{\n\t%s(0);\n}\n' $call | put src/io/f.c
	expect "src/io/f.c:4: $call() is banned"
done
printf '/* TO''DO: later */\n' | put src/io/f.c
expect 'src/io/f.c:2: TO''DO left behind'
printf 'See /wo''rk/notes\n' >"$tree/notes.md"
expect 'notes.md:1: a path outside of the project'
printf '#ifdef LINUX\n#endif\n' | put src/core/x.c
expect 'src/core/x.c:2: #ifdef in core'
printf '#ifndef PKT_H\n#define PKT_H\n#endif\n' | put src/core/pkt.h
expect 'src/core/pkt.h:2: the guard is PKT_H'
printf 'extern int y;\n' | put src/core/pkt.h
expect 'src/core/pkt.h:1: no include guard'
printf '_Atomic int x;\n' | put src/net/x.c
expect 'src/net/x.c:2: _Atomic'
printf 'typedef struct x x;\n' | put src/net/x.c
expect 'src/net/x.c:2: a typedef hides'
printf 'int  spaced;\n' | put src/io/f.c
expect 'src/io/f.c:2: not formatted'
printf '# SPDX-License-Identifier: Apache-2.0\nproject(1)\n' >"$tree/meson.build"
expect 'meson.build:1: arrays of variable length'
if command -v shellcheck >/dev/null; then
	# shellcheck disable=SC2016
	printf '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\ncd $1\n' >"$tree/t.sh"
	expect 't.sh:3'
fi

[ $failed -eq 0 ] && echo "lint_test: all $count planted violations were found"
exit $failed
