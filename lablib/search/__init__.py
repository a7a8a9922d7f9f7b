"""Looking at what was recorded: one event, tables of events, and an event's trace."""
