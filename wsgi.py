"""The app for gunicorn and for the flask command; importing it starts nothing."""

import os
import sys

from webapp import create_app
from webapp.config import BadSetting

os.umask(0o077)  # database, keys and logs of secrets are for the server's user alone

try:
    app = create_app()
except BadSetting as error:
    sys.exit(str(error))
