"""What owners and companies agree on: invitations, authorization, permissions."""
