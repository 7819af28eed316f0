"""Templates compiled once: for every application of this process, and for the processes that are forked from it."""

import io

from jinja2.bccache import Bucket, BytecodeCache


class Compiled(BytecodeCache):
    """The code of templates in memory; Jinja itself sees to it that a changed template is compiled anew."""

    def __init__(self) -> None:
        """Begin empty."""
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template's code, where it was compiled before."""
        code = self._code.get(bucket.key)
        if code is not None:
            bucket.load_bytecode(io.BytesIO(code))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template's code."""
        stream = io.BytesIO()
        bucket.write_bytecode(stream)
        self._code[bucket.key] = stream.getvalue()


COMPILED = Compiled()
