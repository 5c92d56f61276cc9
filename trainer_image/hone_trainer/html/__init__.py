"""What the pages of all reports share."""
