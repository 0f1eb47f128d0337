"""Sheets of labels for bags: one page of HTML that needs nothing else, for any browser to print on A4.

24 labels of 70 x 37 mm to a page, three by eight, as sheets of sticky labels are cut; nothing is nearer than 5 mm to an
edge, because the cut wanders. The QR code has level M (ISO/IEC 18004: a seventh of it may be torn or dirty).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import segno

from app.bags.codes import link, spoken

PER_PAGE: Final = 24
MEDIA_TYPE: Final = "text/html; charset=utf-8"
_STYLE: Final = """
@page{size:A4;margin:0}
body{margin:0;font:11pt/1.25 system-ui,sans-serif;color:#000;background:#fff}
header{padding:1rem;max-width:40rem}
section{display:grid;grid-template-columns:repeat(3,70mm);grid-auto-rows:37mm;width:210mm;break-after:page}
section:last-child{break-after:auto}
div{display:flex;gap:3mm;align-items:center;padding:5mm;box-sizing:border-box;overflow:hidden}
svg{width:27mm;height:27mm;flex:none}
p{margin:0;min-width:0;overflow-wrap:anywhere}
b{display:block;font-size:17pt;line-height:1.1;font-variant-numeric:tabular-nums}
@media print{header{display:none}}
@media screen and (max-width:60rem){section{display:block;width:auto}div{border-top:1px solid #777}}
"""


def sheet(codes: Sequence[str], *, public_url: str, programme: str, note: str) -> str:
    """The run's labels as HTML; `note` is said above them on the screen, and not printed."""
    labels = [_label(code, public_url, programme) for code in codes]
    pages = "\n".join(
        f"<section>{''.join(labels[first : first + PER_PAGE])}</section>"
        for first in range(0, len(labels), PER_PAGE)
    )
    title = f"{programme}: bags{', ' + note if note else ''}"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<header><h1>{escape(title)}</h1>
<p>Print on A4 at 100 %, without margins or headers: 24 labels of 70 x 37 mm to a page.</p></header>
{pages}
</body>
</html>
"""


def _label(code: str, public_url: str, programme: str) -> str:
    drawn = segno.make_qr(link(public_url, code), error="m").svg_inline(omitsize=True, border=4)
    four, rest = spoken(code).split(" ")
    return f"<div>{drawn}<p><b>{four}</b><b>{rest}</b>{escape(programme)}</p></div>\n"
