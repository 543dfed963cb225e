"""Sitehand for readers of Arabic, who read from right to left: the app with one more language."""

from webapp import create_app

app = create_app()
app.config["LANGUAGES"] = ("en", "ar")
