"""How a run is shown: one HTML page without network, and static figures.

May import `results` and `analysis`; knows nothing of running.
"""
