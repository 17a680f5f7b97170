"""The encoder: a small language model that knows what words mean beyond the texts we wrote.

`fit` makes it (once, by hand, with torch); `model` runs it (everywhere, without torch).
"""
