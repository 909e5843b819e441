"""The synthetic company: who works there, on what, and how it went, from a seed."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

from asana_frames.frames import pause_garbage_collection
from asana_frames.sandbox_server.progress import refresh_goals
from asana_frames.sandbox_server.store import Block, Maker, Object, Store, first_gid
from asana_frames.sandbox_server.sweeping import sweep_block
from asana_frames.sandbox_server.synthetic.company import build_company, build_division
from asana_frames.sandbox_server.synthetic.history import build_history
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
    store = Store(seed, now, DIVISIONS[size], _build)
    with pause_garbage_collection():
        make = _maker(store, "company")
        build_company(make)
        store.next_company = make.next
        for number in range(DIVISIONS[size]):
            make = _maker(store, f"division {number}", number)
            build_division(make)
            if number == 0:
                build_plans(make)
                build_office(make)
            build_updates(make)
            store.next_company = make.next
            store.divisions.append(make.own)
    store.measure = lambda: _measure(store)
    return store


class _Direct:
    """Changes objects while they are made: nobody has seen them yet."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def set(self, item: Object, **fields: Any) -> None:
        item |= fields


def _measure(store: Store) -> None:
    """Give goals the metrics that come of the work, from the lowest goals up."""
    for goal in store.all("goal"):
        kinds = {link["resource_subtype"] for link in store.found("supports", goal)}
        if "subgoal" not in kinds:
            refresh_goals(_Direct(store), goal)


def _maker(store: Store, stage: str, number: int = 0) -> Maker:
    chances = random.Random(f"{store.seed}, {stage}")
    return Maker(store, store.company, chances, store.next_company, number)


def _build(store: Store, block: Block, stage: int) -> None:
    """Make a stage of a division's work."""
    chances = random.Random(f"{store.seed}, block {block.number}, stage {stage}")
    make = Maker(store, block, chances, first_gid(block.number, stage), block.number)
    own = store.divisions[block.number]
    make.own = {kind: own[kind] for kind in ("user", "team", "project", "section")}
    if stage == 1:
        build_work(make)
        build_money(make)
        block.lives = make.lives
    else:
        make.lives, block.lives = block.lives, []
        build_history(make)
    if store.gone:
        sweep_block(block, store.gone)
