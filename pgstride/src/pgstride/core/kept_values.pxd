"""Where the memory of ended values may be had from."""


cdef extern from "kept_values.h":
    ctypedef struct KeptValues:
        pass

    # Of the extension that has the row loop, and only there.
    KeptValues *kept_texts
    KeptValues *kept_integers
    KeptValues kept_floats
    KeptValues kept_instants
