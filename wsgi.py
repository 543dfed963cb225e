"""The app for gunicorn and for the flask command; importing it starts nothing."""

import sys

from webapp import create_app
from webapp.config import BadSetting

try:
    app = create_app()
except BadSetting as error:
    sys.exit(str(error))
