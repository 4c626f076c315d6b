"""What every layer shares: requests as facts, error kinds, parameters, time and ids. No HTTP, no cloud words."""
