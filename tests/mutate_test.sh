#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Does the mutation runner tell a tested length check from an untested one? On a toy of its own.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
toy=$(mktemp -d)
trap 'rm -rf "$toy"' EXIT
mkdir -p "$toy/src/proto/toy" "$toy/tests/unit"

cat >"$toy/meson.build" <<'END'
project('toy', 'c')
exe = executable('toy_test', 'tests/unit/toy_test.c', 'src/proto/toy/toy.c')
test('toy', exe)
END
cat >"$toy/src/proto/toy/toy.c" <<'END'
#include <stddef.h>
#include <stdint.h>
static const uint8_t *adit_pull(const uint8_t **p, size_t *left, size_t n)
{
	const uint8_t *was = *p;

	if (*left < n)
		return NULL;
	*p += n;
	*left -= n;
	return was;
}
int toy_tested(const uint8_t *p, size_t len)
{
	if (!p || len < 4)
		return -1;
	return p[3];
}
int toy_untested(const uint8_t *p, size_t len)
{
	if (len < 4)
		return -1;
	return p[3];
}
int toy_pulled(const uint8_t *p, size_t len)
{
	const uint8_t *h = adit_pull(&p, &len, 2);

	if (!h)
		return -1;
	return h[1];
}
int toy_body(const uint8_t *p, size_t len)
{
	int sum = 0;

	for (size_t off = 0; off < len; off++)
		sum += p[off];
	if (len >= 3)
		sum += p[2];
	return sum;
}
END
cat >"$toy/tests/unit/toy_test.c" <<'END'
#include <stdint.h>
#include <stdlib.h>
int toy_tested(const uint8_t *p, size_t len);
int toy_untested(const uint8_t *p, size_t len);
int toy_pulled(const uint8_t *p, size_t len);
int toy_body(const uint8_t *p, size_t len);
int main(void)
{
	static const uint8_t four[4] = { 1, 2, 3, 4 };
	uint8_t *one = calloc(1, 1);
	int bad = toy_tested(four, 4) != 4 || toy_tested(one, 1) != -1;

	bad |= toy_untested(four, 4) != 4;
	bad |= toy_pulled(four, 4) != 2 || toy_pulled(one, 1) != -1;
	bad |= toy_body(four, 3) != 9 || toy_body(one, 1) != 0;
	free(one);
	return bad;
}
END
git -C "$toy" init -q
git -C "$toy" add -A
before=$(cd "$toy" && git ls-files -s && git status --short)

status=0
out=$("$here/mutate" -C "$toy" -j 2 -v --timeout 3 --tests toy_test 2>&1) || status=$?
printf '%s\n' "$out"

fail() {
	echo "mutate_test: $1"
	exit 1
}
[ $status -eq 1 ] || fail "status $status instead of 1"
[ "$(grep -c '^survived' <<<"$out")" -eq 1 ] || fail "not exactly one survivor"
grep -q '^survived src/proto/toy/toy.c:21: `len < 4` always false' <<<"$out" || fail "not the untested check"
grep -q 'mutate: 7 mutants: 6 killed, 1 survived, 0 do not compile, 0 not tried' <<<"$out" || fail "wrong count"
[ "$before" = "$(cd "$toy" && git ls-files -s && git status --short)" ] || fail "it changed the tree"
echo "mutate_test: ok"
