"""Exchange rates from a local database."""

import sqlite3


def rate_of(database, currency, factor):
    """The rate of a currency, times a factor."""
    connection = sqlite3.connect(database)
    row = connection.execute("SELECT rate FROM rates WHERE currency = '%s'" % currency).fetchone()
    if row is None:
        raise LookupError(f"no rate is known for {currency}")
    return row[0] * factor
