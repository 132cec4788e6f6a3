"""Replay: what a server answered is recorded once, and answered again by a program of ours.

`proxy` and `conversation` record, `recording` is the file, `replay_server`
runs the program in `replay/`. May import `server`, `toolchains` and below.
"""
