"""What is looked for: one small module per check, values in and tests out, no database.

Every check says how likely what it saw would be if all were honest (`Test.p_value`). Many are made a day, so
`chance.found` keeps those that are too unlikely among so many; `chance.certainty` says how sure that makes us.
"""
