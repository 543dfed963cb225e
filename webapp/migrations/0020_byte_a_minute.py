"""An hour of checks: a byte at the place of each minute, instead of two bytes for each check.

It was six bits for the minute and ten for the time in steps of 8 ms, 1023 for down. Now a byte is 0 for no data, 255
for down, and else the time: 1 to 41 are 0 to 40 ms, each above 2.5 % more, 254 is 8.2 s. The worst of a minute stays.
The sum of an hour's times is exact, so what the steps had cut off on average is given back to each of them.
Rows are copied into a new table, some thousands at a time: it is quicker than to change them, and leaves no dead ones.
"""

from bisect import bisect_right
from itertools import pairwise
from struct import pack, unpack

from peewee import BlobField, CompositeKey, IntegerField, Model, SqliteDatabase

STEP, DOWN_BEFORE, DOWN = 8, 1023, 255
AT_ONCE = 5000
COLUMNS = "hour, device_id, n, up, ms_sum, ms_max, samples"
TIMES = (0, *range(41), *(round(40 * 1.0253**step) for step in range(1, 214)), 0)  # ms by byte
BOUNDS = [(one + more + 1) // 2 for one, more in pairwise(TIMES[1:DOWN])]
# By what a step had cut off of the time, 0 to 7 ms: the byte for each ten bits.
BYTES = [
    bytes(bisect_right(BOUNDS, STEP * steps + rest) + 1 for steps in range(DOWN_BEFORE)) + bytes((DOWN,))
    for rest in range(STEP)
]


def up(migrator, db):
    copy(db, by_minute)


def down(migrator, db):
    copy(db, by_check)


def by_minute(ms_sum, samples):
    numbers = unpack(f">{len(samples) // 2}H", samples[: len(samples) // 2 * 2])
    times = [number & DOWN_BEFORE for number in numbers if number & DOWN_BEFORE != DOWN_BEFORE]
    rest = round((ms_sum - STEP * sum(times)) / len(times)) if times else 0
    told, made = BYTES[min(max(rest, 0), STEP - 1)], bytearray(64)
    for number in numbers:
        one = told[number & DOWN_BEFORE]
        if one > made[number >> 10]:
            made[number >> 10] = one
    return bytes(made[:60]).rstrip(b"\0")


def by_check(ms_sum, samples):
    numbers = [
        minute << 10 | (DOWN_BEFORE if one == DOWN else TIMES[one] // STEP)
        for minute, one in enumerate(samples[:60])
        if one
    ]
    return pack(f">{len(numbers)}H", *numbers)


def copy(db, convert):
    """Every row into a new table, its samples converted."""
    db.execute_sql("ALTER TABLE device_hour RENAME TO device_hour_before")
    if not isinstance(db, SqliteDatabase):
        db.execute_sql("ALTER INDEX device_hour_pkey RENAME TO device_hour_before_pkey")
    create(db)
    last = (-1, 0)
    while found := batch(db, *last):
        last = found[-1][:2]
        insert(db, [(*row[:6], convert(row[4], bytes(row[6]))) for row in found])
    db.execute_sql("DROP TABLE device_hour_before")


def create(db):
    class DeviceHour(Model):
        hour = IntegerField()
        device_id = IntegerField()
        n = IntegerField()
        up = IntegerField()
        ms_sum = IntegerField()
        ms_max = IntegerField()
        samples = BlobField()

        class Meta:
            database = db
            table_name = "device_hour"
            primary_key = CompositeKey("hour", "device_id")
            without_rowid = isinstance(db, SqliteDatabase)

    db.create_tables([DeviceHour])


def batch(db, hour, device):
    """The rows that come next behind that of an hour and a device, in the order of the key."""
    behind = f"(hour, device_id) > ({hour}, {device}) ORDER BY hour, device_id LIMIT {AT_ONCE}"
    return db.execute_sql(f"SELECT {COLUMNS} FROM device_hour_before WHERE {behind}").fetchall()


def insert(db, found):
    if isinstance(db, SqliteDatabase):
        db.connection().executemany(f"INSERT INTO device_hour ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", found)
        return
    arrays = ", ".join(["%s::int[]"] * 6 + ["%s::bytea[]"])  # COPY leaves pages empty behind each batch
    sql = f"INSERT INTO device_hour ({COLUMNS}) SELECT * FROM unnest({arrays})"
    db.execute_sql(sql, tuple(map(list, zip(*found, strict=True))))
