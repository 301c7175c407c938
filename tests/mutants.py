# SPDX-License-Identifier: Apache-2.0
"""Where a C source checks lengths, and how to break each check.

A check is one operand of a condition that compares something named like a length, or that tests what
a pull, a trim, a cursor or a parser (ADIT_KEEP) gave, at once or by way of a variable. It is broken
by an operand that is still evaluated, for its side effects, but always comes out as if the length
were fine:
  - in a guard (`if (…) return …;`) and for `too short` comparisons that are returned: false
  - for `long enough` comparisons that are returned, and in loops: true
  - where an `if` or a conditional expression clamps a value or chooses: both, one mutant each"""

import re
from dataclasses import dataclass

from csource import blank, closing, functions

LENGTH = re.compile(
    r"(?<![\w])(?:len|n|size|total|end|left|avail|room|last|need|want|sizeof|"
    r"\w+_(?:len|size|end|left|room|n)|\w+len|len_\w+|\w*LEN|\w+_LEN\w*|\w+_MIN)\b(?!\s*\(\s*\w+\s*\)\s*;)")
CALL = re.compile(r"\b(?!sizeof)\w+\s*\((?:[^()]|\([^()]*\))*\)")
COMPARE = re.compile(r"(?<![<>=!\-])(<=|>=|==|!=|<(?![<=])|>(?![>=]))(?!=)")
TAKEN = re.compile(r"\badit_(?:seg_)?(?:pull|trim)\s*\(|\badit_rd_ok\s*\(")
PARSED = re.compile(r"\b(\w+)\s*=\s*\w*(?:parse|check)\w*\s*\(")
TAKER = re.compile(r"\b(\w+)\s*=\s*(?:adit_(?:seg_)?pull|adit_rd_\w+)\s*\(")
COUNTER = re.compile(r"\s*\w{1,2}\s*[<>]")
CLOCK = re.compile(r"\bnow\b")
REFUSES = re.compile(r"DROP|\bfalse\b|\bNULL\b|^\s*-?\s*\d+\s*$|SHORT")
JUMP = re.compile(r"\b(?:return|goto|break|continue)\b")
KEYWORD = re.compile(r"\b(if|while|for|return)\b")


@dataclass(frozen=True)
class Mutant:
    file: str
    line: int
    start: int
    end: int
    text: str
    value: bool

    def apply(self, source):
        how = "|| 1" if self.value else "&& 0"
        return f"{source[:self.start]}(({self.text}) {how}){source[self.end:]}"

    def __str__(self):
        return f"{self.file}:{self.line}: `{' '.join(self.text.split())}` always {str(self.value).lower()}"


def strip_range(code, start, end):
    while start < end and code[start].isspace():
        start += 1
    while end > start and code[end - 1].isspace():
        end -= 1
    return start, end


def operands(code, start, end):
    """The operands of && and || within [start, end), also inside of plain parentheses."""
    start, end = strip_range(code, start, end)
    if start < end and code[start] == "(" and closing(code, start) == end - 1:
        return operands(code, start + 1, end - 1)
    cuts, depth, i = [], 0, start
    while i < end:
        if code[i] in "([{":
            depth += 1
        elif code[i] in ")]}":
            depth -= 1
        elif depth == 0 and code[i:i + 2] in ("&&", "||"):
            cuts.append(i)
            i += 1
        i += 1
    if not cuts:
        return [(start, end)] if start < end else []
    found, at = [], start
    for cut in cuts + [end]:
        found += operands(code, at, cut)
        at = cut + 2
    return found


def comparison(text):
    """(left, operator, right) of the one comparison outside of brackets, or None."""
    depth, places = 0, []
    for i, c in enumerate(text):
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif depth == 0:
            found = COMPARE.match(text, i)
            if found and not (c == ">" and i and text[i - 1] == "-"):
                places.append(found)
    if len(places) != 1:
        return None
    m = places[0]
    return text[:m.start()], m.group(1), text[m.end():]


def is_length(text):
    """Arguments of calls do not count: what the call gives is compared, not they."""
    return bool(LENGTH.search(CALL.sub("", text)))


def wants(text, taken):
    """How the operand is broken: True, False, "guard" (False in guards, nothing elsewhere) or None
    when it checks no length. `taken` names what pulls returned and, with a colon, what parsers did."""
    test = re.fullmatch(r"(!?)\s*(\w+)", text)
    if test and test.group(2) in taken:
        return not test.group(1)
    if re.fullmatch(r"(\w+)\s*[!=]=\s*NULL", text):
        name, equal = text.split()[0].split("=")[0].split("!")[0], "==" in text
        return (not equal) if name in taken else None
    if TAKEN.search(text) and not comparison(text):
        return not text.startswith("!")
    parts = comparison(text)
    if parts and parts[2].strip() == "ADIT_KEEP" and f"{parts[0].strip()}:" in taken:
        return parts[1] == "=="
    if parts and parts[2].strip() == "ADIT_KEEP" and parts[0].rstrip().endswith(")"):
        return parts[1] == "=="
    if not parts or CLOCK.search(text) or not (is_length(parts[0]) or is_length(parts[2])):
        return None
    left, operator, right = parts
    if operator in ("==", "!="):
        return "guard"
    if re.fullmatch(r"\s*0u?\s*", right) and operator == ">":
        return "guard"
    limit_left = bool(re.search(r"\b(n|end|left|avail|room|len|size|total|last)\b", left)) and not \
        re.search(r"\b(n|end|left|avail|room)\b", right)
    short = operator[0] == "<" if limit_left else operator[0] == ">"
    return not short


def consequence(code, after):
    """Whether the statement at `after` leaves its function or loop: then its `if` is a guard."""
    after, _ = strip_range(code, after, len(code))
    if code[after:after + 1] == "{":
        body = code[after + 1:closing(code, after, "{}")].strip().rstrip(";")
        return bool(JUMP.match(body.rsplit(";", 1)[-1].strip()))
    return bool(JUMP.match(code, after))


def question(code, start, end):
    """Offsets of `?` and its `:` outside of brackets, or None."""
    depth, mark = 0, -1
    for i in range(start, end):
        if code[i] in "([{":
            depth += 1
        elif code[i] in ")]}":
            depth -= 1
        elif depth == 0 and code[i] == "?" and mark < 0:
            mark = i
        elif depth == 0 and code[i] == ":" and mark >= 0:
            return mark, i
    return None


class Finder:
    def __init__(self, file, source):
        self.file = file
        self.source = source
        self.code = blank(source)
        self.mutants = {}

    def add(self, start, end, value):
        key = (start, end, value)
        line = self.code.count("\n", 0, start) + 1
        self.mutants[key] = Mutant(self.file, line, start, end, self.source[start:end], value)

    def condition(self, start, end, mode, taken):
        """mode: "guard", "body" (runs code when true), "loop", "value" (returned as it is)"""
        for a, b in operands(self.code, start, end):
            want = wants(self.code[a:b], taken)
            if want is None or (want == "guard" and mode != "guard"):
                continue
            if mode == "loop" and COUNTER.match(self.code[a:b]):
                continue
            if mode == "guard":
                self.add(a, b, want is True and "ADIT_KEEP" in self.code[a:b])
            elif mode == "body":
                self.add(a, b, False)
                self.add(a, b, True)
            elif mode != "loop" or want is True:
                self.add(a, b, want)

    def choice(self, start, end, taken, returned):
        """A conditional expression; start is where its condition begins at the earliest."""
        marks = question(self.code, start, end)
        if not marks:
            return False
        mark, colon = marks
        for a, b in operands(self.code, start, mark):
            if wants(self.code[a:b], taken) is None:
                continue
            if returned and REFUSES.search(self.code[mark + 1:colon]):
                self.add(a, b, False)
            elif returned and REFUSES.search(self.code[colon + 1:end]):
                self.add(a, b, True)
            else:
                self.add(a, b, False)
                self.add(a, b, True)
        return True

    def keyword(self, word, at, taken):
        if word == "return":
            end = self.code.find(";", at)
            if not self.choice(at, end, taken, True):
                self.condition(at, end, "value", taken)
            return
        opened = self.code.find("(", at)
        shut = closing(self.code, opened)
        if opened < 0 or shut < 0:
            return
        if word == "if":
            mode = "guard" if consequence(self.code, shut + 1) else "body"
            self.condition(opened + 1, shut, mode, taken)
        elif word == "while":
            self.condition(opened + 1, shut, "loop", taken)
        else:
            parts = self.code[opened + 1:shut].split(";")
            if len(parts) == 3:
                start = opened + 1 + len(parts[0]) + 1
                self.condition(start, start + len(parts[1]), "loop", taken)

    def function(self, f):
        body = self.code[f.start:f.end]
        taken = set(TAKER.findall(body)) | {f"{name}:" for name in PARSED.findall(body)}
        for m in KEYWORD.finditer(self.code, f.start, f.end):
            self.keyword(m.group(1), m.end(), taken)
        for m in re.finditer(r"(?<![=!<>])=(?!=)", body):
            start = f.start + m.end()
            end = self.code.find(";", start)
            piece = re.match(r"[^,;{}]*", self.code[start:end]).group(0)
            self.choice(start, start + len(piece), taken, False)


def find_mutants(file, source):
    finder = Finder(file, source)
    for f in functions(finder.code):
        finder.function(f)
    return [finder.mutants[k] for k in sorted(finder.mutants)]
