"""What dbt's own cross-database macros render to, near enough for the linter: sqlfluff runs without dbt."""


def type_string() -> str:
    return "varchar"


def split_part(column: str, delimiter: str, part: int) -> str:
    return f"split_part({column}, {delimiter}, {part})"


def dateadd(part: str, days: str, date: str) -> str:
    return f"date_add({date}, {days})"


def datediff(start: str, end: str, part: str) -> str:
    return f"date_diff('{part}', {start}, {end})"
