"""The command `exportin`: the composition root, which joins the columns and holds no logic.

Exit status: 0 done; 1 the data has findings, or a mapping or a source cannot be run; 2 usage or unreadable input;
130 interrupted.
"""

from publisher.cli.command import cli, main

__all__ = ["cli", "main"]
