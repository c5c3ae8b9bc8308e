"""One JSON file for each graded submission, named by its key and written atomically."""

from __future__ import annotations

import time
from pathlib import Path

from autograder.scoring.record import Record, RecordError
from barprop.atomic_file import write_whole

_LEFT_OVER = 3600  # seconds after which an unfinished file is nobody's any more


class Journal:
    """Records by key, in a folder. A `kill -9` at any moment leaves only complete records."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*.part"):
            try:
                if time.time() - path.stat().st_mtime > _LEFT_OVER:
                    path.unlink()
            except OSError:
                continue

    def get(self, key: str) -> Record | None:
        """Return the record of that key, or None if there is none that can be read."""
        try:
            return Record.from_json((self.folder / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, RecordError):
            return None

    def put(self, record: Record) -> None:
        """Store a record, on disk before this returns."""
        write_whole(self.folder / f"{record.key}.json", record.to_json(), durable=True)

    def all(self) -> list[Record]:
        """Yield every record that can be read, for the report."""
        found = (self.get(path.stem) for path in sorted(self.folder.glob("*.json")))
        return [record for record in found if record is not None]
