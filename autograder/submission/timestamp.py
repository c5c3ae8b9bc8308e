"""When a submission was handed in: reading timestamp.txt, in UTC or any zone that says which it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from dateutil import parser, tz

# Hours from UTC of the zones that e-mail names by letters (RFC 5322, section 4.3), and of Europe's. Other
# abbreviations mean several zones each (IST, BST, ...) and are refused.
_HOURS = {"UT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_HOURS |= {"WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3}
_OFFSET = re.compile(r"\b(?:UTC|GMT)(?=[+-]\d)")  # "UTC+2": dateutil reads the sign the other way round


def read_time(text: str, zone: tzinfo = UTC) -> datetime:
    """Read a time stamp as a UTC time without a zone, as nbgrader stores it.

    Parameters
    ----------
    zone : tzinfo
        The zone of a time that names none.

    Raises
    ------
    ValueError
        If it is not a time, or its zone is not known for sure; the message says which.
    """
    text = _OFFSET.sub("", text.strip())
    *words, last = text.split(" ")
    place = tz.gettz(last) if "/" in last and len(words) == 2 else None  # Europe/Berlin
    try:
        time = parser.parse(" ".join(words) if place else text, tzinfos=_zone)
        if place is not None:
            time = time.replace(tzinfo=place)
        return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC).replace(tzinfo=None)
    except _UnknownZoneError as error:
        raise ValueError(
            f"names the time zone {error}, which is unknown or ambiguous; write UTC or an offset"
        ) from None
    except Exception:  # dateutil lets through whatever its arithmetic raises
        raise ValueError(f"holds no time ({text[:40]!r})") from None


def days_ahead(time: datetime) -> int:
    """Return how many days a UTC time, with its zone or without, is ahead of now; 0 up to a day, as clocks differ."""
    ahead = time.replace(tzinfo=UTC) - datetime.now(UTC)
    return ahead.days if ahead > timedelta(days=1) else 0


class _UnknownZoneError(Exception):
    pass


def _zone(name: str | None, seconds: int | None) -> tzinfo | None:
    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    if name is None or name.upper() in ("UTC", "GMT", "Z"):
        return None if name is None else UTC
    if name.upper() not in _HOURS:
        raise _UnknownZoneError(name[:20])
    return timezone(timedelta(hours=_HOURS[name.upper()]))
