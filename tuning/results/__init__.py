"""What a search found: the result, the winner, confirmations."""
