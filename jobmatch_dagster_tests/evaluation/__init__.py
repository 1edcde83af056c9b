"""Evaluations: how right each room is on labelled data, as tables of figures. Not tests; nothing fails on a low
figure.
"""
