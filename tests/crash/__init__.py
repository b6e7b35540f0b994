"""A burst of CloudTrail files through a queue, while the program is killed again and again.

`make crash` runs it at full size; `test_crash.py` runs a small one with every test run.
"""
