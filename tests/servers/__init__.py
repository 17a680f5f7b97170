"""Real servers for tests: `fixtures` (Dovecot, a mail receiver), `relay` (a line to cut)."""
