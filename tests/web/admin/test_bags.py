"""The office makes bags in runs, prints them, and calls a run back."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from app.bags.codes import read, several, spoken
from app.bags.printing import PER_PAGE
from app.kernel.check_digits import check_digit, is_right


def test_a_run_is_made_once_printed_on_whole_pages_and_called_back(office: TestClient) -> None:
    once = {"Idempotency-Key": "bags-for-surulere"}
    wish = {"bags": PER_PAGE + 1, "note": "Surulere <1>"}
    run = office.post("/api/v1/bags/runs", json=wish, headers=once).json()
    assert office.post("/api/v1/bags/runs", json=wish, headers=once).json() == run
    assert office.get("/api/v1/bags/runs").json()["items"] == [run]
    assert office.post("/api/v1/bags/runs", json={"bags": 0}).json()["errors"][0]["field"] == "/bags"
    assert office.post("/api/v1/bags/runs", json={"bags": 2001}).status_code == 422

    sheet = office.get(f"/api/v1/bags/runs/{run['id']}/sheet")
    assert sheet.headers["content-type"].startswith("text/html")
    pages = sheet.text.split("<section>")[1:]
    assert [page.count("<svg") for page in pages] == [PER_PAGE, 1]
    codes = ["".join(four) for four in re.findall(r"<b>(\d{4})</b><b>(\d{4})</b>", sheet.text)]
    assert len(set(codes)) == PER_PAGE + 1
    assert all(is_right(code) for code in codes)
    assert "Surulere &lt;1&gt;" in sheet.text
    assert not re.search(r"(src|href)=", sheet.text), "it needs nothing else to be printed"

    void = office.post(f"/api/v1/bags/runs/{run['id']}/void").json()
    assert void["void_since"] is not None
    assert office.post(f"/api/v1/bags/runs/{run['id']}/void").json() == void
    assert office.get("/api/v1/bags/readings", params={"finding": "twice"}).json()["items"] == []
    trail = office.get("/api/v1/audit-events", params={"object_type": "bag_run"}).json()["items"]
    assert {one["action"] for one in trail} >= {"created", "read", "voided"}


def test_a_code_is_read_however_it_is_typed_or_scanned_and_a_slip_is_told() -> None:
    code = "4821937" + check_digit("4821937")
    for typed in (
        code,
        f"{code[:4]} {code[4:]}",
        f"https://a.example/route?bag={code}",
        code.replace("0", "O"),
    ):
        assert read(typed) == code
    for at in range(len(code)):
        wrong = code[:at] + str((int(code[at]) + 3) % 10) + code[at + 1 :]
        assert read(wrong) is None
    assert read(spoken(code)) == code
    assert read("") is read("bag") is read(code + "1") is None
    assert several(f"{code}{code[::-1]}, {spoken(code)} ; bag\n") == [code, code[::-1], "bag"]
