"""A script without comments and without spaces that only people need.

The idea is that of Crockford's JSMin, with template literals that hold code that holds template literals. It knows
just enough of JavaScript (ECMA-262, lexical grammar): strings, templates, regular expressions, comments. Lines stay
apart wherever the language might see one statement in two of them.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<name>[\w$]+)
    |(?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/")
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*(?:`|\$\{)", re.DOTALL)
_BEFORE_A_REGEX = "(,=:[!&|?{};\n"
_OPENS, _CLOSES = "{[(,;=&|?:<>*", "}]),;=&|?:.<>*"


def tight(script: str) -> str:
    """`script`, shorter and of the same meaning. Raises `ValueError` for a template without an end."""
    made: list[str] = []
    inside: list[int] = []  # for each template that we are in the code of: how many braces are open
    at, space = 0, ""
    while at < len(script):
        last = made[-1][-1] if made else "\n"
        if script[at] == "`" or (script[at] == "}" and inside and not inside[-1]):
            _apart(made, space, script[at])
            if script[at] == "}":
                inside.pop()
            end = _template_end(script, at + 1)
            made.append(_unindented(script[at:end]))
            if script[end - 1] == "{":
                inside.append(0)
            at, space = end, ""
            continue
        regex = _REGEX.match(script, at) if last in _BEFORE_A_REGEX else None
        found = None if regex and script[at + 1] not in "/*" else _TOKEN.match(script, at)
        token = found or regex
        assert token is not None
        if found and found["space"]:
            space += found[0]
        else:
            _apart(made, space, token[0])
            space = ""
            if inside and token[0] in "{}":
                inside[-1] += 1 if token[0] == "{" else -1
            made.append(token[0])
        at = token.end()
    return "".join(made)


def _template_end(script: str, at: int) -> int:
    found = _TEMPLATE.match(script, at)
    if found is None:
        raise ValueError("a template has no end")
    return found.end()


def _unindented(text: str) -> str:
    """HTML takes any run of spaces with a line's end in it for one space."""
    return re.sub(r"\s*\n\s*", "\n", text)


def _apart(made: list[str], space: str, coming: str) -> None:
    """Keep of `space` what keeps two tokens apart."""
    if not space or not made:
        return
    before, after = made[-1][-1], coming[0]
    if "\n" in space:
        if before not in _OPENS and after not in _CLOSES:
            made.append("\n")
    elif ((before.isalnum() or before in "_$") and (after.isalnum() or after in "_$")) or (
        before == after and before in "+-"
    ):
        made.append(" ")
