"""Golden conversations: whole calls and threads of texts, recorded in every language.

Each file in `stories/` says first what happens, then how it reads in each language. A test plays it again and
compares every letter; `python -m tests.flows.golden --update` records it anew, for a change that was meant.
"""
