"""Dates and time zones as a person types them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from autograder.errors import InputError
from autograder.submission.timestamp import read_time
from autograder.wording import did_you_mean

_TYPED = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\d\d):(\d\d)(?::(\d\d))?)?\s*(\S.*)?")
LAST = time(23, 59, 59)


def read_zone(name: str) -> tzinfo:
    """Return the time zone of this name.

    Raises
    ------
    InputError
        If there is none of that name, or it can mean several; the message is a sentence.
    """
    try:
        if "/" in name or name.upper() in ("UTC", "GMT"):
            return ZoneInfo(name if "/" in name else "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    hint = did_you_mean(name, sorted(available_timezones()))
    raise InputError(
        f"{name!r} is not a time zone that is known and unambiguous; write UTC or one like Europe/Berlin.{hint}"
    )


def read_moment(value: object, zone: tzinfo) -> datetime:
    """Return a date as a UTC time.

    Parameters
    ----------
    value : str or datetime.date
        `2026-12-01 18:00`, with seconds and a zone or without. A day alone means its last second.
    zone : tzinfo
        The zone where none is named.

    Raises
    ------
    InputError
        If it is not a date, or its zone or its hour is not known for sure; the message is a sentence.
    """
    text = value if isinstance(value, str) else getattr(value, "isoformat", lambda: repr(value))()
    match = _TYPED.fullmatch(text.strip())
    if not match:
        raise InputError(f"{text!r} is not a date; write it like 2026-12-01 18:00, or 2026-12-01 18:00 Europe/Berlin.")
    *numbers, name = match.groups()
    try:
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        moment = datetime(year, month, day, hour, minute, second)
    except ValueError as error:
        raise InputError(f"{text!r} is not a date: {error}.") from None
    if numbers[3] is None:
        moment = datetime.combine(moment, LAST)
    if name and "/" not in name and name.upper() not in ("UTC", "GMT"):  # an offset or letters such as CET
        try:
            return read_time(f"{moment:%Y-%m-%d %H:%M:%S} {name}").replace(tzinfo=UTC)
        except ValueError:
            raise InputError(
                f"{text!r} names the time zone {name!r}, which is unknown or ambiguous; write UTC, an offset such as "
                "+01:00, or a place such as Europe/Berlin."
            ) from None
    return _in_zone(moment, read_zone(name) if name else zone, text)


def _in_zone(moment: datetime, zone: tzinfo, text: str) -> datetime:
    first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    found = first.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) != moment:
        raise InputError(f"{text!r} does not exist: the clocks in {zone} go forward in that hour. Choose another one.")
    if first.utcoffset() != second.utcoffset():
        raise InputError(f"{text!r} happens twice: the clocks in {zone} go back in that hour. Write it with UTC.")
    return found
