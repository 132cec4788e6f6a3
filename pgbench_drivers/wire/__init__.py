"""The PostgreSQL protocol, version 3, as bytes: no sockets, no state of a session.

`framing` cuts two streams into messages, `bodies` reads what is in them. May
import nothing of the toolbench.
"""
