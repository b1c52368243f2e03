"""Frozen data, rules and ports; standard library only, no clock, no I/O, no await."""
