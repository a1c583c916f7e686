"""dbt's own loggers under our plugin: what is written is what dbt would have written, and nothing else is made up."""

import gc
import io
import json
from collections.abc import Iterator

import pytest
from dbt.adapters.events.types import SQLQuery
from dbt.events.types import JinjaLogInfo
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager
from dbt_common.events.logger import LineFormat, LoggerConfig
from dbt_common.events.types import PrintEvent

from orchestration.dbt_process import Plugin


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """The process of the tests keeps its own garbage collection and log."""
    manager, threshold = get_event_manager(), gc.get_threshold()
    yield
    ctx_set_event_manager(manager)
    gc.set_threshold(*threshold)
    gc.unfreeze()


def lines_at(level: EventLevel) -> tuple[list[str], list[str]]:
    """Names of the events that a logger of the level writes, and of those that it makes a line of."""
    out, made_up, manager = io.StringIO(), [], EventManager()

    def scrubbed(line: str) -> str:
        made_up.append(json.loads(line)["info"]["name"])
        return line

    manager.add_logger(
        LoggerConfig(name="of a test", scrubber=scrubbed, line_format=LineFormat.Json, level=level, output_stream=out)
    )
    ctx_set_event_manager(manager)
    Plugin(name="dbt_process", plugin_config={})
    manager.fire_event(SQLQuery(conn_name="a model", sql="select 1"))
    manager.fire_event(JinjaLogInfo(msg="a macro says"))
    manager.fire_event(JinjaLogInfo(msg="a macro warns"), level=EventLevel.WARN)
    manager.fire_event(PrintEvent(msg="a macro prints"))
    return [json.loads(line)["info"]["name"] for line in out.getvalue().splitlines()], made_up


def test_a_log_at_info_leaves_out_statements_without_making_lines_of_them() -> None:
    assert lines_at(EventLevel.INFO) == (["JinjaLogInfo", "JinjaLogInfo", "PrintEvent"],) * 2


def test_what_a_macro_prints_is_written_even_where_only_errors_are() -> None:
    assert lines_at(EventLevel.ERROR) == (["PrintEvent"],) * 2


def test_a_log_at_debug_has_everything() -> None:
    assert lines_at(EventLevel.DEBUG) == (["SQLQuery", "JinjaLogInfo", "JinjaLogInfo", "PrintEvent"],) * 2
