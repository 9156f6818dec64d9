from typing import Any


class UnreadableError(Exception):
    """Why a file cannot be read; the codes are those of crm.uploads.problems.FILES.

    Known in the reader's process, where nothing of Django is loaded.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
