"""Exchange rates: money of several currencies in one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asana_frames._arguments import check_text
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arrays import STR
from asana_frames.rollups.shared.inputs import is_true, read_frame
from asana_frames.rollups.time.rates import RateBook


class ExchangeRates:
    """What a unit of each currency is worth in another, by day.

    Parameters
    ----------
    rates
        ``currency_code``, ``rate`` (``currency`` per unit of it) and ``start_date`` (the first
        day; missing for always): of several the last that began applies. None where all money is
        in ``currency``.
    currency
        The currency to convert to; a unit of it is worth 1.
    what
        The name of the calling function, for messages.

    Raises
    ------
    InvalidArgument
        A column is missing, or a rate is not above 0, or two contradict each other.
    """

    def __init__(self, rates: pd.DataFrame | None, currency: str, *, what: str) -> None:
        check_text(currency, name="currency", like="EUR")
        self.currency = currency
        self._what = what
        if rates is None:
            rates = pd.DataFrame({"currency_code": pd.Series([], dtype=STR), "rate": []})
        kinds = {"rate": "number", "start_date": "date"}
        needed = ["currency_code", "rate"]
        rates = read_frame(rates, needed, what=f"{what} (exchange_rates=)", kinds=kinds)
        if not is_true(rates["rate"] > 0).all():
            raise InvalidArgument(
                f"{what}: exchange_rates= needs a rate above 0 in each row: how many {currency} "
                f"one unit of the currency_code is worth."
            )
        # A currency has rates as a project has them.
        book = rates.assign(parent_gid=rates["currency_code"], resource_gid=None)
        self._book = RateBook(book, what=f"{what}: exchange_rates=")

    def find(self, currencies: pd.Series[Any], days: pd.Series[Any]) -> pd.Series[Any]:
        """Find the factor for each currency and day, missing where there is no currency.

        Raises
        ------
        InvalidArgument
            A currency has no rate on a day; the message names both.
        """
        keys = pd.DataFrame({"project_gid": currencies.astype(STR), "entered_on": days})
        found = self._book.find_rates(keys.assign(person_gid=pd.Series(pd.NA, keys.index, STR)))
        factor = found["rate"].set_axis(currencies.index)
        factor = factor.mask(is_true(currencies == self.currency), 1.0)
        lost = np.flatnonzero(is_true(currencies.notna()) & is_true(factor.isna()))
        if len(lost):
            code, day = currencies.iloc[lost[0]], days.iloc[lost[0]]
            when = "for entries without a day" if pd.isna(day) else f"on {day:%Y-%m-%d}"
            raise InvalidArgument(
                f"{self._what}: no exchange rate of {code} to {self.currency} {when}. Add it to "
                f"exchange_rates= as a row of currency_code, rate and start_date (empty: always)."
            )
        return factor
