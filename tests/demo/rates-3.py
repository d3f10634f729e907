"""Exchange rates from a local database."""

import sqlite3
from contextlib import closing


def rate_of(database, currency, factor):
    """The rate of a currency, times a factor.

    Raises LookupError when no rate is known for the currency.
    """
    with closing(sqlite3.connect(database)) as connection:
        row = connection.execute(
            "SELECT rate FROM rates WHERE currency = ?", (currency,)
        ).fetchone()
    if row is None:
        raise LookupError(f"no rate is known for {currency}")
    return row[0] * factor
