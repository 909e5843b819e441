"""Threads that work for one call, and the one that takes what they bring."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Generic, TypeVar

from asana_frames.fetch import clock
from asana_frames.fetch.call import CURRENT_CALL, Call, Stopped, current

T = TypeVar("T")
#: A piece of work: what it brings is handed over as it comes.
Task = Callable[[], Iterable[T]]

#: Things that may wait to be taken, which bounds the memory they hold.
_WAITING = 64
#: Seconds between looks at the clock while nothing arrives.
_TICK = 0.2


class _Failed:
    """An error that is raised again where it can be handled."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


_END = object()


class ThreadPool(Generic[T]):
    """Does tasks in threads; iterate over it to get what they bring, as it arrives.

    The threads only read bytes: what is to be done with them is done by who iterates, or they
    would fight for the interpreter. They are daemons, and nobody waits for them once the
    iteration has ended, however it ended.

    Parameters
    ----------
    tasks
        What is to be done, taken in this order.
    hands
        Threads at the most.
    tick
        Called now and then by who iterates, while nothing arrives.
    """

    def __init__(
        self, tasks: Iterable[Task[T]], hands: int, tick: Callable[[], None] = lambda: None
    ) -> None:
        self._tasks = iter(tasks)
        self._more: deque[Task[T]] = deque()
        self._hands = hands
        self._tick = tick
        self._call: Call = current().branch()
        self._arrived: queue.Queue[object] = queue.Queue(_WAITING)
        self._lock = threading.Condition()
        self._threads = 0
        self._busy = 0
        self._is_open = True

    @property
    def has_idle_hands(self) -> bool:
        """Whether a task that is added would be begun at once."""
        with self._lock:
            return not self._is_open and not self._more and self._busy < self._hands

    def add(self, task: Task[T]) -> None:
        """Add a task, from within another one or between the things that are taken."""
        with self._lock:
            self._more.append(task)
            self._lock.notify()
        self._hire()

    def __iter__(self) -> Generator[T, None, None]:
        try:
            if self._hire():
                while self._hire():
                    pass
                yield from self._taken()
        finally:
            self._call.stopped.set()
            with self._lock:
                self._lock.notify_all()

    def _taken(self) -> Iterator[T]:
        while True:
            try:
                item = self._arrived.get(timeout=_TICK)
            except queue.Empty:
                self._tick()
                if self._call.ends <= clock.now():
                    raise self._call.late() from None
                continue
            if item is _END:
                with self._lock:
                    # A task may have been added since.
                    if self._threads == 0 and not self._more:
                        return
                continue
            if isinstance(item, _Failed):
                raise item.error
            self._tick()
            yield item  # type: ignore[misc]

    def _hire(self) -> bool:
        """Start a thread if there is something for it to do."""
        with self._lock:
            task = self._next() if self._threads < self._hands else None
            if task is None:
                return False
            self._threads += 1
            self._busy += 1
        # A context each: it carries the call of whoever asked.
        context = copy_context()
        context.run(CURRENT_CALL.set, self._call)
        threading.Thread(
            target=self._work, args=(context, task), name="asana-frames", daemon=True
        ).start()
        return True

    def _next(self) -> Task[T] | None:
        if self._more:
            return self._more.popleft()
        task = next(self._tasks, None) if self._is_open else None
        self._is_open = task is not None
        return task

    def _work(self, context: Context, task: Task[T] | None) -> None:
        # Once it has ended there is nobody left to tell, of errors neither.
        with suppress(Stopped):
            while task is not None:
                try:
                    context.run(self._do, task)
                except Stopped:
                    break
                except BaseException as error:  # noqa: BLE001
                    # Raised again where the results are taken.
                    self._put(_Failed(error))
                    break
                task = self._following()

    def _do(self, task: Task[T]) -> None:
        for item in task():
            self._put(item)

    def _put(self, item: object) -> None:
        while not self._call.stopped.is_set():
            try:
                return self._arrived.put(item, timeout=_TICK)
            except queue.Full:
                continue
        raise Stopped

    def _following(self) -> Task[T] | None:
        """Return the next task; wait for one while others may still add some."""
        with self._lock:
            self._busy -= 1
            while True:
                task = self._next()
                if task is not None:
                    self._busy += 1
                    return task
                if self._busy == 0 or self._call.stopped.is_set():
                    break
                self._lock.wait(_TICK)
            self._threads -= 1
            is_last = self._busy == 0 and self._threads == 0
            self._lock.notify_all()
        if is_last:
            self._put(_END)
        return None
