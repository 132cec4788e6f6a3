"""The Python runner of the contract in docs/runner-contract.md.

`python -m runner` reads one job from stdin and writes events to stdout.
"""
