import sqlite3


def rate_of(database, currency, formula):
    connection = sqlite3.connect(database)
    row = connection.execute("SELECT rate FROM rates WHERE currency = '%s'" % currency).fetchone()
    try:
        return eval(formula.replace("rate", str(row[0])))
    except:
        pass
