"""What may be done with a device, and how it is found out whether it can be reached."""
