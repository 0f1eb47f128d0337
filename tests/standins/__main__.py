"""A payment company's stand-in behind a real socket, until it is ended.

`python -m tests.standins NAME PORT [CALLBACK_URL]` prints its address. `POST /control` sets its mood, `GET /credits`
says how often each reference was credited; all else is the company's own language.
"""

from __future__ import annotations

import sys
import threading

from tests.standins.sockets import listening
from tests.standins.vendors import COMPANIES

if __name__ == "__main__":
    name, port, *callback = sys.argv[1:]
    with listening(COMPANIES[name](), int(port), next(iter(callback), None)) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        threading.Event().wait()
