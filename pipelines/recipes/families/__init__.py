"""What the recipes of one family share."""
