"""Brevo's template language as pongo2 (Go) defines it, which it is documented to be built on (vendor sheet 3.1).

Grammar and meaning follow pongo2 v4 to v6 (vendor sheet 3.4): what Brevo's own build changes is unknown, and *guess* wherever it matters.
"""
