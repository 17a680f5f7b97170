"""`python -m bot` is `carebot`."""

from bot.cli import main

main()
