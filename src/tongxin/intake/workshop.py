"""Where files are sealed and laid out: here, or for a long roster in a second process beside the writing."""

import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from types import TracebackType

from tongxin import vault
from tongxin.intake import second
from tongxin.intake.county import County
from tongxin.intake.opening import Fresh, Ready, lay_out


class Workshop:
    """Lays files out; `start` begins, and what it returns waits for the outcome."""

    def __init__(self, *, county: County, has_second: bool) -> None:
        self.ground = county.groundwork
        self._sent = set(self.ground.plans)
        self._pool: ProcessPoolExecutor | None = None
        if has_second:
            # A fresh interpreter: a copy of this one would share its open databases.
            context = multiprocessing.get_context("spawn")
            packed = pickle.dumps(county.groundwork)
            self._pool = ProcessPoolExecutor(1, context, initializer=second.begin, initargs=(packed,))

    def __enter__(self) -> "Workshop":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def start(self, fresh: list[Fresh]) -> Callable[[], Ready]:
        """Begin to lay files out."""
        if self._pool is None:
            return lambda: self._kept(fresh, lay_out(fresh, ground=self.ground))
        plans = {key: plan for key, plan in self.ground.plans.items() if key not in self._sent}
        self._sent.update(plans)
        future = self._pool.submit(second.lay_out, fresh, plans)
        return lambda: self._kept(fresh, future.result())

    def _kept(self, fresh: list[Fresh], ready: Ready) -> Ready:
        """With the keys stored; those of an import cut short are found again and sealed under anew."""
        if vault.keep(ready.keys):
            return ready
        known = vault.fetch(owner for each in fresh for owner in each.owners)
        ready = lay_out(fresh, ground=self.ground, known=known)
        vault.keep(ready.keys)
        return ready
