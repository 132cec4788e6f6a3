"""What a driver really sends: a recording proxy, and facts made of what it recorded.

`conversation` understands one connection and does no I/O, `proxy` records
connections, `facts` counts, `sentence` puts the counts into words. May import
`wire`, the contract and the result document; knows nothing of runners and
runs.
"""
