"""A run in formats that other programs and READMEs take: CSV and Markdown.

Writes to a stream it is given. May import `report`, `analysis` and `results`.
"""
