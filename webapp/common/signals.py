"""How a low room tells a high one that something is about to happen; runs inside the caller's transaction.

There are seven, and an eighth needs a decision. A listener may raise Refused to stop the deed.
"""

from blinker import Signal

password_changing = Signal("sender: accounts.models.Account; password: str")
device_added = Signal("sender: devices.models.Device; by: Principal")
device_moved = Signal("sender: devices.models.Device; by: Principal")
device_missed = Signal("sender: devices.models.Device, which has not answered a person's check (decision 20)")
device_exchanged = Signal("sender: devices.models.Device")  # another may answer in its name: decision 21
device_leaving = Signal("sender: devices.models.Device; by: Principal")
site_leaving = Signal("sender: sites.models.Site; by: Principal")
