"""What dbt's process leaves undone under parline: `profiles.yml` names this module.

Of the processor time of a day's build, a sixth went into lines of log that no level lets through, each made up twice, and into
looking for garbage in what dbt has parsed, which it keeps to the end.
Belongs here: how the process runs. Not here: what it builds (dbt_project/), how it is called (assets/transformation.py).
"""

import gc
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.events.base_types import EventLevel, EventMsg
from dbt_common.events.event_manager_client import get_event_manager
from dbt_common.events.logger import PRINT_EVENT_NAMES, _Logger

LEVELS = [EventLevel.DEBUG, EventLevel.TEST, EventLevel.INFO, EventLevel.WARN, EventLevel.ERROR]
# Objects made until the young are looked through: dbt's nodes make many that end with the node.
YOUNG = 50_000


class Plugin(BasePlugin):
    """Made with the first connection, when the project has been parsed."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        for logger in get_event_manager().loggers:
            _keep_to_its_level(logger)
        gc.freeze()
        gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


def _keep_to_its_level(logger: _Logger) -> None:
    """dbt makes up the line of every event and leaves it to Python's logging whether it is written."""
    is_wanted, least = logger.filter, LEVELS.index(logger.level)

    def is_written(message: EventMsg) -> bool:
        # What a macro prints is written at every level.
        is_told = message.info.name in PRINT_EVENT_NAMES or LEVELS.index(EventLevel(message.info.level)) >= least
        return is_told and bool(is_wanted(message))

    logger.filter = is_written
