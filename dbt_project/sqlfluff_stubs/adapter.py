"""Macros that differ by engine, near enough for the linter: sqlfluff runs without an adapter."""

from collections.abc import Callable


def dispatch(name: str) -> Callable[..., str]:
    def render(*arguments: str) -> str:
        if name == "without_pattern":
            return f"regexp_replace({arguments[0]}, '{arguments[1]}', '')"
        return "hugeint" if name == "type_whole" else f"{name}({', '.join(map(str, arguments))})"

    return render
