"""When sources are harvested by themselves: a cron expression each, evaluated in UTC.

When a schedule is due, one process of those that share the state wins the moment and queues a harvest. Where the harvest before is
still queued or running, the moment is left out. Moments missed while no server ran are made up for by one harvest.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select, update

from fabric.errors import SettingsError
from fabric.state import State, sources

__all__ = ["Schedules", "next_after"]

_ALIASES = frozenset({"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"})
_REMEDY = (
    "write minute, hour, day of month, month, day of week, such as '0 6 * * 1-5', or @hourly, @daily, @weekly, @monthly"
)


def next_after(cron: str, moment: datetime) -> datetime:
    """When the expression (five fields, or an alias such as `@daily`) is due next after a moment, in UTC.

    Raises: SettingsError where it is malformed or never due, such as on 30 February.
    """
    from croniter import CroniterBadDateError, CroniterError, croniter  # only where there is a schedule

    fields = cron.split()
    if cron not in _ALIASES and len(fields) != 5:
        raise SettingsError(f"the schedule {cron!r} has not five fields", remedy=_REMEDY)
    if any(field[0] in "hHrR" for field in fields):
        raise SettingsError(f"the schedule {cron!r} leaves the moment to chance", remedy=_REMEDY)
    try:
        found = croniter(cron, moment.astimezone(UTC)).get_next(datetime)
    except CroniterBadDateError:
        raise SettingsError(f"the schedule {cron!r} never comes due: there is no such day", remedy=_REMEDY) from None
    except (CroniterError, ValueError, KeyError) as error:
        raise SettingsError(f"the schedule {cron!r} is malformed: {error}", remedy=_REMEDY) from None
    assert isinstance(found, datetime)
    return found.astimezone(UTC)


class Schedules:
    """Sets schedules and tells which are due."""

    def __init__(self, state: State) -> None:
        self._state = state

    def set(self, source: str, cron: str | None) -> datetime | None:
        """Have a registered source harvested by a schedule, or with None no longer; returns when it is due next.

        Raises: SettingsError where the expression is malformed or never due.
        """
        cron = " ".join(cron.split()) if cron is not None else None
        due = None if cron is None else next_after(cron, datetime.now(UTC))
        with self._state.begin() as connection:
            connection.execute(update(sources).where(sources.c.name == source).values(schedule=cron, next_fire=due))
        return due

    def due(self, now: datetime) -> list[str]:
        """Sources whose moment has come and was not won by another process; each is told once a moment."""
        chosen = select(sources.c.name, sources.c.schedule, sources.c.next_fire).where(sources.c.next_fire <= now)
        with self._state.read() as connection:
            rows = connection.execute(chosen).all()
        return [row.name for row in rows if self._win(row.name, row.next_fire, next_after(row.schedule, now))]

    def _win(self, source: str, moment: datetime, following: datetime) -> bool:
        mine = update(sources).where(sources.c.name == source, sources.c.next_fire == moment)
        with self._state.begin() as connection:
            return connection.execute(mine.values(next_fire=following)).rowcount == 1
