"""Seven languages, and an eighth that is nothing but a file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.conversation.catalogue import Catalogue
from app.flows.registry import TEXTS
from app.flows.talk import Talk
from app.jobs import DbosJobs
from tests.flows.phones import Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""These are about what is said; their statements run on both databases in other modules."""


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("1", ("JOIN", "NEXT", "SKIP", "BALANCE", "RATES", "LEAVE", "OK", "You have left")),
        ("2", ("I wan join", "when una dey come", "no come", "my money", "rates", "i wan comot", "oya", "You don leave")),
        ("3", ("DARAPO", "ìgbà wo", "ẹ má wá", "owo mi", "IYE", "kúrò", "bẹ́ẹ̀ ni", "E ti kuro")),
        ("4", ("shiga", "YAUSHE", "fasa", "kuɗi", "farashi", "fita", "eh", "Kun fita")),
        ("5", ("SONYE", "olee mgbe", "abịala", "EGO", "onu ahia", "pụọ", "ee", "I puola")),
        ("6", ("m\u2019inscrire", "Quand ?", "pas aujourd'hui", "mon solde", "prix", "quitter", "d\u2019accord", "Vous avez quitt\u00e9")),
        ("7", ("jiunge", "LINI", "msije", "salio langu", "bei gani", "ondoka", "ndiyo", "Umeondoka")),
    ],
)  # fmt: skip
def test_a_person_can_stay_in_their_own_language_from_joining_to_leaving(
    town: Town, number: str, said: tuple[str, ...]
) -> None:
    join, when, skip, credit, rates, leave, agree, left = said
    phone = town.phone(2000 + int(number))
    phone.says(join).hears("1 English\n2 Pidgin\n3 Yoruba\n4 Hausa\n5 Igbo\n6 Francais\n7 Kiswahili")
    for answer in (number, "Bola Ade", "Yaba", "12 Ojo St, green gate"):
        phone.says(answer)
    phone.hears("Bola Ade")
    town.credit(125_000, phone.households[0].id)
    phone.says(when).hears("26")
    phone.says(skip).hears("26")
    phone.says(credit).hears("Bola Ade", "1 250 N" if number == "6" else "N1,250")
    phone.says(rates).hears("Yaba")
    phone.says(leave).hears("1 ", "0 ")
    phone.says(agree).hears(left)
    assert phone.households[0].status == "left"


def test_adding_a_language_is_adding_a_file(town: Town, tmp_path: Path) -> None:
    shutil.copytree(TEXTS, tmp_path, dirs_exist_ok=True)
    wolof = (TEXTS / "sw.po").read_text(encoding="utf-8")
    for swahili, made_up in (
        ("Language: sw", "Language: wo"),
        ("X-Name: Kiswahili", "X-Name: Wolof"),
        ("X-Locale: sw", "X-Locale: wo"),
        ('"SALIO|SALIO LANGU', '"XAALIS|SUMA XAALIS'),
        ("{name}, salio lako ni {balance}. Tuma TUMIA", "{name}, sa xaalis: {balance}. Tuma TUMIA"),
    ):
        assert swahili in wolof
        wolof = wolof.replace(swahili, made_up)
    (tmp_path / "wo.po").write_text(wolof, encoding="utf-8")
    catalogue = Catalogue.load(tmp_path, ["en", "sw", "wo"])
    town.talk = Talk(town.talk.settings, catalogue, town.post, DbosJobs(town.database.engine))
    phone = town.phone(2010).says("JOIN").hears("3 Wolof")
    for answer in ("wolof", "Bola Ade", "Yaba", "12 Ojo St, green gate"):
        phone.says(answer)
    phone.says("suma xaalis").hears("Bola Ade, sa xaalis: N0. Tuma TUMIA")
