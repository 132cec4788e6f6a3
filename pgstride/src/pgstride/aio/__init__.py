"""asyncio's side: transports, connections, transactions, cursors, the pool.

May import everything else of the package; nothing else may import it.
"""
