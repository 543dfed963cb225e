"""What may be done with codes and links of devices."""
