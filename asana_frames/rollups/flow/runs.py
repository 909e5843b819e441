"""Monte Carlo runs that draw past periods, one after the other, for the periods ahead."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: Several periods are drawn at once, as one of at most so many combinations.
_MOST_COMBINATIONS = 2**15
_MOST_AT_ONCE = 8
#: Sums of fractions may miss what they should be by a rounding error.
_TINY = 1e-9


def seed_group(seed: int, *words: object) -> list[int]:
    """Return a seed that depends on a group alone, and not on the others beside it."""
    text = "\0".join(map(str, words))
    return [seed, int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])]


class Runs:
    """Runs of one group: each draws past periods with replacement.

    Every question is answered by the same runs, so that the answers agree.

    Parameters
    ----------
    periods
        The number of past periods.
    trials
        The number of runs.
    seed
        Whole numbers that determine what is drawn.
    """

    def __init__(self, periods: int, trials: int, seed: Sequence[int]) -> None:
        self.trials = trials
        self._seed = seed
        self._size = _count_at_once(periods)
        self._combinations = periods**self._size

    def _draw(self) -> Iterator[Ints]:
        """Yield the next periods of all runs, as the number of a combination each."""
        generator = np.random.default_rng(self._seed)
        while True:
            yield generator.integers(self._combinations, size=self.trials)

    def count_periods(self, amounts: Floats, level: float, most: int) -> Ints:
        """Return after how many periods each run's sum reaches a level; -1 where it does not.

        Parameters
        ----------
        amounts
            The amount of each past period; negative ones are allowed.
        level
            The sum to reach.
        most
            The number of periods after which a run is given up.
        """
        level -= _TINY * max(1.0, abs(level))
        if level <= 0:
            return np.zeros(self.trials, dtype="int64")
        taken = np.full(self.trials, -1, dtype="int64")
        if amounts.max(initial=0.0) * most < level:
            return taken
        sums = _sum_combinations(amounts, self._size)
        totals, highest = sums[-1], sums.max(axis=0)
        running, left = np.arange(self.trials), np.full(self.trials, level)
        for block, draws in enumerate(self._draw()):
            over = block * self._size
            drawn = draws[running]
            is_through = highest[drawn] >= left
            through = sums[:, drawn[is_through]] >= left[is_through]
            taken[running[is_through]] = over + 1 + through.argmax(axis=0)
            running, left = running[~is_through], (left - totals[drawn])[~is_through]
            if not len(running) or over + self._size >= most:
                break
        taken[taken > most] = -1
        return taken

    def sum_periods(self, amounts: Floats, periods: Ints) -> Floats:
        """Return the sum of each run after numbers of periods: a row each, a column per run."""
        size = self._size
        sums = _sum_combinations(amounts, size)
        found = np.zeros((len(periods), self.trials))
        so_far = np.zeros(self.trials)
        last = int(periods.max(initial=0))
        for block, draws in enumerate(self._draw()):
            if block * size >= last:
                return found
            for row in np.flatnonzero((periods > block * size) & (periods <= (block + 1) * size)):
                found[row] = so_far + sums[periods[row] - block * size - 1, draws]
            so_far += sums[-1, draws]
        return found


def _count_at_once(periods: int) -> int:
    """Return how many periods are drawn at once."""
    size = 1
    while size < _MOST_AT_ONCE and periods ** (size + 1) <= _MOST_COMBINATIONS:
        size += 1
    return size


def _sum_combinations(amounts: Floats, size: int) -> Floats:
    """Return the sums after 1, 2 ... draws, a row each, of every combination of that many.

    Examples
    --------
    >>> _sum_combinations(np.array([1.0, 3.0]), 2).tolist()
    [[1.0, 3.0, 1.0, 3.0], [2.0, 4.0, 4.0, 6.0]]
    """
    count = len(amounts)
    sums = np.zeros((size, *[count] * size))
    sums[0] = amounts
    for drawn in range(1, size):
        sums[drawn] = sums[drawn - 1] + amounts.reshape(count, *[1] * drawn)
    return sums.reshape(size, -1)


def find_low(values: Ints, shares: Floats) -> Ints:
    """Return for each share the lowest value that this share of the runs does not exceed.

    A value below 0 is that of a run which never gets there, as is the result where too many do
    not.

    Examples
    --------
    >>> find_low(np.array([3, 1, 2, -1]), np.array([0.5, 0.75, 0.85])).tolist()
    [2, 3, -1]
    """
    never = np.iinfo("int64").max
    ranked = np.sort(np.where(values < 0, never, values))
    found = ranked[find_ranks(shares, len(values))]
    return np.where(found == never, -1, found)


def find_high(values: Floats, shares: Floats) -> Floats:
    """Return for each share the highest value that this share of the runs reaches.

    Examples
    --------
    >>> find_high(np.array([5.0, 1.0, 3.0, 2.0]), np.array([0.5, 0.75, 1.0])).tolist()
    [3.0, 2.0, 1.0]
    """
    return np.asarray(np.sort(values)[::-1][find_ranks(shares, len(values))])


def find_ranks(shares: Floats, count: int) -> Ints:
    """Return the position, among sorted runs, of the last that is needed for each share.

    Examples
    --------
    >>> find_ranks(np.array([0.5, 0.85, 1.0]), 10).tolist()
    [4, 8, 9]
    """
    rank = np.ceil(shares * count * (1 - _TINY)).astype("int64") - 1
    return np.asarray(np.clip(rank, 0, count - 1))
