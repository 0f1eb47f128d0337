"""Collectors who arrange their day among themselves: stops and rounds offered, taken and swapped, with no dispatcher."""
