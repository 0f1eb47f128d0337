"""The pages' style and script, kept by browsers for a year under addresses that change with their content.

The script is several files for whoever reads it, and one for the network; comments and indents stay here. What is
served compressed was compressed once, and slowly: by Zopfli, which finds shorter gzip than zlib does.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import zopfli.gzip as zopfli
from fastapi import APIRouter, Request, Response

from app.web.routesheet.squeezing import takes_gzip
from app.web.routesheet.tightening import tight

router = APIRouter()
_FOLDER = Path(__file__).parent / "static"
_ENROL_SCRIPTS = ("store.js", "enrol.js")
_SCRIPTS = ("weights.js", "store.js", "sending.js", "rescue.js", "screens.js", "sheet.js")


@dataclass(frozen=True)
class Asset:
    content: bytes
    media_type: str
    extension: str
    name: str = "sheet-"

    @property
    def address(self) -> str:
        return f"/route/{self.name}{hashlib.sha256(self.content).hexdigest()[:12]}.{self.extension}"


@cache
def style() -> Asset:
    """Of all pages."""
    return _style("sheet.css", "sheet-")


@cache
def forms_style() -> Asset:
    """Of the plain pages besides; the list does without."""
    return _style("forms.css", "forms-")


def _style(file: str, name: str) -> Asset:
    written = (_FOLDER / file).read_text("utf-8")
    tight = re.sub(r"/\*.*?\*/|\s*([{};,])\s*|(?<=:)\s+", r"\1", written, flags=re.DOTALL)
    return Asset(tight.replace(";}", "}").encode(), "text/css", "css", name)


@cache
def script() -> Asset:
    return Asset(_bare(*_SCRIPTS), "text/javascript", "js")


@cache
def scan_script() -> Asset:
    """Of plain forms that ask for a bag's code."""
    return Asset(_bare("scan.js", "scan_field.js"), "text/javascript", "js", "scan-")


@cache
def bags_script() -> Asset:
    """Of the sheet besides, where there are printed bags. Under an address that the service worker keeps."""
    return Asset(_bare("scan.js", "bags.js"), "text/javascript", "js", "sheet-bags")


@cache
def enrol_script() -> Asset:
    """Of the form for new households, which is a page of its own."""
    return Asset(_bare(*_ENROL_SCRIPTS), "text/javascript", "js", "enrol-")


def _bare(*names: str) -> bytes:
    """The files as one, without comments and what is only for the eye."""
    return tight("\n".join((_FOLDER / name).read_text("utf-8") for name in names)).encode()


@cache
def _compressed(asset: Asset) -> bytes:
    packed: bytes = zopfli.compress(asset.content)
    return packed


@router.get("/route/scan-{digest}.js")
def scan(request: Request, digest: str) -> Response:
    return _kept(request, scan_script(), f"{digest}.js")


@router.get("/route/sheet-bags{digest}.js")
def bags(request: Request, digest: str) -> Response:
    return _kept(request, bags_script(), f"bags{digest}.js")


@router.get("/route/sheet-{digest}.{extension}")
def sheet(request: Request, digest: str, extension: str) -> Response:
    return _kept(request, script() if extension == "js" else style(), f"{digest}.{extension}")


@router.get("/route/forms-{digest}.css")
def forms(request: Request, digest: str) -> Response:
    return _kept(request, forms_style(), f"{digest}.css")


@router.get("/route/enrol-{digest}.js")
def enrol(request: Request, digest: str) -> Response:
    return _kept(request, enrol_script(), f"{digest}.js")


def _kept(request: Request, asset: Asset, asked: str) -> Response:
    # A page from before an upgrade asks for the old one; the new one serves it, but is not kept as the old.
    current = asset.address.endswith(f"-{asked}")
    return _answer(request, asset, "public, max-age=31536000, immutable" if current else "no-store")


@router.get("/route/worker.js")
def worker(request: Request) -> Response:
    """The service worker. Browsers ask for it anew at least each day, and take a changed one."""
    asset = Asset(_bare("worker.js"), "text/javascript", "js")
    answer = _answer(request, asset, "no-cache")
    answer.headers["Service-Worker-Allowed"] = "/route"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; connect-src 'self'"
    return answer


def _answer(request: Request, asset: Asset, keep: str) -> Response:
    headers = {"Cache-Control": keep, "X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
    if not takes_gzip(request):
        return Response(asset.content, media_type=asset.media_type, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(_compressed(asset), media_type=asset.media_type, headers=headers)
