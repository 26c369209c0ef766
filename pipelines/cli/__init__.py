"""The `cookbook` program: one module per command, heavy imports inside the commands."""
