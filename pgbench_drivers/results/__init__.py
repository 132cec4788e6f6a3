"""What a run leaves behind: the versioned document, its schema, and its storage.

May import `hdrh` and msgspec; knows nothing of running, planning or reporting.
"""
