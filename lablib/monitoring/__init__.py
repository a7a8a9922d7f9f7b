"""What watches the log: filter patterns, metrics, alarms; pure, values in and values out."""
