"""The script that is sent means what the script that is read means."""

from __future__ import annotations

import pytest

from app.web.routesheet.tightening import tight


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("const a = 1;  // one\n\n  let b = a + +a;", "const a=1;let b=a+ +a;"),
        ("/* a\n comment */ return a in b;", "return a in b;"),
        ("f(\"a  // no comment\", 'it  is');", "f(\"a  // no comment\",'it  is');"),
        ('x = "say \\"a  b\\"" + y;', 'x="say \\"a  b\\""+y;'),
        ("const r = /[/ ]\\/  x/.test(y) / 2;", "const r=/[/ ]\\/  x/.test(y)/2;"),
        ("a = b / c / d;", "a=b/c/d;"),
        # Text in a template stays as it is, also in one inside another; code between is code.
        ("t = `a  b ${ x + `c ${ { y : 1 } }  d` }. ${ z } e`;", "t=`a  b ${x+`c ${{y:1}}  d`}. ${z} e`;"),
        ("t = `<p>\n      one\n  two</p>`;", "t=`<p>\none\ntwo</p>`;"),
        ("a = `\\` ${b} $ {`", "a=`\\` ${b} $ {`"),
        # A line's end that may end a statement is kept.
        ("a = b\nc = d", "a=b\nc=d"),
        ("const f = () => {\n  a();\n}\nconst g = 1", "const f=()=>{a();}\nconst g=1"),
        ("return (\n  a &&\n  b\n);", "return(a&&b);"),
        ("if (a) b();\nelse c();", "if(a)b();else c();"),
    ],
)
def test_what_only_people_need_is_left_out_and_nothing_else(written: str, sent: str) -> None:
    assert tight(written) == sent


def test_a_template_without_an_end_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="no end"):
        tight("a = `b")
