"""What cannot be carried out, in words for the person who typed it.

What may be changed here: freely.
"""


class UsageError(Exception):
    """A command line that cannot be carried out: every reason, in words for the person who typed it."""

    def __init__(self, *problems: str, hint: str = "") -> None:
        super().__init__("\n".join((*problems, hint) if hint else problems))
        self.problems = problems
