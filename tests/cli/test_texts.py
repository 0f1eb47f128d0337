"""Translators' spreadsheets: out, back in, and what is refused."""

from __future__ import annotations

import csv
import difflib
import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app import cli as command_line
from app.bulk.translations import Library, export, read, take
from app.flows.registry import TEXTS
from tests.factories.languages import LANGUAGES

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A copy of all languages, to change at will."""
    shutil.copytree(TEXTS, tmp_path / "texts")
    return Library(tmp_path / "texts")


@pytest.fixture
def run(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """`weighback texts …` on that copy: exit status, and all it says."""

    def invoke(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(
            sys, "argv", ["weighback", "texts", *arguments, "--texts", str(tmp_path / "texts")]
        )
        status = 0
        try:
            command_line.main()
        except SystemExit as exit_:
            status = exit_.code if isinstance(exit_.code, int) else 0
        said = capfd.readouterr()
        return status, said.out + said.err

    return invoke


def edited(file: Path, edits: dict[str, str], *, delimiter: str = ",") -> None:
    """Fill in translations by key, and save as an office program of another country does."""
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))
    for row in rows:
        if row["kind"] != "screen":
            row["translation"] = edits.get(row["key"], row["translation"])
    saved = io.StringIO()
    writer = csv.DictWriter(saved, rows[0], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    file.write_text(saved.getvalue(), encoding="utf-8", newline="")


def test_out_and_back_changes_not_a_byte_in_any_language(library: Library, tmp_path: Path) -> None:
    for code in LANGUAGES:
        file = tmp_path / f"{code}.csv"
        for delimiter in ",;\t":
            file.write_text(export(library, code), encoding="utf-8", newline="")
            edited(file, {}, delimiter=delimiter)
            taken = take(library, code, read(file))
            assert (taken.mistakes, taken.changed) == ((), ())
            assert taken.raw == library.path(code).read_text(encoding="utf-8")


def test_a_spreadsheet_opens_right_and_says_what_a_translator_must_know(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ha.csv"
    assert run("export", str(file), "--language", "ha")[0] == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel takes it for an older encoding"
    rows = {row["key"]: row for row in read(file)}
    receipt = rows["receipt"]
    assert receipt["english"].startswith("We weighed {weights}.")
    assert receipt["translation"].startswith("Mun auna {weights}.")
    assert (receipt["shown"], receipt["placeholders"]) == ("Weighing", "{balance} {credit} {weights}")
    assert 100 < int(receipt["length"]) <= int(receipt["limit"]) == 160
    assert (rows["JOIN"]["kind"], rows["sheet.today"]["limit"]) == ("keyword", "")


def test_what_a_translator_changed_changes_and_nothing_else_does(
    run: Run, library: Library, tmp_path: Path
) -> None:
    file, before = tmp_path / "sw.csv", library.path("sw").read_text(encoding="utf-8")
    run("export", str(file), "--language", "sw")
    edited(
        file,
        {"thanks": "Karibu sana! Tuma MENU ukihitaji chochote.", "sheet.sign-in.wait[1]": "Subiri {count}."},
    )
    assert run("import", str(file), "--language", "sw") == (0, "2 changed\n")
    after = library.path("sw").read_text(encoding="utf-8")
    changes = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert changes == [
        '- msgstr "Karibu! Tuma MENU ukihitaji chochote."',
        '+ msgstr "Karibu sana! Tuma MENU ukihitaji chochote."',
        '- msgstr[1] "Umejaribu mara nyingi. Subiri dakika {count}, kisha jaribu tena."',
        '+ msgstr[1] "Subiri {count}."',
    ]


def test_one_mistake_and_nothing_changes_but_every_mistake_is_named(
    run: Run, library: Library, tmp_path: Path
) -> None:
    file, before = tmp_path / "yo.csv", library.path("yo").read_text(encoding="utf-8")
    run("export", str(file), "--language", "yo")
    edited(
        file,
        {
            "thanks": "Ẹ ṣé, ẹ fi MENU ránṣẹ́.",
            "redeem.choose": "Kí lẹ fẹ́ {name}?",
            "LEAVE": "KÚRÒ|QUIT",
            "sheet.today": "Òní {",
            "sheet.total": "",
            "lang.ask": "Ẹ yan èdè yín. " * 12,
        },
    )
    status, said = run("import", str(file), "--language", "yo")
    assert status == 1
    lines = said.splitlines()
    assert lines[-1] == "5 to mend; nothing was changed"
    for line, complaint in zip(
        lines,
        (
            "keyword LEAVE: QUIT is a word that carriers keep for themselves",
            "redeem.choose: lacks {balance}; has {name}, which the English text has not",
            "lang.ask: takes 2 parts, not 1: 179 septets",
            "sheet.today may have braces around placeholders alone",
            "sheet.total has no translation",
        ),
        strict=False,
    ):
        assert complaint in line
    assert all(line.startswith("line ") for line in lines[:-1])
    assert library.path("yo").read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (lambda text: text.replace("translation", "traduction"), "lacks the column translation"),
        (lambda text: text.replace("\nthanks,", "\nthanx,"), "thanx (text) is no entry of en.po"),
        (lambda text: text + text.splitlines()[-1] + "\r\n", "is there twice"),
        (lambda text: text.replace("EEE d MMM,EEE d MMM", "EEE d MMM,"), "date has no translation"),
        (lambda text: text.replace("h'am'|h'pm'", "h|h|h"), "more than two halves of the day"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_a_sentence(
    run: Run, tmp_path: Path, edit: Callable[[str], str], complaint: str
) -> None:
    file = tmp_path / "ha.csv"
    run("export", str(file), "--language", "ha")
    file.write_text(edit(file.read_text(encoding="utf-8")), encoding="utf-8", newline="")
    status, said = run("import", str(file), "--language", "ha")
    assert status == 1
    assert complaint in said


def test_a_file_saved_in_an_old_encoding_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "fr.csv"
    run("export", str(file), "--language", "fr")
    file.write_bytes(file.read_text(encoding="utf-8-sig").encode("cp1252", errors="replace"))
    status, said = run("import", str(file), "--language", "fr")
    assert (status, "save it as CSV UTF-8" in said) == (1, True)


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-2", "@x", "'=y", "'yan", "a|b"])
def test_no_cell_is_run_as_a_formula_and_none_loses_a_letter(
    library: Library, tmp_path: Path, text: str
) -> None:
    path, file = library.path("en"), tmp_path / "en.csv"
    path.write_text(path.read_text(encoding="utf-8").replace('"Language"', f'"{text}"'), encoding="utf-8")
    file.write_text(export(library, "en"), encoding="utf-8", newline="")
    cells = [cell for row in csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert take(library, "en", read(file)).raw == path.read_text(encoding="utf-8")


def test_check_tells_of_every_language_what_it_lacks(run: Run, library: Library) -> None:
    status, said = run("check")
    assert status == 0
    assert [line.split(":")[0] for line in said.splitlines()] == sorted(LANGUAGES)
    assert all(line.endswith("complete") for line in said.splitlines())
    path = library.path("ig")
    path.write_text(
        path.read_text(encoding="utf-8").replace('msgid "thanks"', 'msgid "thx"'), encoding="utf-8"
    )
    (path.parent / "xx.po").write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    status, said = run("check")
    assert status == 1
    assert "  thanks: has no translation\n  thx: is no entry of en.po\n" in said
    assert "xx: 1 to mend\n  xx.po: xx is no language code that CLDR knows\n" in said


def test_one_language_more_leaves_all_others_complete(run: Run, library: Library) -> None:
    """The question for the language lists them all, and still travels in one part."""
    swahili = library.path("sw").read_text(encoding="utf-8")
    fula = swahili.replace("Language: sw", "Language: ff").replace("X-Name: Kiswahili", "X-Name: Fulfulde")
    library.path("ff").write_text(fula, encoding="utf-8")
    status, said = run("check")
    assert status == 0, said
    assert len(said.splitlines()) == len(LANGUAGES) + 1


def test_what_a_language_lacks_comes_in_at_its_place(run: Run, library: Library, tmp_path: Path) -> None:
    """A new text of ours reaches translators as an empty cell, and comes back into its own section."""
    path, file = library.path("sw"), tmp_path / "sw.csv"
    whole = path.read_text(encoding="utf-8")
    gap = 'msgid "lang.ask"\nmsgstr "Chagua lugha yako:"\n\n'
    plural = whole[whole.index('msgid "sheet.sign-in.wait"') : whole.index('msgid "sheet.signed-in-as"')]
    path.write_text(whole.replace(gap, "").replace(plural, ""), encoding="utf-8")
    run("export", str(file), "--language", "sw")
    assert run("import", str(file), "--language", "sw")[0] == 1
    waits = {
        "sheet.sign-in.wait[0]": "Umejaribu mara nyingi. Subiri dakika {count}, kisha jaribu tena.",
        "sheet.sign-in.wait[1]": "Umejaribu mara nyingi. Subiri dakika {count}, kisha jaribu tena.",
    }
    edited(file, {"lang.ask": "Chagua lugha yako:", **waits})
    assert run("import", str(file), "--language", "sw") == (0, "2 changed\n")
    after = path.read_text(encoding="utf-8")
    assert sorted(after.split("\n\n")) == sorted(whole.split("\n\n"))
    assert after.index("wrong.none") < after.index("lang.ask") < after.index("lang.done")


def test_a_wording_for_screens_may_be_left_out(run: Run, library: Library, tmp_path: Path) -> None:
    path, file = library.path("sw"), tmp_path / "sw.csv"
    whole = path.read_text(encoding="utf-8")
    without = whole.replace('msgctxt "screen"\nmsgid "home.choose"\nmsgstr "Nyumba gani?"\n\n', "")
    assert without != whole
    path.write_text(without, encoding="utf-8")
    run("export", str(file), "--language", "sw")
    assert run("import", str(file), "--language", "sw") == (0, "0 changed\n")


def test_a_language_without_a_file_is_told_how_to_begin(run: Run, tmp_path: Path) -> None:
    status, said = run("export", str(tmp_path / "wo.csv"), "--language", "wo")
    assert status == 2
    assert "there is no wo.po in" in said
    assert "copy en.po and change its header" in said
