"""The error that the command line prints as one sentence."""


class UserError(Exception):
    """Something the user can put right; the message names the cause and the cure."""
