"""What the terminal shows once the demo is ready: where to go, and who may come in."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.demo import choices
from app.demo.choices import Keepsakes
from app.demo.lagos import CLERKS, HUBS, RIDERS
from app.demo.shops import SHOPS
from app.kernel.phone import national
from app.settings import Settings

FACES = (
    ("Start here", "/"),
    ("The phone", "/simulator"),
    ("Collectors", "/route"),
    ("Hub's scale", "/hub"),
    ("Shops", "/merchant"),
    ("Dashboard", "/dashboard"),
    ("API", "/docs"),
)


def show(console: Console, settings: Settings, keepsakes: Keepsakes, port: int, folder: Path) -> None:
    url = choices.local_url(port)
    faces = Table.grid(padding=(0, 3))
    for what, path in FACES:
        faces.add_row(what, f"{url}{path}")
    riders = Table.grid(padding=(0, 3))
    riders.add_row("Collector", "Phone", "PIN", "Hub")
    hubs = {hub.code: hub.name for hub in HUBS}
    for rider in RIDERS:
        riders.add_row(rider.name, national(rider.phone, settings.region), rider.pin, hubs[rider.hub])
    clerks = Table.grid(padding=(0, 3))
    clerks.add_row("At the hub", "Phone", "PIN", "Hub")
    for clerk in CLERKS:
        clerks.add_row(clerk.name, national(clerk.phone, settings.region), clerk.pin, hubs[clerk.hub])
    shops = Table.grid(padding=(0, 3))
    shops.add_row("Shop", "Phone", "PIN", "Takes vouchers")
    for shop in SHOPS:
        shops.add_row(shop.name, national(shop.phone, settings.region), shop.pin, "PAID and the code")
    console.print()
    console.print(faces)
    console.print()
    console.print(riders)
    console.print()
    console.print(clerks)
    console.print()
    console.print(shops)
    console.print()
    console.print(f"API key   {keepsakes.admin_key}", soft_wrap=True, highlight=False)
    console.print(f"Data      {folder}/ (start anew with --reset)", soft_wrap=True, highlight=False)
    console.print("Stop with Ctrl-C.")
