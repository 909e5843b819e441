"""The objects of a sandbox by gid and by type; divisions are built on first access."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from asana_frames._fork import ForkSafeLock
from asana_frames.frames import pause_garbage_collection

Object = dict[str, Any]

#: First gids of the company, of its divisions' work, and of objects that writes create.
_COMPANY = 1_209_000_000_000_001
_WORK = 1_209_100_000_000_000
_WRITTEN = 1_211_000_000_000_001
#: Gids reserved for the work of one division, and the first of them used for its stories.
_SPAN = 1_000_000
_HISTORY = 500_000
#: Divisions kept at once, not counting those that were written to.
_KEPT = 48
#: Events that are kept, at most.
_EVENTS = 200_000
#: Record types whose objects belong to a division; all others belong to the company.
_OF_WORK = frozenset(
    (
        "allocation", "attachment", "budget", "ooo_entry", "rate", "task", "time_tracking_entry",
        "timesheet_approval_status",
    )
)  # fmt: skip
_OF_HISTORY = frozenset(("story",))
#: Relations of company objects whose items are in a division's work.
_FOUND_IN_WORK = frozenset(("project_tasks", "section_tasks", "user_tasks", "tag_tasks"))


#: Task, project, sections it went through, and its start: the source of its stories.
TaskHistory = tuple[Object, Object | None, Sequence[Object], datetime]


class Partition:
    """A partition of the store: objects by gid, by type and by relation."""

    def __init__(self) -> None:
        self.by_gid: dict[str, Object] = {}
        self.by_type: dict[str, dict[str, Object]] = {}
        #: (what, gid of the owner) -> objects found under it, such as the tasks of a project.
        self.under: dict[tuple[str, str], list[Object]] = {}

    def add(self, item: Object, kind: str) -> None:
        """Add an object."""
        self.by_gid[item["gid"]] = item
        self.by_type.setdefault(kind, {})[item["gid"]] = item

    def add_related(self, what: str, owner: Object, item: Object) -> None:
        """Add ``item`` to the related objects of ``owner``."""
        self.under.setdefault((what, owner["gid"]), []).append(item)


class DivisionBlock(Partition):
    """The work of one division: built on first access, evicted again unless it was changed."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        #: 0: nothing is built yet; 1: tasks and their dependent objects; 2: their stories too.
        self.stage = 0
        self.is_written = False
        #: Task histories from which the stories of stage 2 are built.
        self.task_histories: list[TaskHistory] = []


#: Builds a stage of a block.
BuildStage = Callable[["Store", DivisionBlock, int], None]


class Store:
    """Holds objects in full; a reference is the very object it points to.

    Parameters
    ----------
    seed
        The same seed gives the same bytes.
    now
        The end of the company's history.
    divisions
        The number of blocks of work.
    build
        Builds a stage of a block.
    """

    def __init__(self, seed: int, now: datetime, divisions: int, build: BuildStage) -> None:
        self.seed = seed
        self.lock = ForkSafeLock(is_held_during_fork=True)
        #: The end of the company's history.
        self.start = now
        self.company = Partition()
        self.blocks = [DivisionBlock(number) for number in range(divisions)]
        self._kept: OrderedDict[int, None] = OrderedDict()
        self._build = build
        #: gid of a project, section or person -> the division it belongs to.
        self.home: dict[str, int] = {}
        #: Custom fields by the names that the builders of the company use.
        self.fields: dict[str, Object] = {}
        #: The people, teams and projects of each division, by record type.
        self.divisions: list[dict[str, list[Object]]] = []
        #: Computes goal metrics on first read.
        self.measure: Callable[[], None] | None = None
        #: Counts changes that were not made by a write.
        self.remeasured = 0
        #: Counts writes: results computed from an older version may be out of date.
        self.version = 0
        #: gids of objects that are values of reference custom fields.
        self.referred: set[str] = set()
        #: Fields, lists and objects of the company before the first write to them: divisions that
        #: are built later use these, so that they do not depend on writes.
        self.original: dict[str, Object] = {}
        self.original_lists: dict[tuple[str, str], list[Object]] = {}
        self.removed: dict[str, list[Object]] = {}
        #: gids of deleted objects: blocks that are built later must not refer to them.
        self.gone: set[str] = set()
        #: Events of writes, oldest first.
        self.events: list[Object] = []
        #: How many events are no longer kept.
        self.forgotten = 0
        #: Seconds that the search index is behind, and changes that are not in it yet.
        self.index_lag = 0.0
        self.unindexed: dict[str, tuple[float, Object | None]] = {}
        self.next_company = _COMPANY
        self.next_written = _WRITTEN

    # ------------------------------------------------------------------ reading

    @property
    def now(self) -> datetime:
        """The sandbox's clock: every write moves it on by a millisecond."""
        return self.start + timedelta(milliseconds=self.version)

    def get(self, gid: str) -> Object | None:
        """Return the object of a gid, or None."""
        found = self.company.by_gid.get(gid)
        if found is not None:
            return found
        block = self._find_block(gid)
        return None if block is None else block.by_gid.get(gid)

    def all(self, kind: str) -> Iterable[Object]:
        """Return the objects of a record type in the order they were made."""
        own = self.company.by_type.get(kind, {}).values()
        if kind not in _OF_WORK and kind not in _OF_HISTORY:
            return list(own)
        stage = 2 if kind in _OF_HISTORY else 1
        theirs = (
            self.load_block(b.number, stage).by_type.get(kind, {}).values() for b in self.blocks
        )
        return itertools.chain(itertools.chain.from_iterable(theirs), own)

    def list_written(self, kind: str) -> Iterator[Object]:
        """Yield the objects of a record type that writes made or may have changed."""
        yield from list(self.company.by_type.get(kind, {}).values())
        for number in [block.number for block in self.blocks if block.is_written]:
            yield from list(self.load_block(number).by_type.get(kind, {}).values())

    def list_original(self, kind: str, numbers: Collection[int] | None = None) -> Iterator[Object]:
        """Yield the objects of a record type in divisions that no write has changed.

        Parameters
        ----------
        kind
            The record type.
        numbers
            The only divisions to look in; None for all of them.
        """
        for number in [block.number for block in self.blocks if not block.is_written]:
            if numbers is None or number in numbers:
                yield from list(self.load_block(number).by_type.get(kind, {}).values())

    def first(self, kind: str) -> Object:
        """Return the first object of a record type."""
        return next(iter(self.all(kind)))

    def related(self, what: str, owner: Object) -> Iterable[Object]:
        """Return the related objects of ``owner``."""
        key = what, owner["gid"]
        if what == "tag_tasks":
            # Lazily, division by division.
            return (
                item
                for part in self._iterate_partitions(what, owner)
                for item in part.under.get(key, ())
            )
        lists = [
            part.under[key] for part in self._iterate_partitions(what, owner) if key in part.under
        ]
        return lists[0] if len(lists) == 1 else list(itertools.chain.from_iterable(lists))

    def all_near(self, kind: str, owner: Object) -> Iterable[Object]:
        """Return the objects of a record type that can belong to a person or project."""
        if kind not in _OF_WORK:
            return self.all(kind)
        own = self.company.by_type.get(kind, {}).values()
        home = self.home.get(owner["gid"])
        if home is None:
            return list(own)
        return [*self.load_block(home).by_type.get(kind, {}).values(), *own]

    def find_by_email(self, address: str) -> Object | None:
        """Return the person of an e-mail address, or None."""
        known = address.casefold()
        return next((u for u in self.all("user") if u["email"].casefold() == known), None)

    def _iterate_partitions(self, what: str, owner: Object) -> Iterator[Partition]:
        """Yield the partitions that may hold related objects of an object."""
        stage = 2 if what in ("task_stories", "reactions") else 1
        block = self._find_block(owner["gid"], stage)
        if block is not None:
            yield block
        elif what in _FOUND_IN_WORK:
            if what == "tag_tasks":
                yield from (self.load_block(block.number) for block in self.blocks)
            elif owner["gid"] in self.home:
                yield self.load_block(self.home[owner["gid"]])
        yield self.company

    def _find_block(self, gid: str, stage: int = 1) -> DivisionBlock | None:
        number = int(gid) - _WORK if gid.isascii() and gid.isdigit() and len(gid) < 20 else -1
        if not 0 <= number < len(self.blocks) * _SPAN:
            return None
        return self.load_block(number // _SPAN, 2 if number % _SPAN >= _HISTORY else stage)

    def load_block(self, number: int, stage: int = 1) -> DivisionBlock:
        """Return a block with its work built and, at stage 2, its stories."""
        block = self.blocks[number]
        if block.stage < stage:
            block = self._build_block(block, stage)
        if not block.is_written and len(self.blocks) > _KEPT:
            self._kept[number] = None
            self._kept.move_to_end(number)
            if len(self._kept) > _KEPT:
                self._evict_block(next(iter(self._kept)))
        return block

    def _build_block(self, block: DivisionBlock, stage: int) -> DivisionBlock:
        """Build a block up to a stage; a block that fails to build is discarded."""
        made = block if block.stage else DivisionBlock(block.number)
        try:
            with pause_garbage_collection():
                for step in range(made.stage + 1, stage + 1):
                    self._build(self, made, step)
                    made.stage = step
        except BaseException:
            if not made.is_written:
                self.blocks[block.number] = DivisionBlock(block.number)
            raise
        self.blocks[block.number] = made
        return made

    def _evict_block(self, number: int) -> None:
        """Evict a block, which can be built again."""
        del self._kept[number]
        self.blocks[number] = DivisionBlock(number)

    # ------------------------------------------------------------------ writing: transaction.py

    def append_events(self, events: list[Object]) -> None:
        """Append events and drop the oldest if there are too many."""
        self.events += events
        if len(self.events) > _EVENTS:
            self.forgotten += _EVENTS // 2
            del self.events[: _EVENTS // 2]

    def measure_goals(self) -> None:
        """Compute the metrics of goals, once."""
        measure, self.measure = self.measure, None
        if measure is not None:
            measure()
            self.remeasured += 1

    def load_partition(self, gid: str) -> Partition:
        """Return the partition of an object, built in full and never evicted from now on."""
        block = self._find_block(gid, 2)
        if block is None:
            return self.company
        self.pin_block(block)
        return block

    def remember_original(self, item: Object, fields: Iterable[str]) -> None:
        """Remember the original values of fields before the first write to them."""
        if is_company_gid(item.get("gid", "")):
            before = self.original.setdefault(item["gid"], {})
            for field in fields:
                before.setdefault(field, item.get(field))

    def pin_block(self, block: DivisionBlock) -> None:
        """Keep a block from being evicted, because it was changed."""
        block.is_written = True
        self._kept.pop(block.number, None)

    def find_partition(self, what: str, owner: Object, item: Object | None = None) -> Partition:
        """Return the partition that holds ``item`` below ``owner``, or the one to add it to."""
        key = what, owner["gid"]
        parts = [self.load_partition(owner["gid"])]
        if what in _FOUND_IN_WORK and parts[0] is self.company:
            if what == "tag_tasks":
                parts += [] if item is None else [self.load_partition(item["gid"])]
            elif owner["gid"] in self.home:
                block = self.load_block(self.home[owner["gid"]], 2)
                parts.insert(0, self.load_partition(str(_WORK + block.number * _SPAN)))
        for part in parts if item is not None else ():
            if any(item is other for other in part.under.get(key, ())):
                return part
        return parts[0]


class ObjectFactory:
    """Adds generated objects to a partition, with its own random numbers and gids.

    Parameters
    ----------
    store
        The store of the objects.
    part
        The partition that they are added to.
    random
        The random numbers.
    first_gid
        The gid of the first object.
    number
        The division that is built.
    """

    def __init__(
        self, store: Store, part: Partition, random: Any, first_gid: int, number: int = 0
    ) -> None:
        self.store = store
        self.part = part
        self.random = random
        self.number = number
        self.now = store.start
        self.next = first_gid
        #: Objects of this division, by record type.
        self.own: dict[str, list[Object]] = {}
        self.task_histories: list[TaskHistory] = []

    def add(self, resource_type: str, _kind: str = "", /, **fields: Any) -> Object:
        """Add an object; ``_kind`` is its record type if that is not ``resource_type``."""
        made = {"gid": str(self.next), "resource_type": resource_type, **fields}
        self.next += 1
        kind = _kind or resource_type
        self.part.add(made, kind)
        self.own.setdefault(kind, []).append(made)
        return made

    def add_related(self, what: str, owner: Object, item: Object) -> None:
        """Add ``item`` to the related objects of ``owner``."""
        self.part.add_related(what, owner, item)

    def all(self, kind: str) -> list[Object]:
        """Return this division's objects of a record type, or the company's."""
        if kind in self.own:
            return self.own[kind]
        known = (
            *self.store.company.by_type.get(kind, {}).values(),
            *self.store.removed.get(kind, ()),
        )
        return sorted((item for item in known if is_company_gid(item["gid"])), key=_gid_number)

    def related(self, what: str, owner: Object) -> list[Object]:
        """Return the related objects of ``owner``."""
        key = what, owner["gid"]
        if key in self.part.under:
            return self.part.under[key]
        return self.store.original_lists.get(key, self.store.company.under.get(key, []))

    def original_value(self, item: Object, field: str) -> Any:
        """Return the value of a field before any write."""
        return self.store.original.get(item["gid"], item).get(field, item.get(field))


def is_company_gid(gid: str) -> bool:
    """Whether a gid belongs to the company, not to a division's work or a later write."""
    return str(_COMPANY) <= gid < str(_WORK)


def _gid_number(item: Object) -> int:
    return int(item["gid"])


def first_gid(number: int, stage: int) -> int:
    """Return the first gid of a stage of a block."""
    return _WORK + number * _SPAN + (_HISTORY if stage == 2 else 0)


def format_moment(moment: datetime) -> str:
    """Format a UTC moment as Asana does."""
    return f"{moment.isoformat(timespec='milliseconds')[:23]}Z"


def format_day(moment: date) -> str:
    """Format a calendar day as Asana does."""
    return moment.isoformat()[:10]


def iterate_weekdays(start: date, end: date) -> Iterable[date]:
    """Yield the days from Monday to Friday, both ends included."""
    one = timedelta(days=1)
    while start <= end:
        if start.weekday() < 5:
            yield start
        start += one


#: Days of history.
HISTORY_DAYS = 548


def early_moment(make: ObjectFactory, days: int = 0) -> str:
    """Return a moment some days after the history of the company begins."""
    return format_moment(make.now - timedelta(days=HISTORY_DAYS - days))


def workspace_of(make: ObjectFactory) -> Object:
    """Return the workspace."""
    return make.all("workspace")[0]
