"""Texts and names as SQL writes them, for queries that are put together as text; both engines read them alike."""


def literal(value: str) -> str:
    """Give a text as a string literal.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Give a name as a delimited identifier, which keeps its case and may hold anything.

    >>> identifier('5" pipe')
    '"5"" pipe"'
    """
    return '"' + name.replace('"', '""') + '"'


def undelimited(name: str) -> str:
    """Give an identifier without the double quotes that R2RML wants around it.

    >>> undelimited('"first name"')
    'first name'
    """
    if len(name) > 1 and name.startswith('"') and name.endswith('"'):
        return name[1:-1].replace('""', '"')
    return name
