"""Run the tasks of one call in threads, and yield their results in the calling thread."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Generic, TypeVar

from asana_frames.exceptions import AsanaError
from asana_frames.fetch import clock
from asana_frames.fetch.call import CURRENT_CALL, Call, CallStopped, get_current_call

T = TypeVar("T")
#: Returns results, which are passed on one by one.
Task = Callable[[], Iterable[T]]

#: Results that may wait in the queue, which bounds the memory they use.
_MAX_RESULTS = 64
#: Seconds between looks at the clock while nothing arrives.
_TICK_SECONDS = 0.2


class _TaskError:
    """An error of a task, to be raised in the calling thread."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


_END = object()


class ThreadPool(Generic[T]):
    """Runs tasks in threads; iterate over it to get their results as they arrive.

    The threads only read bytes and leave their processing to the calling thread, or they would
    compete for the interpreter. They are daemons, which nothing waits for after the iteration
    has ended, even by an error. Where no thread can be started, the calling thread runs the tasks
    itself, one after the other.

    Parameters
    ----------
    tasks
        Functions that return results; started in this order.
    max_threads
        The largest number of threads.
    tick
        Called in the calling thread, regularly while nothing arrives.
    """

    def __init__(
        self, tasks: Iterable[Task[T]], max_threads: int, tick: Callable[[], None] = lambda: None
    ) -> None:
        self._tasks = iter(tasks)
        self._added: deque[Task[T]] = deque()
        self._max_threads = max_threads
        self._tick = tick
        self._call: Call = get_current_call().branch()
        self._arrived: queue.Queue[object] = queue.Queue(_MAX_RESULTS)
        self._lock = threading.Condition()
        self._process = os.getpid()
        self._threads = 0
        self._busy = 0
        # Known beforehand, because threads are started while the first is at work.
        self._unstarted = next(self._tasks, None)

    @property
    def has_idle_threads(self) -> bool:
        """Whether a task that is added would start at once."""
        with self._lock:
            is_waiting = self._unstarted is not None or self._added
            return not is_waiting and self._busy < self._max_threads

    def add(self, task: Task[T]) -> None:
        """Add a task; call this within a task or between two results."""
        with self._lock:
            self._added.append(task)
            self._lock.notify()
        self._start_thread()

    def __iter__(self) -> Generator[T, None, None]:
        try:
            while self._start_thread():
                pass
            yield from self._iterate_results()
        finally:
            self._call.stopped.set()
            with self._lock:
                self._lock.notify_all()

    def _iterate_results(self) -> Iterator[T]:
        while True:
            with self._lock:
                # Results that have arrived come first.
                has_threads = self._threads > 0 or not self._arrived.empty()
                # Nobody else runs a task for which no thread could be started.
                task = None if has_threads else self._next_task()
            if task is not None:
                yield from self._run_here(task)
                continue
            if not has_threads:
                return
            try:
                item = self._arrived.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                if os.getpid() != self._process:
                    raise AsanaError(
                        "This read was begun in the process that this one was forked from, and "
                        "its threads are not here. Make the call again."
                    ) from None
                self._tick()
                if self._call.ends <= clock.now():
                    raise self._call.deadline_error() from None
                continue
            if item is _END:
                # A task may have been added meanwhile, and may even have ended: then its results
                # come after this item.
                continue
            if isinstance(item, _TaskError):
                raise item.error
            self._tick()
            yield item  # type: ignore[misc]

    def _start_thread(self) -> bool:
        """Start a thread if a task is waiting; return whether one was started."""
        with self._lock:
            task = self._next_task() if self._threads < self._max_threads else None
            if task is None:
                return False
            self._threads += 1
            self._busy += 1
        thread = threading.Thread(
            target=self._run_tasks,
            args=(self._make_context(), task),
            name="asana-frames",
            daemon=True,
        )
        try:
            thread.start()
        except RuntimeError:
            # The system has no more threads: those that run take the task, or the caller does.
            with self._lock:
                self._threads -= 1
                self._busy -= 1
                self._added.appendleft(task)
                self._lock.notify()
            return False
        return True

    def _make_context(self) -> Context:
        """Return a context of its own, with this pool's branch of the caller's call."""
        context = copy_context()
        context.run(CURRENT_CALL.set, self._call)
        return context

    def _run_here(self, task: Task[T]) -> Iterator[T]:
        """Run a task in the calling thread."""
        context = self._make_context()
        with self._lock:
            self._busy += 1
        try:
            items = context.run(lambda: iter(task()))
            while (item := context.run(next, items, _END)) is not _END:
                self._tick()
                yield item  # type: ignore[misc]
        finally:
            with self._lock:
                self._busy -= 1
                self._lock.notify_all()

    def _next_task(self) -> Task[T] | None:
        if self._added:
            return self._added.popleft()
        task = self._unstarted
        if task is not None:
            self._unstarted = next(self._tasks, None)
        return task

    def _run_tasks(self, context: Context, task: Task[T] | None) -> None:
        # After the call has ended, results and errors are dropped.
        with suppress(CallStopped):
            while task is not None:
                try:
                    context.run(self._run_task, task)
                except CallStopped:
                    break
                except BaseException as error:  # noqa: BLE001
                    # Raised again in the calling thread.
                    self._put_result(_TaskError(error))
                    break
                task = self._wait_for_task()

    def _run_task(self, task: Task[T]) -> None:
        for item in task():
            self._put_result(item)

    def _put_result(self, item: object) -> None:
        while not self._call.stopped.is_set():
            try:
                return self._arrived.put(item, timeout=_TICK_SECONDS)
            except queue.Full:
                continue
        raise CallStopped

    def _wait_for_task(self) -> Task[T] | None:
        """Return the next task; wait while running tasks may still add some."""
        with self._lock:
            self._busy -= 1
            while True:
                task = self._next_task()
                if task is not None:
                    self._busy += 1
                    return task
                if self._busy == 0 or self._call.stopped.is_set():
                    break
                self._lock.wait(_TICK_SECONDS)
            self._threads -= 1
            is_last = self._threads == 0
            self._lock.notify_all()
        if is_last:
            self._put_result(_END)
        return None
