# SPDX-License-Identifier: Apache-2.0
"""Just enough reading of C for the lint and the mutation runner: no preprocessor, no types."""

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/"                              # comments
    r'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''     # strings and characters
    r"|^[ \t]*\#(?:[^\n\\]|\\.)*",                     # directives, over continued lines
    re.S | re.M)
BEFORE_ATTRIBUTE = re.compile(r"(\w+)\s*$")


def blank(text, keep_directives=False):
    """The text with comments and directives turned into blanks and literals into zeros; every line
    keeps its number and every character its place."""

    def replace(match):
        found = match.group(0)
        if keep_directives and found.lstrip().startswith("#"):
            return found
        return re.sub(r"[^\n]", "0" if found[0] in "\"'" else " ", found)

    return TOKEN.sub(replace, text)


def matching(code, close):
    """Where the parenthesis opens that closes at `close`, or -1."""
    depth = 0
    for i in range(close, -1, -1):
        if code[i] == ")":
            depth += 1
        elif code[i] == "(":
            depth -= 1
            if depth == 0:
                return i
    return -1


def closing(code, opened, pair="()"):
    """Where the bracket closes that opens at `opened`, or -1."""
    depth = 0
    for i in range(opened, len(code)):
        if code[i] == pair[0]:
            depth += 1
        elif code[i] == pair[1]:
            depth -= 1
            if depth == 0:
                return i
    return -1


def split_top(text):
    """Split at the commas that stand in no bracket."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return parts + [text[start:]]


@dataclass
class Function:
    name: str
    line: int       # of its name
    start: int      # offset of the opening brace
    end: int        # offset of the closing brace
    lines: int      # from its name to its closing brace
    parameters: int


def signature(code, brace):
    """(name's offset, name, parameters) when the brace opens a function, else None."""
    close = len(code[:brace].rstrip()) - 1
    while close > 0 and code[close] == ")":
        opened = matching(code, close)
        found = BEFORE_ATTRIBUTE.search(code[:opened])
        if opened < 0 or not found:
            return None
        name = found.group(1)
        earlier = code[:found.start()].rstrip()
        if earlier.endswith(")") and (name == "__attribute__" or name.isupper()):
            close = len(earlier) - 1
            continue
        inside = code[opened + 1:close].strip()
        count = 0 if inside in ("", "void") else len(split_top(inside))
        return found.start(1), name, count
    return None


def functions(code):
    """The functions of blanked text, in order."""
    found, i = [], 0
    while True:
        i = code.find("{", i)
        if i < 0:
            return found
        what = signature(code, i)
        if not what and re.search(r"\bextern\s*0*\s*$", code[:i]):
            i += 1
            continue
        end = closing(code, i, "{}")
        if end < 0:
            return found
        if what:
            at, name, count = what
            line = code.count("\n", 0, at) + 1
            lines = code.count("\n", at, end) + 1
            found.append(Function(name, line, i, end, lines, count))
        i = end + 1
