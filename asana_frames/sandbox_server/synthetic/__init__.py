"""The synthetic company: who works there, on what, and how it went, from a seed."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

from asana_frames.frames import pause_garbage_collection
from asana_frames.sandbox_server.core.cascade import clear_partition
from asana_frames.sandbox_server.core.goal_progress import refresh_goals
from asana_frames.sandbox_server.core.store import (
    DivisionBlock,
    Object,
    ObjectFactory,
    Store,
    first_gid,
)
from asana_frames.sandbox_server.synthetic.company import build_company, build_division
from asana_frames.sandbox_server.synthetic.history import build_task_stories
from asana_frames.sandbox_server.synthetic.money import build_money
from asana_frames.sandbox_server.synthetic.office import build_office
from asana_frames.sandbox_server.synthetic.plans import build_plans
from asana_frames.sandbox_server.synthetic.updates import build_updates
from asana_frames.sandbox_server.synthetic.work import build_work

#: How many divisions of some 1,800 tasks a company has.
DIVISIONS = {"small": 1, "medium": 28, "large": 556}


def make_store(seed: int, now: datetime, size: str) -> Store:
    """Make the company; the work of its divisions is made when first looked at.

    Parameters
    ----------
    seed
        Same seed, same company, byte for byte.
    now
        Where its history ends.
    size
        One of `DIVISIONS`.
    """
    store = Store(seed, now, DIVISIONS[size], build_stage)
    with pause_garbage_collection():
        make = _company_factory(store, "company")
        build_company(make)
        store.next_company = make.next
        for number in range(DIVISIONS[size]):
            make = _company_factory(store, f"division {number}", number)
            build_division(make)
            if number == 0:
                build_plans(make)
                build_office(make)
            build_updates(make)
            store.next_company = make.next
            store.divisions.append(make.own)
    store.measure = lambda: measure_all_goals(store)
    return store


class DirectUpdater:
    """Changes objects while they are made: nobody has seen them yet."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def update(self, item: Object, **fields: Any) -> None:
        """Change fields of an object."""
        item |= fields


def measure_all_goals(store: Store) -> None:
    """Give goals the metrics that come of the work, from the lowest goals up."""
    for goal in store.all("goal"):
        kinds = {link["resource_subtype"] for link in store.related("supports", goal)}
        if "subgoal" not in kinds:
            refresh_goals(DirectUpdater(store), goal)


def _company_factory(store: Store, stage: str, number: int = 0) -> ObjectFactory:
    chances = random.Random(f"{store.seed}, {stage}")
    return ObjectFactory(store, store.company, chances, store.next_company, number)


def build_stage(store: Store, block: DivisionBlock, stage: int) -> None:
    """Make a stage of a division's work."""
    chances = random.Random(f"{store.seed}, block {block.number}, stage {stage}")
    make = ObjectFactory(store, block, chances, first_gid(block.number, stage), block.number)
    own = store.divisions[block.number]
    make.own = {kind: own[kind] for kind in ("user", "team", "project", "section")}
    if stage == 1:
        build_work(make)
        build_money(make)
        block.lives = make.lives
    else:
        make.lives, block.lives = block.lives, []
        build_task_stories(make)
    if store.gone:
        clear_partition(block, store.gone)
