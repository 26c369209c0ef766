"""`python -m pipelines.cli` is the program `cookbook`."""

from pipelines.cli.main import main

main()
