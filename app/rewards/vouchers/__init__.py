"""Vouchers: credit that is spent at a merchant's, with a code that is good once.

`issuing` makes them, `paying` is what a merchant does, `ending` is what time and the office do, `booking` is the book's
side of each turn, `codes` the digits and `guesses` the guard before them.
"""
