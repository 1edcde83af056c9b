"""Benchmarks: each room against the plain way of doing its work, CPU time, interleaved, in one process. Never a
test.
"""
