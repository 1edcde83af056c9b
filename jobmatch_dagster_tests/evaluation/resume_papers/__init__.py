"""Résumés as real files, with the truth beside them: made-up people set in layouts that people use. For measuring only.

``people`` knows who they are, each other module one way to make files. Nothing here reads a résumé.
"""
