"""Companies that pay: one file per company."""
