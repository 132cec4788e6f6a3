"""Which cell is measured when: pure functions. May import `config` and `results`."""
