#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""House rules over the tracked files: `lint.py [DIRECTORY]`. Each finding says what to do."""

import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True

from csource import blank, functions  # noqa: E402

FILE_LINES, HEADER_LINES, FUNCTION_LINES, FUNCTION_P95 = 800, 250, 80, 40
PARAMETERS, PARAMETERS_HARD = 5, 7

PURE = {"stdint.h", "stddef.h", "stdbool.h", "string.h", "stdlib.h", "stdio.h", "stdarg.h",
        "ctype.h", "limits.h", "inttypes.h"}
# a part of the source: the parts whose headers it may include besides its own
MAY_INCLUDE = {
    "include": set(),
    "core": {"include"},
    "net": {"include", "core"},
    "crypto": {"include", "core"},
    "proto": {"include", "core", "net", "crypto"},
    "lang": {"include", "core", "net", "proto"},
    "io": {"include", "core", "lang", "net", "crypto", "proto"},
    "cmd": {"include", "core", "net", "crypto", "proto", "lang", "io"},
}
NO_SYSTEM = ("include", "core", "net", "proto", "lang")

BANNED = {
    "strcpy": "snprintf or memcpy with a checked length", "strcat": "snprintf",
    "sprintf": "snprintf", "vsprintf": "vsnprintf", "atoi": "strtol and a look at its end",
    "atol": "strtol and a look at its end", "strtok": "a cursor", "gets": "fgets",
    "alloca": "a buffer of fixed size",
}
BANNED_CALL = re.compile(r"\b(" + "|".join(BANNED) + r")\s*\(")
SHARING = re.compile(r"\b(_Atomic|__atomic_\w+|__sync_\w+|atomic_\w+|pthread_\w+)\b")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]')
CONDITION = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)\b[ \t]*(.*)")
# spelt in halves so that the lint does not find itself
UNFINISHED = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|X" + r"XX)\b")
OUTSIDE = re.compile(r"(?<![\w.])/wo" + r"rk/|\.\./sha" + "red")


def tracked(root):
    out = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, check=True)
    names = out.stdout.decode().split("\0")
    return [n for n in names if n and os.path.isfile(os.path.join(root, n))]


def read(root, name):
    """The text of a file, or None when it is not text."""
    with open(os.path.join(root, name), "rb") as f:
        data = f.read()
    if b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def is_c(name):
    return name.endswith((".c", ".h"))


def is_source(name, text):
    return (is_c(name) or name.endswith((".def", ".py", ".sh", ".build")) or
            text.startswith("#!"))


def part_of(name):
    """(part, protocol) of a path: ("core", ""), ("proto", "vxlan"), ("", "") outside of src."""
    words = name.split("/")
    if words[0] == "include":
        return "include", ""
    if words[0] != "src" or len(words) < 3:
        return "", ""
    return words[1], words[2] if words[1] == "proto" and len(words) > 3 else ""


class Lint:
    def __init__(self, root):
        self.root = root
        self.files = tracked(root)
        self.known = set(self.files)
        self.sizes = []
        self.many = []
        self.findings = 0

    def find(self, name, line, what, do):
        self.findings += 1
        print(f"{name}:{line}: {what}; {do}")

    def run(self):
        for name in self.files:
            text = read(self.root, name)
            if text is None:
                continue
            self.check_text(name, text)
            if is_source(name, text):
                self.check_source(name, text)
            if is_c(name):
                self.check_c(name, text)
        self.check_build()
        self.report()
        return self.findings

    def check_text(self, name, text):
        for number, line in enumerate(text.splitlines(), 1):
            found = UNFINISHED.search(line)
            if found:
                self.find(name, number, f"{found.group(1)} left behind",
                          "do it now or open an issue")
            if OUTSIDE.search(line):
                self.find(name, number, "a path outside of the project",
                          "say it in the project's own words")

    def check_source(self, name, text):
        if "SPDX-License-Identifier: Apache-2.0" not in "\n".join(text.splitlines()[:3]):
            self.find(name, 1, "no SPDX line",
                      "start the file with SPDX-License-Identifier: Apache-2.0 in a comment")
        limit = HEADER_LINES if name.endswith(".h") else FILE_LINES
        lines = text.count("\n")
        if lines > limit:
            self.find(name, limit + 1, f"{lines} lines, {limit} are allowed",
                      "split the file by noun")

    def check_c(self, name, text):
        code = blank(text)
        for number, line in enumerate(code.splitlines(), 1):
            found = BANNED_CALL.search(line)
            if found:
                self.find(name, number, f"{found.group(1)}() is banned",
                          f"use {BANNED[found.group(1)]}")
            if re.search(r"\btypedef\s+(struct|union|enum)\b[^(]*$", line):
                self.find(name, number, "a typedef hides a struct, union or enum",
                          "name it by its tag")
        self.check_functions(name, code)
        self.check_sharing(name, code)
        directives = blank(text, keep_directives=True)
        self.check_includes(name, directives)
        self.check_conditions(name, directives)

    def check_functions(self, name, code):
        for f in functions(code):
            self.sizes.append((f.lines, f"{name}:{f.line} {f.name}"))
            if f.lines > FUNCTION_LINES:
                self.find(name, f.line, f"{f.name} has {f.lines} lines, {FUNCTION_LINES} are allowed",
                          "split it into steps that have names")
            if f.parameters > PARAMETERS_HARD:
                self.find(name, f.line, f"{f.name} takes {f.parameters} parameters, "
                          f"{PARAMETERS_HARD} are allowed", "pass what belongs together as a struct")
            elif f.parameters > PARAMETERS:
                self.many.append(f"{name}:{f.line} {f.name} ({f.parameters})")

    def check_sharing(self, name, code):
        part, _ = part_of(name)
        if part not in NO_SYSTEM or os.path.basename(name).startswith("share."):
            return
        for number, line in enumerate(code.splitlines(), 1):
            found = SHARING.search(line)
            if found:
                self.find(name, number, f"{found.group(1)}: atomics and locks live in "
                          "src/core/share.h alone", "go through it")

    def check_includes(self, name, code):
        part, proto = part_of(name)
        if part not in MAY_INCLUDE:
            return
        for number, line in enumerate(code.splitlines(), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            if found.group(1) == "<":
                self.check_system(name, number, part, found.group(2))
            else:
                self.check_project(name, number, (part, proto), found.group(2))

    def check_system(self, name, number, part, header):
        shares = os.path.basename(name).startswith("share.") and header == "stdatomic.h"
        if part in NO_SYSTEM and header not in PURE and not shares:
            self.find(name, number, f"{part} includes the system header <{header}>",
                      "only src/io, src/crypto and src/cmd see the system: pass in what is needed")

    def check_project(self, name, number, own, header):
        part, proto = own
        path = self.resolve(name, header)
        if not path:
            return
        other, other_proto = part_of(path)
        if other == part:
            if proto and other_proto and proto != other_proto:
                self.find(name, number, f"protocol {proto} includes protocol {other_proto}",
                          "move what both need to src/net")
        elif other not in MAY_INCLUDE[part]:
            self.find(name, number, f"{part} includes {other or header}",
                      f"{part} may include {', '.join(sorted(MAY_INCLUDE[part])) or 'nothing'}")
        elif other_proto and part not in ("io", "cmd"):
            self.find(name, number, f"{part} includes protocol {other_proto}",
                      "go through the registry")

    def resolve(self, name, header):
        for base in (os.path.dirname(name), "src", "include", ""):
            path = os.path.normpath(os.path.join(base, header))
            if path in self.known:
                return path
        return None

    def check_conditions(self, name, code):
        part, _ = part_of(name)
        if not part or part in ("io", "crypto") or os.path.basename(name) == "compat.h":
            return
        guard = None
        for number, line in enumerate(code.splitlines(), 1):
            found = CONDITION.match(line)
            if not found or "__cplusplus" in found.group(2):
                continue
            if name.endswith(".h") and guard is None and found.group(1) == "ifndef":
                guard = found.group(2).strip()
                if not re.fullmatch(r"ADIT_\w+_H", guard):
                    self.find(name, number, f"the guard is {guard}", "name it ADIT_NAME_H")
                continue
            self.find(name, number, f"#{found.group(1)} in {part}",
                      "separate platforms by file; options are dropped by the build list")
        if name.endswith(".h") and guard is None:
            self.find(name, 1, "no include guard", "add #ifndef ADIT_NAME_H")

    def check_build(self):
        text = read(self.root, "meson.build") if "meson.build" in self.known else None
        if text is not None and "-Wvla" not in text:
            self.find("meson.build", 1, "arrays of variable length go unnoticed",
                      "add -Wvla to the warnings")

    def report(self):
        if not self.sizes:
            return
        sizes = sorted(s for s, _ in self.sizes)
        p95 = sizes[min(len(sizes) - 1, len(sizes) * 95 // 100)]
        longest = max(self.sizes)
        print(f"lint: {len(self.files)} files, {len(sizes)} functions: median "
              f"{sizes[len(sizes) // 2]} lines, 95 % within {p95}, longest {longest[0]} "
              f"({longest[1]})")
        if p95 > FUNCTION_P95:
            print(f"lint: note: 95 % of the functions should be within {FUNCTION_P95} lines")
        if self.many:
            print(f"lint: note: more than {PARAMETERS} parameters: {', '.join(self.many)}")


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..")
    found = Lint(os.path.realpath(root)).run()
    if found:
        print(f"lint: {found} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
